"""What `bem cycles` does: it writes the cycle table of an experiment."""

import sys
from pathlib import Path

from bem.services import by_system_user, open_database, read_settings
from cycling.analysis.cycles.choices import Direction, Numbering
from cycling.errors import InputError
from db.commands.audit import record_export
from db.measures.cycle_files import CycleFormat, cycle_file

AUTO = "auto"
NUMBERINGS = {AUTO: None, "file": Numbering.FILE, "current": Numbering.CURRENT}
FIRSTS = {AUTO: None, "charge": Direction.CHARGE, "discharge": Direction.DISCHARGE}


def write_cycles(
    experiment_id: int, kind: str, output: Path | None, numbering: str | None, first: str | None
) -> None:
    """Write the table to a file, or to standard output; None is what was chosen for it.

    Raises InputError.
    """
    if output is None and kind != CycleFormat.CSV and sys.stdout.isatty():
        raise InputError(f"A terminal shows no {kind}: name a file with -o.")
    changes: dict[str, object] = {}
    changes |= {} if numbering is None else {"numbering": NUMBERINGS[numbering]}
    changes |= {} if first is None else {"first": FIRSTS[first]}
    database = open_database(read_settings(), check=True)
    content = cycle_file(database, experiment_id, CycleFormat(kind), **changes)
    detail = {"format": kind, "what": "cycles"}
    record_export(database, f"experiment {experiment_id}", detail, by=by_system_user())
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InputError(f"{output} cannot be written ({error.strerror}).") from error
