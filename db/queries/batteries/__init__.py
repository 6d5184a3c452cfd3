"""Reading batteries."""
