"""A dry run of another routing file: what the log recorded, what the candidate does to it, and the sums. Used by `poort routes dry-run`."""
