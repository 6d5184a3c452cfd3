"""The documents: settings, commands, links and paths in them are those of the code."""

import dataclasses
import re
from fnmatch import fnmatch
from functools import cache

import pytest
import typer

from bem.cli.app import app
from bem.settings import from_environment
from dashboard.settings import WebSettings
from db.limits import Limits, variable_of
from tests.machine import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for places in ("*.md", "docs/**/*.md", "requirements/*.md", "deploy/**/*.md")
    for path in ROOT.glob(places)
)
FOLDERS = ["assets", "deploy", "docs", "requirements"] + [
    package.parent.name for package in ROOT.glob("*/__init__.py")
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
IN_BACKTICKS = re.compile(r"`([\w.*<>/-]+)`")
TOPIC = re.compile(r"bem/(v1|health)\b")  # of MQTT
NOT_OURS = {  # what must not stand in a document, and why
    "a folder of one machine": r"/(?:work|root|home|Users|mnt|opt)/|[A-Z]:\\",
    "a temporary folder with a random name": r"/tmp/tmp\.",
    "a note to oneself": r"\b(?:TODO|FIXME|XXX|TBD)\b",
    "an address of a package index": r"https?://[^\s)]*(?:/simple|/pypi|/artifactory|/nexus)\b",
}


@cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


class Asked(dict):
    """An empty environment that remembers which variables were asked for."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return default


def variables() -> set[str]:
    environment = Asked()
    from_environment(environment)
    return environment.names


def commands() -> list[str]:
    """Every command and sub-command that `--help` shows: `bem import`, `bem user add`."""
    found = []
    for name, command in typer.main.get_command(app).commands.items():
        if command.hidden:
            continue
        below = getattr(command, "commands", {})
        found += [f"bem {name} {sub}" for sub in below] or [f"bem {name}"]
    return found


def anchors(text: str) -> set[str]:
    """The names that headings get on the web."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_environment_and_the_commands_are_found():
    assert {"BEM_DATABASE_URL", "BEM_SECRET_KEY_FILE", "BEM_DATA_DIR"} <= variables()
    assert {"bem import", "bem db upgrade", "bem user add"} <= set(commands())
    assert {"README.md", "docs/settings.md", "docs/architecture.md"} <= set(DOCUMENTS)


def test_every_variable_is_in_the_settings_document():
    assert [
        name for name in sorted(variables()) if f"`{name}`" not in text_of("docs/settings.md")
    ] == []


def test_the_settings_document_names_no_variable_that_is_not_read():
    named = set(re.findall(r"\bBEM_[A-Z_]+\b", text_of("docs/settings.md")))
    assert named - variables() == set()


def test_every_field_of_the_web_settings_is_in_the_settings_document():
    fields = [field.name for field in dataclasses.fields(WebSettings)]
    rows = [name for name in fields if f"| `{name}` |" in text_of("docs/settings.md")]
    assert rows == fields


@pytest.mark.parametrize("limit", dataclasses.fields(Limits), ids=lambda limit: limit.name)
def test_every_limit_is_in_the_settings_document_with_its_default_and_bounds(limit):
    bounds = f"{limit.metadata['least']} to {limit.metadata['most']}"
    row = f"| `{variable_of(limit.name)}` | {limit.default} | {bounds} | "
    assert row in text_of("docs/settings.md")


def test_every_command_is_in_the_readme():
    rows = re.findall(r"^\| `(bem [^`]*)`", text_of("README.md"), re.MULTILINE)
    missing = [
        name for name in commands() if not any(f"{row} ".startswith(f"{name} ") for row in rows)
    ]
    assert missing == []


def test_the_readme_names_no_command_that_is_not_there():
    rows = re.findall(r"^\| `(bem [^`]*)`", text_of("README.md"), re.MULTILINE)
    unknown = [
        row for row in rows if not any(f"{row} ".startswith(f"{name} ") for name in commands())
    ]
    assert unknown == []


def test_every_option_of_the_import_is_in_its_document():
    command = typer.main.get_command(app).commands["import"]
    options = [name for one in command.params for name in one.opts if name.startswith("--")]
    assert [name for name in options if f"| `{name}` |" not in text_of("docs/importing.md")] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    broken = []
    for target in LINK.findall(text_of(document)):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        file = (ROOT / document).parent / path if path else ROOT / document
        if not file.exists() or (
            anchor and anchor not in anchors(file.read_text(encoding="utf-8"))
        ):
            broken.append(target)
    assert broken == []


@cache
def modules() -> list[str]:
    files = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
    return [file.relative_to(ROOT).as_posix() for file in files]


def paths_in(text: str) -> set[str]:
    """Paths from the top of the tree, and names of modules; `<` stands for a name to be chosen."""
    return {
        word
        for word in IN_BACKTICKS.findall(text)
        if "<" not in word and not TOPIC.match(word)
        if word.startswith(tuple(f"{folder}/" for folder in FOLDERS)) or word.endswith(".py")
    }


def is_there(path: str) -> bool:
    if path.partition("/")[0] in FOLDERS:
        return any(ROOT.glob(path.rstrip("/")))
    return any(fnmatch(f"/{module}", f"*/{path}") for module in modules())


def test_a_path_that_leads_nowhere_is_found():
    text = "`pages/<name>/page.py`, `db/*.py`, `tokens.py`, `bem/v1/master`, `db/none.py`, `no.py`"
    assert [path for path in sorted(paths_in(text)) if not is_there(path)] == [
        "db/none.py",
        "no.py",
    ]


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one != "CHANGELOG.md"])
def test_files_and_folders_that_are_named_exist(document):
    assert [path for path in sorted(paths_in(text_of(document))) if not is_there(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("what", NOT_OURS)
def test_documents_hold_nothing_that_is_not_the_projects(document, what):
    assert re.findall(NOT_OURS[what], text_of(document)) == []


def test_every_decision_is_listed_once():
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text_of("docs/decisions/README.md"))
    assert listed == files


NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_a_document_names_is_there(document):
    for path, name in NAMED_TEST.findall(text_of(document)):
        assert re.search(rf"def {name}\(", text_of(path)), f"{path} has no {name}"


def test_each_rule_of_safety_names_a_test():
    rows = [line for line in text_of("docs/safety.md").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    assert all(NAMED_TEST.search(row.rsplit("|", 2)[1]) for row in rows)
