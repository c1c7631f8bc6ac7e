"""What is true of principals and persons: regions at a date, the relation of the two, and their store."""
