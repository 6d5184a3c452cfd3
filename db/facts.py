"""What queries hand on of rows: frozen dataclasses, not the models themselves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Facts = TypeVar("Facts", bound="DataclassInstance")


def facts(kind: type[Facts], row: object, **others: object) -> Facts:
    """Return a dataclass of what a row has under the names of its fields, and the others."""
    names = [one.name for one in fields(kind) if one.name not in others]
    return kind(**{name: getattr(row, name) for name in names}, **others)


def grouped(pairs: Iterable[tuple[Any, Any]]) -> defaultdict[Any, Any]:
    """Return lists of what comes with each key, in its order; an empty one for any other key."""
    groups: defaultdict[Any, Any] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
