"""Who is behind a session: the keyed digests, what a session goes on with, and its store."""
