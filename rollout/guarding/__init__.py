"""The guard of a ramp: reads what became of calls, and gives a group back to legacy when newcore fails its users."""
