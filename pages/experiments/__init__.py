"""The table of all experiments."""
