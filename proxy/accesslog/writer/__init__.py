"""One connection of the ledger, which is one chain."""
