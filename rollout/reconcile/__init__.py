"""Comparing the new core with the legacy, record by record, all the time: what differs is repaired, counted and reported."""
