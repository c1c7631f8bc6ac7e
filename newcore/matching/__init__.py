"""Matching: the clients who want the occupation of a vacancy."""
