"""Changes: what became different, in the order in which it became visible; the outbox of the new core."""
