"""Several experiments beside each other: graph, groups, end values."""
