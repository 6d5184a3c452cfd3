"""What came of the load: tables for the screen and for a document."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.load.watch import Sample, Trend


@dataclass(frozen=True)
class Requests:
    """All requests of one kind."""

    kind: str
    count: int
    failures: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float


@dataclass(frozen=True)
class Measures:
    """What the stations sent and what is stored; extended ones in measures too."""

    sent: int
    stored: int
    extended: float
    p50_s: float
    p95_s: float

    @property
    def lost(self) -> float:
        """How many were sent and are not there whole."""
        return max(0.0, self.sent - min(self.stored, self.extended))

    @property
    def doubled(self) -> float:
        """How many are there and were not sent."""
        return max(0.0, max(self.stored, self.extended) - self.sent)


@dataclass(frozen=True)
class Report:
    """How a run went on one engine."""

    engine: str
    minutes: float
    requests: Sequence[Requests]
    measures: Measures
    imports: Sequence[float]
    imported_rows: int
    early_s: float
    trends: Sequence[Trend]
    samples: dict[str, list[tuple[float, Sample]]]
    problems: Sequence[str] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing failed, was lost or doubled. What grows is for people to judge."""
        failures = sum(one.failures for one in self.requests)
        return (
            not self.problems
            and not failures
            and not self.measures.lost
            and not self.measures.doubled
        )


Table = list[tuple[str, ...]]


def as_markdown(report: Report) -> str:
    """Return the tables for a document."""
    tables = (_requests(report), _work(report), _trends(report))
    said = "".join(f"- {one}\n" for one in report.problems)
    return "\n".join([*(_table(one) for one in tables), said])


def save_report(report: Report, file: Path) -> None:
    """Keep everything that was measured, the samples too."""
    whole = asdict(report) | {"is_good": report.is_good}
    file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(as_markdown(report), encoding="utf-8")


def _requests(report: Report) -> Table:
    head = (f"request, {report.engine}", "count", "failed", "p50", "p95", "p99", "worst")
    return [
        head,
        *(
            (
                one.kind,
                f"{one.count:,}",
                f"{one.failures:,}",
                *(f"{ms:,.0f} ms" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.worst_ms)),
            )
            for one in report.requests
        ),
    ]


def _work(report: Report) -> Table:
    measures = report.measures
    took = ", ".join(f"{one:.0f} s" for one in report.imports)
    return [
        (f"work, {report.engine}", "figure"),
        ("minutes", f"{report.minutes:g}"),
        ("rows imported", f"{report.imported_rows:,}"),
        ("imports, check and wait in them", took),
        ("measures sent", f"{measures.sent:,}"),
        ("measures stored", f"{measures.stored:,}"),
        ("lost", f"{measures.lost:,.0f}"),
        ("doubled", f"{measures.doubled:,.0f}"),
        ("made to acknowledged, p50 and p95", f"{measures.p50_s:.2f} s, {measures.p95_s:.2f} s"),
    ]


def _trends(report: Report) -> Table:
    early, late = report.early_s / 60, report.minutes
    moments = [f"{one:.3g} min" for one in (early, (early + late) / 2, late)]
    head = (f"process, {report.engine}", "figure", *moments, "slope an hour", "flat")
    return [
        head,
        *(
            (
                one.process,
                one.kind,
                *(f"{level:,.0f}" for level in (one.early, one.middle, one.late)),
                f"{one.per_hour:+,.1f}",
                "yes" if one.is_flat else "NO",
            )
            for one in report.trends
        ),
    ]


def _table(rows: Table) -> str:
    rule = ("---", *("---:" for _ in rows[0][1:]))
    return "".join(f"| {' | '.join(row)} |\n" for row in (rows[0], rule, *rows[1:]))
