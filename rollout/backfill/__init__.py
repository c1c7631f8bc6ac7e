"""Filling a group of the new core for the first time, and again."""
