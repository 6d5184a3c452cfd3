"""Several files at once, in one table."""
