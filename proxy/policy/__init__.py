"""The authorisation matrix: loaded once, compiled to a table, decided on without the world."""
