"""The `poort` command, one file per area; wiring.py is the only file that knows every class."""
