"""A stand-in of SONAR with its quirks, as an own process.

Rules: it imports nothing of the gateway or the adapter (a shared misunderstanding must not test itself green); it decides
nothing by region or role (it is the audited problem); what it serves is written down in docs/legacy-surface.md.
"""
