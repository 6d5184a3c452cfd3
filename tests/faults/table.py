"""A pytest plugin: the table of `make faults`. It runs only the tests that are marked as faults."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

FAULTS = {
    1: "database or worker killed in an import",
    2: "database down while stations publish",
    3: "broker stopped or killed",
    4: "master node killed again and again",
    5: "duplicates, gaps, replays",
    6: "malformed messages among good ones",
    7: "disk full",
    8: "clock of a unit is off",
    9: "two masters, a paused leader",
    10: "one experiment submitted ten times at once",
    11: "web worker killed in a request",
    12: "slow and half-open connections",
    13: "migration killed half-way",
    14: "station goes silent",
    15: "database hangs while people have pages open",
    16: "leader that the broker refuses",
    17: "message that the database does not take",
    18: "experiment that ends otherwise than as written",
    19: "step whose voltage nothing bounds",
    20: "unit that names what is another's",
    21: "forged callbacks",
    22: "guessed passwords",
}
COUNTS = ("tries", "sent", "stored", "lost", "doubled", "recovery_s")
HEAD = "| fault | engine | result | tries | sent | stored | lost | doubled | recovery s |"
reports: list[tuple[dict, str]] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what is marked as a fault, and note on each which one and on what engine."""
    left_out = [item for item in items if item.get_closest_marker("fault") is None]
    items[:] = [item for item in items if item.get_closest_marker("fault") is not None]
    config.hook.pytest_deselected(items=left_out)
    for item in items:
        number = item.get_closest_marker("fault").args[0]
        item.user_properties += [("fault", number), ("engine", _engine(item))]


def _engine(item: pytest.Item) -> str:
    names = getattr(item, "fixturenames", ())
    given = getattr(getattr(item, "callspec", None), "params", {})
    for fixture in ("database_url", "empty_database_url"):
        if fixture in given:
            return str(given[fixture])
    if "mariadb_url" in names or "mariadb_lab" in names:
        return "mariadb"
    return "sqlite"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a test has noted; a failure in its set-up or after it counts too."""
    if report.when == "call" or report.outcome != "passed":
        reports.append((dict(report.user_properties), report.outcome))


def rows(noted: Iterable[tuple[dict, str]]) -> list[str]:
    """Return a line for each fault and engine; counts are summed, the longest recovery stays."""
    groups: dict[tuple[int, str], list[tuple[dict, str]]] = {}
    for properties, outcome in noted:
        groups.setdefault((properties["fault"], properties["engine"]), []).append(
            (properties, outcome)
        )
    seen = {fault for fault, _ in groups}
    lines = {
        (fault, ""): f"| {fault} {FAULTS[fault]} | | NOT RUN | | | | | | |" for fault in FAULTS
    }
    lines = {key: line for key, line in lines.items() if key[0] not in seen}
    for key, group in groups.items():
        lines[key] = _line(*key, group)
    return [lines[key] for key in sorted(lines)]


def _line(fault: int, engine: str, group: list[tuple[dict, str]]) -> str:
    passed = sum(outcome == "passed" for _, outcome in group)
    worst = "ok" if passed == len(group) else "FAILED OR LEFT OUT"
    cells = []
    for name in COUNTS:
        given = [properties[name] for properties, _ in group if name in properties]
        if not given:
            cells.append("–")
        else:
            cells.append(f"{max(given):.1f}" if name == "recovery_s" else f"{sum(given):,}")
    said = f"{worst} ({passed} of {len(group)})"
    return f"| {fault} {FAULTS[fault]} | {engine} | {said} | {' | '.join(cells)} |"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and keep it where BEM_FAULTS_SAVE names a file."""
    lines = [HEAD, "|---|---|---|---:|---:|---:|---:|---:|---:|", *rows(reports)]
    terminalreporter.write_line("\n" + "\n".join(lines))
    if file := os.environ.get("BEM_FAULTS_SAVE"):
        Path(file).write_text("\n".join(lines) + "\n")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if a fault was not shown: left out, lost or doubled."""
    if hasattr(session.config, "workerinput"):
        return
    bad = [one for one, _ in reports if one.get("lost") or one.get("doubled")]
    if any(word in line for line in rows(reports) for word in ("FAILED", "NOT RUN")) or bad:
        session.exitstatus = session.exitstatus or 1
