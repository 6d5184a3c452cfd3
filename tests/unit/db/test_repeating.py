"""Every transaction that writes can be repeated, and repeating ends."""

import ast
import time
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from cycling.errors import UnavailableError
from db import repeating
from db.failures import PerhapsDoneError, Progress, UndoneError, translate_errors
from db.models import Base
from db.repeating import idempotent, repeated

SOURCE = Path(repeating.__file__).parents[1]
FOLDERS = ("db", "bem", "dashboard", "pages", "master_node")
REPEATED = {"repeated", "idempotent"}
# Their callers go round for ever, or do without.
BY_THEMSELVES = {
    "db/commands/leases.py:leader_transaction",
    "db/measures/cycle_summaries.py:keep_summary",
    "db/measures/statistics.py:_store",
}


@cache
def functions_that_write() -> list[tuple[str, ast.FunctionDef, list[bool]]]:
    return list(_functions_that_write())


def _functions_that_write():
    for folder in FOLDERS:
        for path in sorted((SOURCE / folder).rglob("*.py")):
            if path.name == "engine.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and (found := list(writes_of(node))):
                    yield f"{path.relative_to(SOURCE)}:{node.name}", node, found


def writes_of(node: ast.AST, *, in_loop: bool = False):
    """Yield for each `with ... write()` in a function whether a loop is around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.With):
            opened = " ".join(ast.unparse(item.context_expr) for item in child.items)
            if "database.write()" in opened or "database.load()" in opened:
                yield in_loop
        yield from writes_of(child, in_loop=in_loop or isinstance(child, ast.For | ast.While))


def test_whoever_opens_a_transaction_that_writes_is_repeated():
    found = {name: node for name, node, _ in functions_that_write()}
    assert len(found) > 60
    assert found.keys() >= BY_THEMSELVES
    left_out = [
        name
        for name, node in found.items()
        if name not in BY_THEMSELVES
        and not REPEATED & {ast.unparse(one) for one in node.decorator_list}
    ]
    assert left_out == []


def test_what_is_repeated_has_one_transaction_and_no_loop_around_it():
    odd = {name: writes for name, _, writes in functions_that_write() if writes != [False]}
    assert odd == {}


def test_every_table_has_a_primary_key():
    # a cluster cannot delete from one without, and applies changes row by row
    assert [table.name for table in Base.metadata.sorted_tables if not table.primary_key] == []


class Failing:
    """Fails so many times, then answers."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.left, self.calls = error, times, 0

    def __call__(self, answer: str) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return answer

    __name__ = "failing"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "MAX_PAUSE_S", 0.001)


def test_it_is_repeated_until_it_is_done():
    failing = Failing(UndoneError("undone"), 3)
    assert repeated(failing)("done") == "done"
    assert failing.calls == 4


@pytest.mark.parametrize("decorator", [repeated, idempotent])
def test_it_is_given_up_after_some_tries_and_not_repeated_by_who_called(decorator):
    failing = Failing(UndoneError("undone"), 1_000)
    with pytest.raises(UnavailableError, match="undone") as error:
        repeated(decorator(failing))("done")
    assert failing.calls == repeating.TRIES
    assert not isinstance(error.value, UndoneError)


def test_it_is_given_up_after_some_seconds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repeating, "WITHIN_S", 0.0)
    failing = Failing(UndoneError("undone"), 1_000)
    with pytest.raises(UnavailableError):
        repeated(lambda: (time.sleep(0.001), failing("done")))()
    assert failing.calls == 1


def test_what_may_be_done_is_repeated_only_if_that_does_no_harm():
    failing = Failing(PerhapsDoneError("who knows"), 1)
    with pytest.raises(PerhapsDoneError):
        repeated(failing)("done")
    failing.left = 1
    assert idempotent(failing)("done") == "done"


def test_other_errors_are_not_repeated():
    failing = Failing(UnavailableError("the server is away"), 1)
    with pytest.raises(UnavailableError, match="away"):
        idempotent(failing)("done")
    assert failing.calls == 1


def lost(code: int) -> DBAPIError:
    error = OperationalError("COMMIT", {}, Exception(code, "words"))
    error.connection_invalidated = True
    return error


def refused(code: int) -> DBAPIError:
    return OperationalError("UPDATE", {}, Exception(code, "words"))


@pytest.mark.parametrize(
    ("error", "before", "at_commit"),
    [
        (refused(1213), UndoneError, UndoneError),
        (refused(1205), UndoneError, UndoneError),
        (lost(1047), UndoneError, PerhapsDoneError),
        (refused(1180), UndoneError, PerhapsDoneError),
        (lost(2013), UndoneError, PerhapsDoneError),
        (lost(0), UndoneError, PerhapsDoneError),
        (refused(2003), UnavailableError, UnavailableError),
        (InterfaceError("SELECT", {}, Exception(1064)), InterfaceError, InterfaceError),
    ],
)
def test_what_an_error_says_of_the_transaction(error, before, at_commit):
    for progress, expected in ((Progress(), before), (Progress(commits=True), at_commit)):
        with pytest.raises(expected) as raised, translate_errors(progress):
            raise error
        assert type(raised.value) is expected
