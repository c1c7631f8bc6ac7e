"""The write journal: every mutation intended, how it ended, and in which order it may be applied elsewhere."""
