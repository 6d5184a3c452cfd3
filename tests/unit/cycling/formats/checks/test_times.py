from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cycling.formats import verify


@pytest.mark.parametrize(
    ("label", "time_zone", "behind", "codes"),
    [
        ("Clock (UTC+2)", "UTC", "", ["label-zone"]),
        ("Clock (UTC+2)", "Europe/Madrid", "", []),
        ("Clock [CET]", "Europe/Madrid", "", ["label-zone"]),
        ("Clock (UTC+2)", "UTC", "Z", []),
        ("Clock (UTC)", "UTC", "", []),
        ("Clock", "UTC", "", []),
    ],
)
def test_a_zone_that_the_label_names_is_said(proposed, label, time_zone, behind, codes):
    rows = [f"2026-05-17 10:{n:02}:00{behind},{3.5 + 0.01 * n:.2f},1" for n in range(20)]
    table, mapping = proposed("\n".join([f"{label},U (V),I (A)", *rows]) + "\n")
    found = verify(table, replace(mapping, time_zone=time_zone)).problems
    assert [problem.code for problem in found if problem.code != "sign"] == codes


@pytest.mark.parametrize(
    ("label", "starts_at"),
    [
        ("Time (UTC)", "10:00+00:00"),
        ("Clock (UTC+2)", "10:00+02:00"),
        ("Date Time [CET]", "10:00+01:00"),
        ("Timestamp UTC-03:00", "10:00-03:00"),
        ("Time (GMT+5:30)", "10:00+05:30"),
        ("Time [America/Santiago]", "10:00-04:00"),
        ("Clock", "10:00+00:00"),
    ],
)
def test_the_zone_of_the_label_is_that_of_the_clock(proposed, label, starts_at):
    rows = [f"2026-05-17 10:{n:02}:00,{3.5 + 0.01 * n:.2f},1" for n in range(20)]
    table, mapping = proposed("\n".join([f"{label},U (V),I (A)", *rows]) + "\n")
    found = verify(table, mapping)
    moment = datetime.fromisoformat(f"2026-05-17 {starts_at}")
    assert found.starts_at == moment.timestamp()
    (said,) = (one.text for one in found.mapping.inferred if one.kind == "zone")
    assert ("names its zone" in said) is (label != "Clock")


def test_a_zone_that_is_unknown_changes_nothing(proposed):
    rows = "".join(f"2026-05-17 10:{n:02}:00,3.{n},1\n" for n in range(20))
    assert proposed(f"Clock (UTC+3:17),U (V),I (A)\n{rows}")[1].time_zone == "UTC"
    assert proposed(f"Clock (Volt/Ampere),U (V),I (A)\n{rows}")[1].time_zone == "UTC"


@pytest.mark.parametrize(
    ("head", "written", "month"),
    [
        ("Date (MM/DD/YYYY),U (V),I (A)", "03/04/2026", 3),
        ("Date [dd.mm.yyyy],U (V),I (A)", "03.04.2026", 4),
        ("Datum (TT.MM.JJJJ),U (V),I (A)", "03.04.2026", 4),
        ("Date,Voltage,Current\nmm/dd/yyyy hh:mm:ss,V,A", "03/04/2026", 3),
        ("Date (MM/DD/YYYY),U (V),I (A)", "13/04/2026", 4),  # which only days can be
    ],
)
def test_the_order_of_dates_that_the_label_says_is_theirs(proposed, head, written, month):
    rows = [f"{written} 10:{n:02}:00,{3.5 + 0.01 * n:.2f},1" for n in range(20)]
    table, mapping = proposed("\n".join([head, *rows]) + "\n")
    found = verify(table, mapping)
    assert found.rows == 20
    assert datetime.fromtimestamp(found.starts_at, UTC).month == month
    assert "date-order" not in [problem.code for problem in found.problems]
