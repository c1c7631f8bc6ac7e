"""The map from a person to the random reference that log rows carry."""
