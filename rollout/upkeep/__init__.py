"""How well newcore is kept up to date with a group."""
