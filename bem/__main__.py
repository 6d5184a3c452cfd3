"""`python -m bem` is `bem`."""

from bem.cli import main

main()
