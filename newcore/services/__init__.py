"""Services: what is done for a client on the way to work, by code and first day."""
