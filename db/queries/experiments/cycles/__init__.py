"""What is chosen for the cycles of experiments, judged by, and kept of them."""
