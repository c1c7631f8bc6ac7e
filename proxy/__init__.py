"""The gateway: one exchange, from a SONAR client's request to the released answer."""
