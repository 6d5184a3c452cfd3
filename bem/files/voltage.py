"""What `bem pulses` and `bem dqdv` do: they write what voltage says as CSV."""

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import typer
from numpy.typing import NDArray

from bem.cli.progress import progress
from bem.services import by_system_user, open_database, read_settings
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.voltage.hppc import APART_PCT, NEAR_PCT, resistance_at
from cycling.analysis.voltage.incremental import STEPS_A_BIN, bin_v, incremental_capacity
from cycling.analysis.voltage.pulses import Pulses
from cycling.errors import InputError
from cycling.formats.write import csv_rows
from db import series
from db.commands.audit import record_export
from db.engine import Database
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.measures.half_cycles import HalfCycle, half_cycle
from db.measures.pulses import experiment_pulses, soc_pct
from db.queries.experiments.cycles.wrong_pulses import wrong_pulses
from db.queries.experiments.detail import experiment_facts
from db.series import ExperimentSeries

Floats = NDArray[np.float64]

MAX_TIMES = 50
MAX_BINS_MV = 10_000.0
MIN_BIN_MV = 0.001
MILLI = 1e3


def print_pulses(experiment_id: int, at: str) -> None:
    """Print the pulses of an experiment. Raises InputError for times that are none."""
    times_s = _times(at)
    with _opened(experiment_id, "pulses") as (experiment, cycles):
        found = experiment_pulses(experiment, cycles.steps, times_s=times_s)
        wrong = sorted(wrong_pulses(experiment.database, experiment_id))
    is_right = ~np.isin(found.begin.id, wrong)
    pulses = found.pulses.of(is_right)
    _print(
        {
            "start_s": found.begin.test_time_s[is_right],
            "rest_v": pulses.voltage_v,
            "step_a": pulses.step_a,
            **_resistances(pulses),
            "r_end_ohm": pulses.end_ohm,
        }
    )
    _say_of_pulses(is_right)


def print_resistance_at(experiment_id: int, at: str, soc: float, full: float) -> None:
    """Print the resistance at a state of charge (%) between pulses of each direction.

    `full` is the state of charge where the cell was fullest. Raises InputError for times that are
    none, and where the battery has no nominal capacity.
    """
    times_s = _times(at)
    with _opened(experiment_id, "pulses") as (experiment, cycles):
        found = experiment_pulses(experiment, cycles.steps, times_s=times_s)
        wrong = sorted(wrong_pulses(experiment.database, experiment_id))
        charged_pct = soc_pct(cycles, found.pulses, full)
    if not cycles.table.choices.capacity_ah:
        raise InputError(
            f"The battery of experiment {experiment_id} has no nominal capacity, so that no state "
            "of charge is known. Give it one, or leave --soc out."
        )
    is_right = ~np.isin(found.begin.id, wrong)
    _say_of_pulses(is_right)
    columns = {**_resistances(found.pulses), "r_end_ohm": found.pulses.end_ohm}
    lines = ["direction,soc_pct,quantity,ohm,from_soc_pct,to_soc_pct,from_start_s,to_start_s"]
    for direction in Direction:
        which = is_right & (np.sign(found.pulses.current_a) == direction.sign)
        for name, ohm in columns.items():
            for one in resistance_at(charged_pct, np.where(which, ohm, np.nan), soc):
                ends = [charged_pct[one.before], charged_pct[one.after]]
                ends += [found.begin.test_time_s[place] for place in (one.before, one.after)]
                numbers = ",".join(f"{value:.10g}" for value in (one.ohm, *ends))
                lines.append(f"{direction},{soc:g},{name},{numbers}")
    sys.stdout.write("\n".join(lines) + "\n")
    _say(
        "In a straight line between pulses that follow each other, at most "
        f"{APART_PCT:g} points of SOC apart; a pulse within {NEAR_PCT:g} points counts alone."
    )


def _say_of_pulses(is_right: NDArray[np.bool_]) -> None:
    """Say how many pulses are left out, and that there is none."""
    unticked = int(np.sum(~is_right))
    if unticked:
        was = "1 pulse was" if unticked == 1 else f"{unticked} pulses were"
        _say(f"{was} unticked on the experiment's page, and left out.")
    if not len(is_right):
        _say("There is no pulse: a current after a rest of at least 5 s, for at most 120 s.")


