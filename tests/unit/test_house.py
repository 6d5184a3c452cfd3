"""The house itself: small functions and modules, rooms that read like a table of contents."""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.machine import ROOT

PACKAGES = ("bem", "components", "cycling", "dashboard", "db", "master_node", "pages")
CONTENTS = ("pages", "db/commands", "db/queries", "bem", "cycling")
MAX_ENTRIES = 20
MAX_MODULE_LINES = 350
MAX_FUNCTION_LINES = 50
MAX_NOQA = 60


@cache
def modules() -> dict[str, str]:
    """The text of every module of the source, by its path."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def functions() -> Iterator[tuple[str, int]]:
    """Every function outside the migrations, with its lines."""
    for path, text in modules().items():
        if path.startswith("db/migrations/"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno is not None
                yield f"{path}:{node.name}", node.end_lineno - node.lineno + 1


def folders() -> list[Path]:
    """Every folder with modules, and every folder above one."""
    return sorted({(ROOT / path).parent for path in modules()})


def entries(folder: Path) -> list[Path]:
    """What a listing of the folder shows."""
    return [one for one in folder.iterdir() if one.name != "__pycache__"]


def test_no_module_is_longer_than_a_reader_bears():
    lines = {path: text.count("\n") for path, text in modules().items()}
    assert {path: n for path, n in lines.items() if n > MAX_MODULE_LINES} == {}


def test_functions_are_small():
    lines = dict(functions())
    assert {name: n for name, n in lines.items() if n > MAX_FUNCTION_LINES} == {}
    assert statistics.median(lines.values()) <= 8
    assert statistics.quantiles(lines.values(), n=10)[-1] <= 22


@pytest.mark.parametrize("folder", CONTENTS)
def test_a_room_reads_like_a_table_of_contents(folder: str):
    assert len(entries(ROOT / folder)) <= MAX_ENTRIES


def test_no_file_repeats_the_name_of_its_folder():
    repeated = [
        file.relative_to(ROOT).as_posix()
        for folder in folders()
        for file in folder.glob("*.py")
        if file.stem.startswith(f"{folder.name}_") or file.stem == folder.name
    ]
    assert repeated == []


def test_every_folder_says_what_it_holds():
    silent = [path for path, text in modules().items() if not text.lstrip().startswith('"""')]
    assert silent == []


def test_callbacks_take_what_they_are_sent_by_name():
    assert [path for path, text in modules().items() if re.search(r"\*rest: ", text)] == []


def test_exceptions_to_the_lint_rules_stay_few():
    texts = [
        path.read_text()
        for place in (*PACKAGES, "bench", "tests")
        for path in (ROOT / place).rglob("*.py")
        if path != Path(__file__)
    ]
    assert sum(text.count("# noqa") for text in texts) < MAX_NOQA


def test_no_test_waits_for_what_comes_once_for_each_page():
    """Playwright's networkidle: the second time it is no waiting. `settled` is."""
    tests = (ROOT / "tests").rglob("*.py")
    waits = [path for path in tests if 'wait_for_load_state("networkidle")' in path.read_text()]
    assert [path for path in waits if path != Path(__file__)] == []


def test_types_are_met_by_one_thread_at_a_time():
    """msgspec's own functions describe a new type in any thread; two at once end the process."""
    unsafe = re.compile(r"msgspec\.convert\(|\.decode\([^)]*type=")
    unsafe_modules = [path for path, text in modules().items() if unsafe.search(text)]
    assert unsafe_modules == ["cycling/conversion.py"]
