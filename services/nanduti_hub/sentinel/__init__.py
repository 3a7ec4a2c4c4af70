"""The clocks of cases: what is due is done, once, also after the hub was away."""
