"""What is chosen and judged of the cycles of an experiment."""
