"""`python -m bench`, which is what `make bench` runs."""

from bench.run import main

main()
