"""The new core in the legacy's language: asks newcore, answers as the legacy's own page."""
