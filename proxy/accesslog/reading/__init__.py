"""Reading the log back: for people, for verification, for checkpoints."""
