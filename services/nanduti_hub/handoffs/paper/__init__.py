"""What is printed of handoffs: the oficio for an institution off the hub, and the constancia."""
