"""Facts that come with an exchange: stored in its own transaction."""
