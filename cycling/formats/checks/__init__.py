"""Checks of a whole file before it is imported: times, sign of the current, preview."""
