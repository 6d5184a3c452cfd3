"""The cycles of an experiment: figures, graph, curves of the chosen ones, table."""
