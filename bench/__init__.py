"""Figures, and tools that need the gateway's ends without its line. Nothing in `poort` leads here."""
