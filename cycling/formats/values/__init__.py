"""From text cells to numbers: decimals, durations, clock times."""
