"""`python -m ecluse` is `ecluse`."""

from ecluse.cli import main

main()
