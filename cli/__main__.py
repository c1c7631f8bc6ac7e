"""`python -m cli`: the `poort` command where its script is not on the path, as in a child process."""

from cli.app import main

if __name__ == "__main__":
    main()
