"""A whole laboratory at once, for as long as it is wanted: docs/performance.md."""
