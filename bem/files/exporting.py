"""What `bem export` does: it writes an experiment's measures."""

import math
import sys
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bem.cli.progress import progress
from bem.services import by_system_user, open_database, read_settings
from cycling.errors import InputError
from db.commands.audit import record_export
from db.measures.export import CsvChoice, csv_pieces
from db.measures.parquet_files import parquet_pieces
from db.queries.experiments.detail import experiment_facts
from db.series.chunks import CHUNK

Pieces = Iterator[tuple[bytes, int]]  # and about how many rows are in each
GZIP = 31  # of zlib's windows: the largest, in a gzip file


def export_measures(
    experiment_id: int,
    kind: str,
    output: Path | None,
    channels: Sequence[str] | None,
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Write measures as csv, csv.gz or parquet, to a file or standard output. Raises InputError."""
    choice = CsvChoice(channels=channels, between=_between(first, last))
    database = open_database(read_settings(), check=True)
    measures = experiment_facts(database, experiment_id).measures
    is_parquet = kind == "parquet"
    pieces = (parquet_pieces if is_parquet else csv_pieces)(database, experiment_id, choice)
    target = f"experiment {experiment_id}"
    record_export(database, target, {"format": kind}, by=by_system_user())
    counted = _by_chunks(pieces) if is_parquet else _by_lines(pieces)
    written = _compressed(counted) if kind == "csv.gz" else counted
    if output is None:
        _write(written, sys.stdout.buffer, measures)
    else:
        _write_file(written, output, measures)


def _by_lines(pieces: Iterator[bytes]) -> Pieces:
    return ((piece, piece.count(b"\n")) for piece in pieces)


def _by_chunks(pieces: Iterator[bytes]) -> Pieces:
    return ((piece, CHUNK) for piece in pieces)


def _compressed(pieces: Pieces) -> Pieces:
    """Yield a gzip file of them; it names no time, so the same measures are the same bytes."""
    packing = zlib.compressobj(wbits=GZIP)
    for piece, rows in pieces:
        yield packing.compress(piece), rows
    yield packing.flush(), 0


def _write_file(pieces: Pieces, output: Path, measures: int) -> None:
    partial = output.with_name(output.name + ".part")  # a cut-off export must not look whole
    try:
        with partial.open("wb") as file:
            _write(pieces, file, measures)
        partial.replace(output)
    except OSError as error:
        raise InputError(f"{output} cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)


def _write(pieces: Pieces, file: BinaryIO, measures: int) -> None:
    """Write and show how far it is; a short range ends before its bar does."""
    with progress("Exporting", measures) as advance:
        done = 0
        for piece, rows in pieces:
            file.write(piece)
            done += rows
            advance(min(done, measures))
    file.flush()


def _between(first: datetime | None, last: datetime | None) -> tuple[float, float] | None:
    if first is None and last is None:
        return None
    return (
        -math.inf if first is None else first.timestamp(),
        math.inf if last is None else last.timestamp(),
    )
