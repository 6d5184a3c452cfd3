from dataclasses import replace

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
