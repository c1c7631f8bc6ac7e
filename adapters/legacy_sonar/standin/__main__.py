"""`python -m adapters.legacy_sonar.standin`: every command of the stand-in without the `poort` command."""

from __future__ import annotations

import sys

from adapters.legacy_sonar.standin.command import main

if __name__ == "__main__":
    sys.exit(main())
