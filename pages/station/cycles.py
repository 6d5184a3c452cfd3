"""What is said about the cycles of what runs, on its tile and in its live view."""

from components import formatting
from components.figures.measure_axes import scale
from db.queries.experiments.cycles.summaries import KeptSummary


def last_cycle_text(found: KeptSummary) -> str:
    """Say capacity and CE of the last complete cycle: "Cycle 148: 4.812 Ah, CE 99.95 %".

    Of formation or time that is missing alone only how many cycles there are.
    """
    if found.last_cycle is None:
        return f"{formatting.counted(found.cycles, 'cycle')} complete"
    words = [capacity_text(found.last_capacity_ah)] if found.last_capacity_ah else []
    words += [f"CE {found.last_ce_pct:.2f} %"] if found.last_ce_pct is not None else []
    return f"Cycle {found.last_cycle}: {', '.join(words)}"


def capacity_text(capacity_ah: float) -> str:
    """Write a capacity in the unit that suits it: 4.812 Ah, 87.1 µAh."""
    factor, unit = scale("Ah", capacity_ah)
    return f"{capacity_ah * factor:.4g} {unit}"
