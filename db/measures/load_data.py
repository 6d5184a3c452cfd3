"""Loading samples by LOAD DATA LOCAL: the fastest way into MySQL and MariaDB."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.measures.rows import EXTENDED_COLUMNS, GENERIC_COLUMNS, Floats, MeasureRows

if TYPE_CHECKING:
    import polars as pl


def load(session: Session, parts: Sequence[tuple[int, MeasureRows]]) -> None:
    """Write samples of several experiments. Raises InputError where one does not fit, or is there.

    The server leaves out a row whose key is there; the caller's transaction is then undone.
    """
    import polars as pl

    for table, columns, frame_of in (
        ("GenericMeasures", GENERIC_COLUMNS, _generic),
        ("ExtendedMeasures", EXTENDED_COLUMNS, _extended),
    ):
        frames = [
            frame_of(rows).select(pl.lit(experiment_id).alias("ExpID"), pl.all())
            for experiment_id, rows in parts
        ]
        _load(session, table, columns, pl.concat(frames))


def _load(session: Session, table: str, columns: str, frame: "pl.DataFrame") -> None:
    if not len(frame):
        return
    with tempfile.NamedTemporaryFile(suffix=".tsv") as file:
        frame.write_csv(
            file.name,
            include_header=False,
            separator="\t",
            null_value="\\N",
            datetime_format="%Y-%m-%d %H:%M:%S%.6f",
            quote_style="never",
        )
        loaded = session.connection().exec_driver_sql(
            f"LOAD DATA LOCAL INFILE '{_quoted(file.name)}' INTO TABLE {table} "
            f"CHARACTER SET utf8mb4 (ExpID, {columns})"
        )
    # with LOCAL the server leaves out or bends what does not fit, and only warns
    warnings = session.connection().exec_driver_sql("SHOW WARNINGS LIMIT 1").all()
    if warnings or loaded.rowcount != len(frame):
        count = f"{loaded.rowcount} of {len(frame)} rows were taken"
        reason = warnings[0][2] if warnings else count
        raise InputError(f"The database did not take every row as it is: {reason}.")


def _generic(rows: MeasureRows) -> "pl.DataFrame":
    import polars as pl  # heavy, and only imports need it

    micros = np.round(rows.unix_s * 1e6).astype(np.int64)
    ids = np.arange(rows.first_id, rows.first_id + len(rows))
    frame = pl.DataFrame(
        {
            "MeasID": ids,
            "Timestamp": pl.Series(micros).cast(pl.Datetime("us")),
            "InstrID": rows.instruction.astype(np.int64),
            "Voltage": rows.voltage_mv,
            "Current": rows.current_ma,
            "Power": _or_blank(rows.power_mw, rows),
            "TestTime": _or_blank(rows.test_time_s, rows),
            "Step": _or_blank(rows.step, rows),
            "Cycle": _or_blank(rows.cycle, rows),
        },
        nan_to_null=True,
    )
    return frame.with_columns(pl.col("Step", "Cycle").cast(pl.Int64))


def _extended(rows: MeasureRows) -> "pl.DataFrame":
    """Every value but NaN, in the order of the table's key."""
    import polars as pl

    ids = np.arange(rows.first_id, rows.first_id + len(rows))
    masks = {id_: ~np.isnan(values) for id_, values in sorted(rows.extended.items())}
    empty = np.empty(0)
    return pl.DataFrame(
        {
            "UsedMeasID": np.repeat(
                np.array(list(masks), np.int64), [int(mask.sum()) for mask in masks.values()]
            ),
            "MeasID": np.concatenate([ids[:0], *(ids[mask] for mask in masks.values())]),
            "Value": np.concatenate([empty, *(rows.extended[i][m] for i, m in masks.items())]),
        }
    )


def _or_blank(values: Floats | None, rows: MeasureRows) -> Floats:
    return np.full(len(rows), np.nan) if values is None else values


def _quoted(name: str) -> str:
    return str(Path(name)).replace("\\", "\\\\").replace("'", "\\'").replace("%", "%%")
