"""Appointments: when a client is seen, by whom and where."""
