"""`python -m nanduti` is the command `nanduti`."""

from nanduti.cli import main

main()
