"""Figures: what the actions of the register have brought, added up from their reports."""
