"""What the things of the audit trail are called now."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from db.engine import Database
from db.models import Battery, ComputationalUnit, CyclerStation, Experiment, LibraryProfile, Plan

KINDS: Mapping[str, tuple[Any, Any]] = {
    "experiment": (Experiment.id, Experiment.name),
    "battery": (Battery.id, Battery.name),
    "station": (CyclerStation.id, CyclerStation.name),
    "unit": (ComputationalUnit.id, ComputationalUnit.host_name),
    "plan": (Plan.id, Plan.name),
    "library profile": (LibraryProfile.id, LibraryProfile.name),
}


def names_now(database: Database, targets: Collection[str]) -> dict[str, str]:
    """Return the names of targets like "experiment 12" that are still there.

    One statement for each kind, however many targets there are.
    """
    wanted: dict[str, set[int]] = {}
    for target in targets:
        kind, _, number = target.rpartition(" ")
        if kind in KINDS and number.isascii() and number.isdigit() and len(number) < 10:
            wanted.setdefault(kind, set()).add(int(number))
    names: dict[str, str] = {}
    with database.read() as session:
        for kind, ids in wanted.items():
            id_, name = KINDS[kind]
            rows = session.execute(select(id_, name).where(id_.in_(ids)))
            names |= {f"{kind} {row[0]}": row[1] for row in rows}
    return names
