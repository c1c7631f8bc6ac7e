"""The programs of the embedded PostgreSQL, as far as `proxy.embedded` needs them."""
