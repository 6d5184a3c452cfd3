"""The assembly at the top: command line, settings, demo."""
