"""Projection and knee of an experiment: as lines of the graph, and in words with their method."""

from components import formatting
from components.figures.fade_lines import FadeLines
from components.readings import signed
from cycling.analysis.cycles.fade import KNEE_CYCLES, LEAST_POINTS, Knee, Projection
from cycling.analysis.cycles.metrics import by_basis
from cycling.analysis.cycles.outlook import Outlook, outlook
from cycling.analysis.cycles.summary import END_OF_LIFE_PCT
from cycling.analysis.cycles.table import CycleTable
from pages.experiment.cycles.address import Per

HUNDRED_CYCLES = 100


def fade_lines(table: CycleTable, per: Per) -> FadeLines:
    """Return the lines of the graph over the cycle, in the unit of its capacities."""
    found = outlook(table)
    line, columns = found.projection, None
    if line is not None:
        value, low, high = (
            by_basis(one, per.basis, table.choices)[0] for one in (line.value, line.low, line.high)
        )
        columns = (line.cycle, value, low, high)
    return FadeLines(columns, None if found.knee is None else found.knee.cycle)


def outlook_words(table: CycleTable) -> list[str]:
    """Return a sentence or more on each: method, numbers, how sure; why there is none."""
    found = outlook(table)
    return [_projection(found), _knee(found)]


def _projection(found: Outlook) -> str:
    line = found.projection
    if line is None:
        return (
            f"No projection: it takes {LEAST_POINTS} complete cycles of one rate after formation, "
            f"and there {'is' if found.cycles == 1 else 'are'} {found.cycles:,}."
        )
    rate = f", {found.rate_class}" if found.rate_class else ""
    how = "the square root of the cycle" if line.is_root else "the cycle"
    return (
        f"Projection of the discharge capacity, not measured: a straight line in {how} (of both "
        f"the one with the lower AIC) through the last {line.points:,} complete cycles{rate}, up "
        f"to twice the last one. {_end_of_life(found, line)} The 95 % band is that of one more "
        "cycle: it knows how these scatter, not whether the fade goes on as it did."
    )


def _end_of_life(found: Outlook, line: Projection) -> str:
    end = f"{END_OF_LIFE_PCT:g} %"
    if found.reference_ah is None or found.last_ah is None:
        return f"There is no reference for {end}."
    wanted_ah = found.reference_ah * END_OF_LIFE_PCT / 100
    of = f"{end} of {formatting.small_quantity(found.reference_ah, 'Ah')}"
    if found.last_ah <= wanted_ah:
        return f"The last cycle is below {of} already."
    cycle, (early, late) = line.reaches(wanted_ah), line.reaches_between(wanted_ah)
    if cycle is None:
        sooner = f"; its band does from cycle {early:,.0f} on" if early is not None else ""
        return f"It does not reach {of} in that range{sooner}."
    ends = [f"from {early:,.0f}" if early is not None else "", ""]
    ends[1] = f"to {late:,.0f}" if late is not None else "with no end in that range"
    return f"It reaches {of} at cycle {cycle:,.0f} ({' '.join(one for one in ends if one)})."


def _knee(found: Outlook) -> str:
    if found.knee is None:
        if found.cycles < KNEE_CYCLES:
            return f"No knee: it takes {KNEE_CYCLES} such cycles."
        return (
            "No knee: two lines describe the fade no better than one, or the second is less than "
            "twice as steep."
        )
    knee = found.knee
    return (
        f"Knee at cycle {knee.cycle:,.0f} (95 %: {knee.low:,.0f} to {knee.high:,.0f}), at "
        f"{formatting.small_quantity(knee.value, 'Ah')}: where two straight lines meet that "
        f"describe the fade best (Bacon and Watts 1971). {_slopes(found, knee)}"
    )


def _slopes(found: Outlook, knee: Knee) -> str:
    whole_ah = found.reference_ah or knee.value
    before, after = (
        signed(100 * HUNDRED_CYCLES * one / whole_ah, 2)
        for one in (knee.slope_before, knee.slope_after)
    )
    return f"{before} % in 100 cycles before it, {after} % after it."
