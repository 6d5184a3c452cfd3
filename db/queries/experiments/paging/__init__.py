"""Pages of the experiments table: which numbers stand on them, in which order."""
