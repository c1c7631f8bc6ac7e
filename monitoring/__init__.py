"""Monitoring: serves compliance; who saw whom, and why."""
