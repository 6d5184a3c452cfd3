"""The graph of an experiment: what is drawn, where its lines break, what is marked in it."""
