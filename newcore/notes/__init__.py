"""Contact notes: what was said with a client, when, by whom, and who may read it."""
