"""An experiment's measures as CSV, streamed."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.errors import InputError
from cycling.formats import Field, csv_header, csv_rows
from db import series
from db.engine import Database
from db.queries.experiments.detail import check_experiment
from db.series import ChannelInfo, MeasureTable

CHOSEN = {"voltage": Field.VOLTAGE, "current": Field.CURRENT, "power": Field.POWER}


@dataclass(frozen=True)
class CsvChoice:
    """Which channels (their keys) and which time (Unix seconds); None for all."""

    channels: Collection[str] | None = None
    between: tuple[float, float] | None = None


EVERYTHING = CsvChoice()


def csv_pieces(
    database: Database, experiment_id: int, choice: CsvChoice = EVERYTHING
) -> Iterator[bytes]:
    """Yield the header line, then thousands of rows at a time, in MeasID order.

    Times, cycle and step are always there. Raises InputError for a channel that is not known.
    """
    known = series.channels(database, experiment_id)
    _refuse_unknown(choice, known)
    extended = [
        channel
        for channel in known
        if channel.used_measure_id is not None and _is_chosen(choice, channel.key)
    ]
    generic = [key for key in CHOSEN if _is_chosen(choice, key)]
    fields = [
        Field.TEST_TIME,
        Field.CLOCK,
        *(CHOSEN[key] for key in generic),
        Field.CYCLE,
        Field.STEP,
    ]
    return _pieces(database, experiment_id, choice, fields, generic, extended)


def _pieces(
    database: Database,
    experiment_id: int,
    choice: CsvChoice,
    fields: list[Field],
    generic: list[str],
    extended: list[ChannelInfo],
) -> Iterator[bytes]:
    yield csv_header([(channel.name, channel.unit) for channel in extended], fields)
    only = {*generic, "test_time", "cycle", "step"}
    for table in series.tables(
        database, experiment_id, extended, between=choice.between, only=only
    ):
        columns = [
            table.test_time_s,
            table.unix_s,
            *(_generic(table, key) for key in generic),
            table.cycle,
            table.step,
            *table.extended,
        ]
        yield csv_rows(columns, len(table.unix_s))
    check_experiment(database, experiment_id)  # deleted meanwhile, the file must not end as whole


def csv_file_name(experiment_id: int, name: str, choice: CsvChoice = EVERYTHING) -> str:
    """Return a file name of plain letters that says which experiment it is, or is a part of."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.")
    part = "" if choice == EVERYTHING else "-part"
    return f"{experiment_id}-{words or 'experiment'}{part}.bdf.csv"


def _is_chosen(choice: CsvChoice, key: str) -> bool:
    return choice.channels is None or key in choice.channels


def _refuse_unknown(choice: CsvChoice, known: tuple[ChannelInfo, ...]) -> None:
    there = {channel.key: channel.name for channel in known} | dict.fromkeys(CHOSEN, "")
    for key in choice.channels or ():
        if key not in there:
            listed = ", ".join(channel.key for channel in known)
            raise InputError(f"There is no column {key[:40]!r}. Choose from: {listed}.")


def _generic(table: MeasureTable, key: str) -> NDArray[np.float64]:
    columns = {"voltage": table.voltage_v, "current": table.current_a, "power": table.power_w}
    return columns[key]
