"""What the long lists have in common: an order, a page, a search."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, bindparam, false, or_
from sqlalchemy.orm import Session

from cycling.errors import InputError

Key = TypeVar("Key", bound=StrEnum)
Row = TypeVar("Row")

MAX_TEXT = 250
MAX_COUNT = 10_000  # rows of a list are counted up to here: nobody waits for the count of a million


@dataclass(frozen=True)
class Sort(Generic[Key]):
    """An order that a person chose."""

    key: Key
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list: `count` match, `total` are in it; of either there may be more."""

    rows: tuple[Row, ...]
    count: int
    total: int
    count_is_more: bool = False
    total_is_more: bool = False


def read_sort(text: object, keys: type[Key]) -> Sort[Key] | None:
    """Read `name` or `-name`; None for anything else."""
    key = str(text or "").removeprefix("-")
    return Sort(keys(key), descending=str(text).startswith("-")) if key in set(keys) else None


def check_page(offset: int, limit: int) -> None:
    """Raise InputError for a negative offset or limit."""
    if offset < 0 or limit < 0:
        raise InputError("A page of the table starts at row 0 or later.")


def alphabetic(session: Session, column: SQLColumnExpression[str]) -> SQLColumnExpression[str]:
    """Return a text as the servers compare it, also on SQLite."""
    return column.collate("NOCASE") if session.get_bind().dialect.name == "sqlite" else column


def among(column: SQLColumnExpression[int], numbers: Collection[int]) -> ColumnElement[bool]:
    """Whether a number is one of up to MAX_COUNT, which are written into the statement.

    As parameters thousands of them are slow.
    """
    given: Any = bindparam(None, list(numbers), Integer, expanding=True, literal_execute=True)
    return column.in_(given)


def mentions(columns: Iterable[SQLColumnExpression[Any]], searched: str) -> ColumnElement[bool]:
    """Any part of a text, ignoring case.

    The servers' collations ignore it, and SQLite's LIKE for ASCII. For the rest of Unicode `lower`
    is needed, which is ours there and slow.
    """
    if len(searched) > MAX_TEXT:
        return false()  # and SQLite refuses patterns of 50,000 characters
    if searched.isascii():
        return or_(*(column.contains(searched, autoescape=True) for column in columns))
    return or_(*(column.icontains(searched, autoescape=True) for column in columns))
