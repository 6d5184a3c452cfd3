"""Half cycles, cycles and their metrics, from totals of steps alone; docs/cycles.md."""
