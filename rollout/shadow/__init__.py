"""Comparing what the new core would answer with what legacy answered, beside the people at work."""
