"""The two database histories, their rules and the roles; imports nothing of the other packages."""
