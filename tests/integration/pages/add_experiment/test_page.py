"""How many statements the form of a new experiment sends to the database."""

from collections.abc import Iterator
from pathlib import Path

import dash
import pytest

from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from db.terms import Role
from pages.add_experiment.form_data import FormData, Pair
from pages.add_experiment.ids import CHOICE, Ids
from pages.profile.choice import CHOOSE
from tests.form_lab import FormLab, device
from tests.unit.dashboard.world import PASSWORD, FakeHasher
from tests.unit.db.lab import add_cell, statements
from tests.unit.pages.visitor import Answer, Visitor, shown

PAIRS = 40
MAX_STATEMENTS = 30
MAX_AGAIN = 15


@pytest.fixture
def visitor(database: Database, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody who is signed in to an application over this database."""
    by = By("bem", "", FormLab.now())
    hasher = FakeHasher()
    users.add_user(database, "oscar", Role.OPERATOR, PASSWORD, hasher=hasher, by=by)
    token = users.sign_in(database, "oscar", PASSWORD, address="", now=FormLab.now(), hasher=hasher)
    pages = dict(dash.page_registry)
    settings = WebSettings(secret_key="k" * 32, data_dir=tmp_path)
    yield Visitor(create_app(settings, database, hasher=hasher), token)
    dash.page_registry.clear()
    dash.page_registry.update(pages)


def form(lab: FormLab, pairs: int) -> FormData:
    stations = lab.unit("unit-9", *(device(number) for number in range(pairs)), first=9)
    cells = [
        add_cell(lab.database, f"Cell {number}", serial_number=f"S{number}")
        for number in range(pairs)
    ]
    return FormData(
        token="0123456789abcdef",
        name="Ageing",
        pairs=tuple(map(Pair, cells, stations)),
        source=CHOOSE,
        version_id=lab.version,
    )


def change(visitor: Visitor, data: FormData) -> list[Answer]:
    """Send what a page sends when its form has changed."""
    plain = {f"{Ids.TYPED}.data": data.to_json()}
    return [
        visitor.call(
            f"{CHOICE.version}.options",
            {**plain, f"{CHOICE.source}.value": CHOOSE, f"{CHOICE.version}.value": data.version_id},
        ),
        visitor.call("addexp-profile-problems.children", plain),
        visitor.call(f"{Ids.GRAPH}.figure", {**plain, "shell-theme.data": "light"}),
    ]


def test_a_change_of_a_form_with_40_pairs_takes_few_statements(
    database: Database, visitor: Visitor
):
    data = form(FormLab(database), PAIRS)
    with statements(database) as sent:
        answers = change(visitor, data)
    assert [one.status for one in answers] == [200, 200, 200]
    assert answers[1][f"{Ids.SAVE}.children"] == f"Queue {PAIRS} experiments"
    asked = [one for one in sent if one != "BEGIN"]  # of SQLite's driver; it costs no way
    assert len(asked) < MAX_STATEMENTS, asked


def test_to_look_at_the_laboratory_again_takes_few_statements(database: Database, visitor: Visitor):
    """With 40 pairs as with one; an open form asks with each pulse of the frame."""
    data = form(FormLab(database), PAIRS)
    known = shown(visitor.open("/add-experiment"), Ids.LABORATORY)["data"]
    patterns = {
        "addexp-battery": [
            (Ids.battery(row), pair.battery_id) for row, pair in enumerate(data.pairs)
        ],
        "addexp-station": [
            (Ids.station(row), pair.station_id) for row, pair in enumerate(data.pairs)
        ],
    }
    values = {f"{Ids.TECHNOLOGY}.value": "", f"{Ids.LABORATORY}.data": known}
    with statements(database) as sent:
        answer = visitor.call(
            "addexp-empty-row.data", values, by=f"{Ids.AGAIN}.data", patterns=patterns
        )
    assert answer.status == 204
    asked = [one for one in sent if one != "BEGIN"]
    assert len(asked) < MAX_AGAIN, asked
