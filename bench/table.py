"""Showing the lines as a table, and saving them as JSON and as Markdown."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bench.lines import KILOBYTES, MEGABYTES, Line

HEADER = (
    "work",
    "engine",
    "size",
    "median",
    "worst",
    "a second",
    "limit beside it",
    "ratio",
    "growth",
    "goal",
    "met",
    "note",
)
TO_THE_RIGHT = {"size", "median", "worst", "a second", "ratio", "growth"}
MARKS = {True: "yes", False: "NO", None: ""}


def as_text(lines: Sequence[Line]) -> str:
    """Return one aligned table."""
    rows = [HEADER, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    shown = [_aligned(row, widths) for row in rows]
    return "\n".join([shown[0], "  ".join("-" * width for width in widths), *shown[1:]])


def as_markdown(lines: Sequence[Line], about: dict[str, object]) -> str:
    """Return the table for a document, under a line that says where it was measured."""
    said = ", ".join(f"{name} {value}" for name, value in _machine().items())
    asked = ", ".join(f"{name} {value}" for name, value in about.items())
    rules = ["---:" if name in TO_THE_RIGHT else "---" for name in HEADER]
    rows = [HEADER, tuple(rules), *(_cells(line) for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"Measured with {said}; {asked}.\n\n{table}\n"


def save(lines: Sequence[Line], folder: Path, now: datetime, about: dict[str, object]) -> Path:
    """Write the lines, and on what they were measured, to new files; return the JSON one."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y-%m-%dT%H-%M-%SZ}.json"
    content = {
        "date": now.isoformat(timespec="seconds"),
        **_machine(),
        **about,
        "lines": [_plain(line) for line in lines],
    }
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(as_markdown(lines, about), encoding="utf-8")
    return file


def _machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def _cells(line: Line) -> tuple[str, ...]:
    limit = ""
    if line.limit_median is not None:
        limit = f"{_amount(line.limit_median, line.unit)} {line.limit}"
    return (
        line.work,
        line.engine,
        f"{line.size:,}" if line.size else "",
        _amount(line.median, line.unit),
        "" if line.worst is None else _amount(line.worst, line.unit),
        "" if line.per_second is None else f"{line.per_second:,.0f} {line.per}",
        limit,
        "" if line.ratio is None else f"{line.ratio:.2f}",
        "" if line.growth is None else f"{line.growth:.2f}",
        "" if line.goal is None else line.goal.words,
        MARKS[line.is_met],
        line.note,
    )


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [
        cell.rjust(width) if name in TO_THE_RIGHT else cell.ljust(width)
        for name, cell, width in zip(HEADER, row, widths, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _amount(amount: float, unit: str) -> str:
    if unit == MEGABYTES:
        return f"{amount:.0f} MB"
    if unit == KILOBYTES:
        return f"{amount:.1f} kB"
    return f"{amount:.2f} s" if amount >= 1 else f"{amount * 1000:.1f} ms"


def _plain(line: Line) -> dict[str, object]:
    return {
        "work": line.work,
        "engine": line.engine,
        "size": line.size or None,
        "median": line.median,
        "worst": line.worst,
        "unit": line.unit,
        "per_second": line.per_second,
        "limit": line.limit or None,
        "limit_median": line.limit_median,
        "ratio": line.ratio,
        "growth": line.growth,
        "goal": line.goal.words if line.goal else None,
        "met": line.is_met,
        "note": line.note or None,
    }
