"""Reading experiments."""