def print_dqdv(experiment_id: int, cycle: int, half: str, bin_mv: float, sigma_mv: float) -> None:
    """Print dQ/dV of a half. Raises InputError for what is not there or cannot be drawn."""
    if not MIN_BIN_MV <= bin_mv <= MAX_BINS_MV:  # also what is no number
        raise InputError(f"--bin-mv is a width in mV from {MIN_BIN_MV:g} to {MAX_BINS_MV:g}.")
    if not 0 <= sigma_mv <= MAX_BINS_MV:
        raise InputError(f"--sigma-mv is a width in mV from 0 (raw) to {MAX_BINS_MV:g}.")
    with _opened(experiment_id, "dqdv") as (experiment, cycles):
        found = half_cycle(experiment, cycles, cycle, Direction(half))
    if found.total_ah <= 0:
        raise InputError(f"Cycle {cycle} of experiment {experiment_id} has no {half}.")
    curve = incremental_capacity(found.lines, bin_mv / MILLI).smooth(sigma_mv / MILLI)
    _print(
        {
            "voltage_v": curve.voltage_v,
            "dq_ah": curve.ah_per_v * curve.width_v,
            "dqdv_ah_per_v": curve.ah_per_v,
        }
    )
    for words in _doubts(found, bin_mv):
        _say(words)


def _doubts(half: HalfCycle, bin_mv: float) -> Iterator[str]:
    """Say what may mislead about a curve."""
    least_mv = bin_v(half.lines, 0.0) * MILLI
    if bin_mv < least_mv * (1 - 1e-9):
        yield (
            f"Bins of {bin_mv:g} mV are finer than the voltage: {STEPS_A_BIN:g} times its median "
            f"step is {least_mv:.3g} mV."
        )
    if half.is_fast:
        yield (
            f"At {half.rate_label} peaks are shifted and blurred by the cell's resistance: "
            "dQ/dV is read at C/5 or less."
        )
    if half.missing_s > 0:
        yield f"In {half.missing_s:.0f} s of the cycle nothing was measured."


def _resistances(pulses: Pulses) -> Mapping[str, Floats]:
    names = [f"r_{seconds:g}s_ohm" for seconds in pulses.times_s]
    return dict(zip(names, pulses.resistance_ohm.T, strict=True))


@contextmanager
def _opened(experiment_id: int, what: str) -> Iterator[tuple[ExperimentSeries, ExperimentCycles]]:
    """Open an experiment with all its measures. Raises InputError where it has none."""
    database = open_database(read_settings(), check=True)
    experiment_facts(database, experiment_id)
    _copy(database, experiment_id)
    with series.opened(database, experiment_id) as experiment:
        cycles = experiment_cycles(experiment)
        if cycles is None:
            raise InputError(f"Experiment {experiment_id} has no measures yet.")
        yield experiment, cycles
    target = f"experiment {experiment_id}"
    record_export(database, target, {"format": "csv", "what": what}, by=by_system_user())


def _copy(database: Database, experiment_id: int) -> None:
    """Copy what other programs have written, however much that is."""
    with progress(f"Experiment {experiment_id}", 100) as advance:
        series.catch_up(
            database,
            experiment_id,
            on_progress=lambda done, total: advance(100 * done // max(total, 1)),
        )


def _times(text: str) -> tuple[float, ...]:
    """Return the times of --at, each once, in their order."""
    times_s = list[float]()
    for one in text.split(","):
        try:
            seconds = float(one)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            raise InputError(
                f"--at {text}: {one.strip() or 'nothing'} is no time in seconds above 0. Write "
                "times with commas between, like 0.1,1,10."
            )
        times_s += [seconds] if seconds not in times_s else []
    if len(times_s) > MAX_TIMES:
        raise InputError(f"--at takes up to {MAX_TIMES} times.")
    return tuple(times_s)


def _print(columns: Mapping[str, Floats]) -> None:
    rows = csv_rows(list(columns.values()), len(next(iter(columns.values()))))
    sys.stdout.write(",".join(columns) + "\n" + rows.decode())


def _say(words: str) -> None:
    typer.echo(words, err=True)
