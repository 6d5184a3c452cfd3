"""One experiment: facts, graph, statistics, notes, export, report."""
