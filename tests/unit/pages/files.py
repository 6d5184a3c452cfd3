"""What the check of a file finds, as the worker sends it to the import page."""

from typing import Any

from cycling.formats import Column, Field, Mapping

COLUMNS = (
    Column(0, "Test Time / s", Field.TEST_TIME, "s", "Test Time"),
    Column(1, "Voltage / V", Field.VOLTAGE, "V", "Voltage"),
    Column(2, "Current / A", Field.CURRENT, "A", "Current"),
    Column(3, "Note", Field.IGNORED, "", "Note"),
)
MAPPING = Mapping("BDF", COLUMNS, positive_is_charge=True)
UPLOAD = {"id": "a" * 32, "name": "cell.csv", "size": 184_200, "modified": 1.78e12}


def upload(number: int) -> dict[str, Any]:
    """One of several files."""
    return {**UPLOAD, "id": f"{number:032x}", "name": f"cell {number}.csv"}


def problem(severity: str = "warning", **other: Any) -> dict[str, Any]:
    plain = {"text": "Gap of 2 h before this row.", "row": 7, "last_row": None, "column": None}
    return {**plain, "severity": severity, "code": "gap", "place": "Row 7", **other}


def verification(**other: Any) -> dict[str, Any]:
    """The JSON of a Verification."""
    plain = {
        "mapping": MAPPING.to_json(),
        "rows": 3,
        "problems": [],
        "problem_count": 0,
        "to_decide": 0,
        "sign": {"agree": 2, "contradict": 0, "verdict": "agrees", "text": "It agrees."},
        "starts_at": 1_780_000_000.0,
        "duration_s": 2.0,
        "median_interval_s": 1.0,
        "channels": [],
        "preview": {
            "time_s": [0.0, 1.0, 2.0],
            "voltage_v": [3.0, 3.1, 3.2],
            "current_a": [1.0, 1.0, 1.0],
        },
        "trust_clock": True,
        "ok": True,
    }
    return {**plain, **other}


def result(upload_id: str = UPLOAD["id"], **other: Any) -> dict[str, Any]:
    """What a finished check leaves in its job."""
    return {
        "dialect": "comma, UTF-8",
        "upload": upload_id,
        "verification": verification(**other),
        "sample": ["0", "3.0", "1.0", "begin"],
    }
