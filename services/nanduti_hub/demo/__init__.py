"""The demo: nine synthetic plans in workbooks as coordinators make them, and how they get into a new hub."""
