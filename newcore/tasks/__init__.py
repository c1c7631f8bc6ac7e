"""Tasks: the work list of an employee."""
