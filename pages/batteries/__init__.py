"""The table of all batteries."""
