"""Signed heads of the access log, made by a process that cannot write it."""
