"""`python -m bem` is `bem`."""

from bem.cli.app import main

main()
