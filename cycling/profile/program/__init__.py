"""The exact program of a profile, and the rows that cyclers read."""
