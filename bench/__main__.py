"""`make bench`, or a part of it: `make bench ARGS="crowd --rows 1000000"`. docs/performance.md."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import peers
from bench.parts import PARTS, WORKS, Sizes
from bench.peers import Peer
from bench.table import as_text, save

NO_MARIADB = "MariaDB is left out: mariadbd or its client mariadb is not installed."
LEAST_SIZE = 100
USUAL = {  # rows and experiments of a part, and the short ones
    "server": ((200_000, 100_000), (2_000, 300)),
    "browser": ((10_000_000, 100_000), (5_000, 300)),
    "wall": ((LEAST_SIZE, 0), (LEAST_SIZE, 0)),
    "crowd": ((5_000_000, 10_000), (2_000, 300)),
    "live": ((500, 100), (100, 100)),
    "load": ((5_000_000, 10_000), (2_000, 300)),
    "telemetry": ((60_000, 0), (2_000, 0)),
    "readers": ((1_000_000, 0), (2_000, 0)),
    "cycles": ((10_000_000, 0), (100_000, 0)),
}
SERIES, SHORT_SERIES = (10_000, 1_000_000), (500, 2_000)
WALLS, SHORT_WALLS = (100, 400, 1_000), (100,)  # stations
TABS, SHORT_TABS = {"live": 200, "load": 200}, {"live": 10, "load": 10}  # of the others:
FEW_TABS, SHORT_FEW_TABS = 20, 3
LOAD = "load"  # goes on for minutes, and has tables of its own
MINUTES, SHORT_MINUTES = 30.0, 0.4


def main(arguments: list[str]) -> int:
    """Measure on every engine that is here; print the table and save it."""
    options = parsed(arguments)
    if options.part == LOAD:
        return _load(options)
    sizes = _sizes(options)
    with tempfile.TemporaryDirectory(prefix="bem-bench-") as folder:
        engines = _engines(options.engine, Path(folder))
        lines = PARTS[options.part](sizes, Path(folder), engines)
    print(as_text(lines))
    about = {
        "part": options.part,
        "rows": sizes.rows,
        "experiments": sizes.experiments,
        "short": sizes.short,
    }
    file = save(lines, options.save, datetime.now(UTC), about)
    print(f"\nSaved as {file}, and beside it as a table for a document")
    return 0


def _load(options: argparse.Namespace) -> int:
    """Run the whole laboratory on each engine; fails if something failed or was lost."""
    from bench.load.report import as_markdown, save_report
    from bench.load.running import Load, loaded

    sizes = _sizes(options)
    minutes = options.minutes or (SHORT_MINUTES if sizes.short else MINUTES)
    people = SHORT_FEW_TABS if sizes.short else FEW_TABS
    load = Load(minutes, sizes.rows, sizes.experiments, sizes.tabs, people)
    is_good = True
    options.save.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bem-bench-") as folder:
        for peer in _engines(options.engine, Path(folder)):
            print(f"{peer.engine}: {minutes:g} minutes", file=sys.stderr, flush=True)
            report = loaded(peer, Path(folder), load)
            print(as_markdown(report), flush=True)
            now = datetime.now(UTC)
            save_report(report, options.save / f"{now:%Y-%m-%dT%H-%M-%SZ}-load-{peer.engine}.json")
            is_good = is_good and report.is_good
    return 0 if is_good else 1


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; ends the process where it is wrong."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure the application.")
    parser.add_argument("part", nargs="?", choices=[*PARTS, LOAD], default="server")
    parser.add_argument("--rows", type=_number, help="rows of the file, measures in the browser")
    parser.add_argument("--experiments", type=_number, help="experiments in the list")
    parser.add_argument("--sizes", type=_numbers, help="measures: 10000,1000000,10000000")
    parser.add_argument("--only", type=_works, default=WORKS, help=f"some of {','.join(WORKS)}")
    parser.add_argument("--engine", choices=["SQLite", "MariaDB"], help="only one of them")
    parser.add_argument("--tabs", type=int, help="browsers of the crowd (20), live views (200)")
    parser.add_argument("--minutes", type=float, help="how long the load lasts (30)")
    parser.add_argument("--short", action="store_true", help="little work, to see that it runs")
    parser.add_argument("--save", type=Path, default=Path("var/bench"), help="folder for the table")
    return parser.parse_args(arguments)


def _sizes(options: argparse.Namespace) -> Sizes:
    short = options.short
    rows, experiments = USUAL[options.part][short]
    return Sizes(
        rows=options.rows or rows,
        experiments=options.experiments or experiments,
        series=options.sizes or _series(options.part, short=short),
        tabs=options.tabs or _tabs(options.part, short=short),
        works=options.only,
        short=short,
    )


def _series(part: str, *, short: bool) -> tuple[int, ...]:
    if part == "wall":
        return SHORT_WALLS if short else WALLS
    return SHORT_SERIES if short else SERIES


def _tabs(part: str, *, short: bool) -> int:
    if short:
        return SHORT_TABS.get(part, SHORT_FEW_TABS)
    return TABS.get(part, FEW_TABS)


def _number(text: str) -> int:
    number = int(text)
    if number < LEAST_SIZE:
        raise argparse.ArgumentTypeError(f"{LEAST_SIZE} at least")
    return number


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(_number(one) for one in text.split(",")))


def _works(text: str) -> tuple[str, ...]:
    works = tuple(text.split(","))
    if unknown := set(works) - set(WORKS):
        raise argparse.ArgumentTypeError(f"no such work: {', '.join(sorted(unknown))}")
    return works


def _engines(only: str | None, folder: Path) -> Iterator[Peer]:
    """Yield each engine with a fresh database; it goes before the next one comes."""
    if only != "MariaDB":
        with peers.sqlite(folder) as file:
            yield file
    if only != "SQLite":
        with peers.mariadb(folder / "mariadb") as server:
            if server is None:
                print(NO_MARIADB, file=sys.stderr, flush=True)
            else:
                yield server


def _end(number: int, _frame: object) -> None:
    """End as if by an error: the temporary folder and the servers go too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    sys.exit(main(sys.argv[1:]))
