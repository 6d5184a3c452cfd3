"""A test stands where its source stands: who changes a module knows where its tests are."""

from pathlib import Path

import pytest

from tests.machine import ROOT

# What is no Python has no modules: a test is named after what it tries.
NO_PYTHON = {"deploy"}
# Tests of a whole folder, with what they walk through.
WHOLE_FOLDERS = {
    "integration/db/commands/test_deletions.py": "what refers to a row keeps it, in every table",
    "integration/db/migrations/test_upgrade.py": "all revisions, from nothing to ours",
    "unit/cycling/analysis/test_golden.py": "whole experiments beside their numbers",
    "unit/cycling/formats/test_damaged_files.py": "files with faults, from opening to reading",
    "unit/cycling/formats/test_golden_files.py": "whole files beside their values, a line each",
    "unit/cycling/formats/readers/test_damaged_files.py": "damaged files of every reader",
    "unit/cycling/formats/test_real_files.py": "files of real cyclers, from opening to reading",
    "unit/cycling/profile/test_same_meaning.py": "text, rows and program mean the same",
    "unit/dashboard/test_hostile.py": "every callback and route with forged values",
    "unit/dashboard/test_walk.py": "every callback and route by everybody",
    "unit/db/migrations/test_revisions.py": "the files of all revisions",
    "unit/master_node/protocol/test_documentation.py": "the document of the protocol",
    "unit/master_node/virtual_cycler/test_commands.py": "how a whole station obeys",
    "unit/pages/test_deletions.py": "what every page that deletes asks first",
    "unit/pages/test_form_catalogue.py": "every form",
    "unit/pages/test_layouts.py": "every page",
    "unit/pages/test_previews.py": "pictures that lists of several pages show",
    "unit/pages/test_pulse.py": "every callback that a page calls by itself",
}
TESTS = ROOT / "tests"


def is_mirrored(test: Path) -> bool:
    """Whether a module or package of this name stands at the same place in the source."""
    folder, name = ROOT / Path(*test.parts[1:-1]), test.stem.removeprefix("test_")
    places = (f"{name}.py", f"{name}/__init__.py", f"__{name}__.py")
    return any((folder / place).is_file() for place in places)


def files_in_folders() -> list[str]:
    found = (
        file for suite in ("unit", "integration") for file in TESTS.glob(f"{suite}/**/test_*.py")
    )
    paths = [file.relative_to(TESTS) for file in found]
    return sorted(path.as_posix() for path in paths if len(path.parts) > 2)


@pytest.mark.parametrize("test", files_in_folders())
def test_a_test_stands_where_its_source_stands(test: str):
    path = Path(test)
    assert is_mirrored(path) != (test in WHOLE_FOLDERS or path.parts[1] in NO_PYTHON)


def test_no_exception_is_left_over():
    assert [test for test in WHOLE_FOLDERS if not (TESTS / test).is_file()] == []
