"""What the lines above a table say about its test."""

from pathlib import Path

import pytest

from cycling.formats import open_table
from cycling.formats.facts import clean, head_facts

MACCOR = (
    "Today's Date 07/17/2019  Date of Test:\t07/11/2019\t Filename:\tC:\\a.070\t"
    " Procedure:\tdiag.000\t Comment/Barcode:\tcell 17"
)
BASYTEC = """~Name of Test: test
~Battery: cell
~Testplan: plan.pln
~Testchannel: 1814 CH14 XCTS_40
~Start of Test: 19.06.2023 17:56:53"""
ECLAB = """EC-Lab ASCII FILE
Nb header lines : 6
Run on channel : 13 (SN 77439)
Mass of active material : 12.3 mg
Loaded Setting File : a.mps
Acquisition started on : 06/19/2024 11:38:41.707
Technique started on : 06/19/2024 11:40:41.707"""
NOVONIX = "[Summary]\nChannel: 01\nCell: Co10x3.csv\nSerial Number: \nMass (g): 1.000\n"


@pytest.mark.parametrize(
    ("head", "facts"),
    [
        (MACCOR, {"cell": "cell 17", "start": "07/11/2019", "schedule": "diag.000"}),
        (
            BASYTEC,
            {
                "name": "test",
                "cell": "cell",
                "channel": "1814 CH14 XCTS_40",
                "start": "19.06.2023 17:56:53",
                "schedule": "plan.pln",
            },
        ),
        (
            ECLAB,
            {
                "mass": "12.3 mg",
                "channel": "13 (SN 77439)",
                "start": "06/19/2024 11:38:41.707",
                "schedule": "a.mps",
            },
        ),
        (NOVONIX, {"cell": "Co10x3.csv", "mass": "1.000 g", "channel": "01"}),
        (
            "Battery Name,Cell A\nStart Time,11/17/2025 10:49:25 AM\n,,",
            {
                "cell": "Cell A",
                "start": "11/17/2025 10:49:25 AM",
            },
        ),
        ("Date of Test:,23-Nov-23 3:56:08 PM", {"start": "23-Nov-23 3:56:08 PM"}),
        ("nothing of it\n1;2;3\n\n", {}),
    ],
)
def test_heads_of_instruments(head: str, facts: dict[str, str]) -> None:
    assert head_facts(head.splitlines()) == facts


def test_clean_keeps_what_has_a_value_in_one_line() -> None:
    found = {"name": " a\n\0 b ", "mass": 12.5, "cell": "", "schedule": None, "other": "x"}
    assert clean(found) == {"name": "a b", "mass": "12.5"}
    assert len(clean({"name": "x" * 999})["name"]) == 200


def test_a_table_has_the_facts_of_its_head(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    rows = "".join(f"{n},3.{n},1.0\n" for n in range(5))
    file.write_text("Cell: 17\nChannel: 4\n\nTest Time / s,Voltage / V,Current / A\n" + rows)
    assert open_table(file).facts == {"cell": "17", "channel": "4"}
