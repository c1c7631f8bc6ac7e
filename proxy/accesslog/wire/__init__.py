"""Round trips on libpq itself."""
