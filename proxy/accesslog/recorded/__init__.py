"""The recorded decisions as distinct vectors, for a replay under another matrix."""
