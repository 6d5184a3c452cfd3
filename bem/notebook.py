"""Experiments as DataFrames of pandas or polars, for notebooks; docs/notebooks.md shows it.

pandas and polars are loaded when they are used.
"""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from bem.services import open_database, read_settings
from bem.settings import Settings
from cycling.errors import InputError
from cycling.formats import Field
from cycling.formats.columns.labels import channel_label
from db.engine import Database
from db.measures.export import Columns, CsvChoice, chosen_columns, column_blocks
from db.queries.experiments.detail import check_experiment
from db.queries.experiments.filters import Filter
from db.queries.experiments.rows import ExperimentRow
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import Sort

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

MAX_EXPERIMENTS = 1_000_000
WHOLE = (Field.CYCLE.becomes, Field.STEP.becomes, Field.PAUSED.becomes)
LISTED = ("id", "name", "description", "status", "battery", "technology", "station", "profile")
TIMES = ("created_at", "begun_at", "finished_at")

Moment = datetime | str
Floats = NDArray[np.float64]


class Laboratory:
    """The experiments of a database, to be read; `open_laboratory` opens one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def experiments(self, text: str = "") -> list[dict[str, Any]]:
        """Return the experiments, or those with a text in name or description, oldest first.

        Both libraries make a table of it: `pandas.DataFrame(laboratory.experiments())`.
        """
        page = list_experiments(
            self._database, Filter(text=text), Sort(SortKey.ID), offset=0, limit=MAX_EXPERIMENTS
        )
        return [
            {name: values[name] for name in (*LISTED, *TIMES)} for values in map(_listed, page.rows)
        ]

    def pandas(
        self, experiment_id: int, since: Moment | None = None, until: Moment | None = None
    ) -> "pd.DataFrame":
        """Return the measures of an experiment for pandas; NaN where unknown.

        `since` and `until` are dates with times, as text or datetime; in UTC unless they say
        otherwise. Raises NotFoundError, InputError.
        """
        import pandas as pd

        frame = pd.DataFrame(self._columns(experiment_id, since, until))
        return frame.astype({label: "Int64" for label in WHOLE if label in frame.columns})

    def polars(
        self, experiment_id: int, since: Moment | None = None, until: Moment | None = None
    ) -> "pl.DataFrame":
        """Return the measures of an experiment for polars, null where unknown; else as `pandas`."""
        import polars as pl

        frame = pl.DataFrame(self._columns(experiment_id, since, until), nan_to_null=True)
        return frame.cast({label: pl.Int64 for label in WHOLE if label in frame.columns})

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.dispose()

    def _columns(
        self, experiment_id: int, since: Moment | None, until: Moment | None
    ) -> dict[str, Floats]:
        between = _window(since, until)
        check_experiment(self._database, experiment_id)
        columns = chosen_columns(self._database, experiment_id, CsvChoice(between=between))
        blocks = column_blocks(self._database, experiment_id, columns, between)
        parts = zip(*blocks, strict=True)
        labels = _labels(columns)
        joined = [np.concatenate(part) for part in parts] or [np.empty(0)] * len(labels)
        return dict(zip(labels, joined, strict=True))


def open_laboratory(database_url: str | None = None) -> Laboratory:
    """Open the database of the environment's settings, or that of a URL.

    Raises InputError if it is not at the revision of this version, UnavailableError.
    """
    if database_url is None:
        return Laboratory(open_database(read_settings(), check=True))
    settings = Settings(database_url=database_url, data_dir=Path())
    return Laboratory(open_database(settings, check=True))


def _window(since: Moment | None, until: Moment | None) -> tuple[float, float] | None:
    """Return Unix seconds, open at an end that is not given. Raises InputError."""
    if since is None and until is None:
        return None
    first, last = _unix_s(since, -math.inf), _unix_s(until, math.inf)
    if first > last:
        raise InputError("The window ends before it begins.")
    return first, last


def _unix_s(moment: Moment | None, otherwise: float) -> float:
    if moment is None:
        return otherwise
    try:
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError as error:
        raise InputError(f"{moment} is not a date and time like 2026-11-22T08:30.") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _labels(columns: Columns) -> list[str]:
    """Return names as in our CSV; channels that are called the same are numbered."""
    generic = [field.becomes for field in columns.fields]
    return [*generic, *_numbered(channel_label(*channel) for channel in columns.channels)]


def _numbered(labels: Iterable[str]) -> Iterable[str]:
    so_far: Counter[str] = Counter()
    for label in labels:
        so_far[label] += 1
        yield label if so_far[label] == 1 else f"{label} ({so_far[label]})"


def _listed(row: ExperimentRow) -> dict[str, object]:
    values = {name: _plain(getattr(row, name)) for name in (*LISTED, *TIMES) if name != "status"}
    return {**values, "status": row.state.value.upper()}


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value
