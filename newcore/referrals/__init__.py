"""Referrals: which client was put forward for which vacancy, and what became of it."""
