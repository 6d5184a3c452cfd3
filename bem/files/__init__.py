"""Files as the command line takes them in and writes them."""
