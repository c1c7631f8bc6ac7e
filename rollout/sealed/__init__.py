"""Sealed evidence and approvals as they are kept."""
