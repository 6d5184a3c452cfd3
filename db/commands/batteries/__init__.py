"""Changes to batteries."""
