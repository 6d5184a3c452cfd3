"""Changes to experiments."""
