"""A file read as an earlier one of its layout was corrected: by the worker and by `bem import`."""

from collections.abc import Callable
from dataclasses import replace

from cycling.formats import Mapping, TextTable, Verification, verify
from cycling.formats.columns.remembered import Corrections, layout_key
from db.engine import Database
from db.queries.experiments.import_corrections import (
    RememberedCorrections,
    remembered_corrections,
)


def of_layout(database: Database, mapping: Mapping) -> RememberedCorrections | None:
    """Return what was corrected of the last file with columns of these names; None if nothing."""
    return remembered_corrections(database, layout_key(mapping))


def verified_like_before(
    table: TextTable,
    mapping: Mapping,
    remembered: RememberedCorrections | None,
    on_progress: Callable[[int, int], None],
) -> Verification:
    """Check a whole file; a remembered sign answers the question about it, if that is left open.

    A remembered unit that is not the one of the column's label is a question.
    """
    verification = verify(table, mapping, on_progress)
    if remembered is None:
        return verification
    sign = remembered.corrections.positive_is_charge
    if mapping.positive_is_charge is None and _answers(sign, verification):
        verification = verify(table, replace(mapping, positive_is_charge=sign), on_progress)
    used = verification.mapping
    question = in_force(remembered.corrections, used).question(used)
    return verification if question is None else verification.with_problem(question)


def _answers(sign: bool | None, verification: Verification) -> bool:
    """Whether a remembered sign answers the only open question, and the data does not object."""
    verdict = verification.sign.verdict
    open_questions = [one for one in verification.problems if one.severity != "warning"]
    if sign is None or [one.code for one in open_questions] != ["sign"]:
        return False
    return verdict not in ("charge", "discharge") or (verdict == "charge") == sign


def in_force(corrections: Corrections, mapping: Mapping) -> Corrections:
    """Return those corrections that a mapping reads the file with."""
    return Corrections(
        columns=tuple(
            (index, field, unit)
            for index, field, unit in corrections.columns
            if index < len(mapping.columns)
            and (mapping.columns[index].field, mapping.columns[index].unit) == (field, unit)
        ),
        time_zone=corrections.time_zone if corrections.time_zone == mapping.time_zone else None,
        positive_is_charge=(
            corrections.positive_is_charge
            if corrections.positive_is_charge == mapping.positive_is_charge
            else None
        ),
    )
