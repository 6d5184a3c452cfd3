"""What `bem export` does: it writes an experiment's measures."""

import math
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bem.cli.progress import progress
from bem.services import by_system_user, open_database, read_settings
from cycling.errors import InputError
from db.commands.audit import record_export
from db.measures.export import CsvChoice, csv_pieces
from db.queries.experiments.detail import experiment_facts


def export_csv(
    experiment_id: int,
    output: Path | None,
    channels: Sequence[str] | None,
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Write measures as CSV to a file, or to standard output. Raises InputError."""
    choice = CsvChoice(channels=channels, between=_between(first, last))
    database = open_database(read_settings(), check=True)
    measures = experiment_facts(database, experiment_id).measures
    pieces = csv_pieces(database, experiment_id, choice)
    target = f"experiment {experiment_id}"
    record_export(database, target, {"format": "csv"}, by=by_system_user())
    if output is None:
        _write(pieces, sys.stdout.buffer, measures)
    else:
        _write_file(pieces, output, measures)


def _write_file(pieces: Iterator[bytes], output: Path, measures: int) -> None:
    partial = output.with_name(output.name + ".part")  # a cut-off export must not look whole
    try:
        with partial.open("wb") as file:
            _write(pieces, file, measures)
        partial.replace(output)
    except OSError as error:
        raise InputError(f"{output} cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)


def _write(pieces: Iterator[bytes], file: BinaryIO, measures: int) -> None:
    """Write and show how far it is; a short range ends before its bar does."""
    with progress("Exporting", measures) as advance:
        done = -1  # the header
        for piece in pieces:
            file.write(piece)
            done += piece.count(b"\n")
            advance(done)
    file.flush()


def _between(first: datetime | None, last: datetime | None) -> tuple[float, float] | None:
    if first is None and last is None:
        return None
    return (
        -math.inf if first is None else first.timestamp(),
        math.inf if last is None else last.timestamp(),
    )
