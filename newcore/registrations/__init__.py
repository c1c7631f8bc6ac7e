"""Registrations: from when to when a client stands registered as looking for work, and under which law she is paid."""
