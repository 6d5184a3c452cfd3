"""The overview of all stations."""
