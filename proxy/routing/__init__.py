"""Which core answers a call: the typed routing file, the choice, the cohort, and the watch that swaps tables."""
