"""Clients: the persons who look for work - identity, contact, overview, and what they offer."""
