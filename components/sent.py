"""What travels between a page and its browser."""

from dataclasses import dataclass
from typing import Any, TypeAlias

# Dash gives no types to what a browser sends and to what a callback returns: JSON, ids, figures.
Sent: TypeAlias = Any


@dataclass(frozen=True)
class PrefixIds:
    """Ids of one part of a page; all begin with its prefix."""

    prefix: str

    def __getattr__(self, name: str) -> str:
        """Return the id of a component: `ids.error`."""
        return f"{self.prefix}-{name}"


class PatternId:
    """The ids of alike components: `MOVE(4, 7)` is one of them, `MOVE(4, ALL)` several."""

    def __init__(self, kind: str, *names: str) -> None:
        self._kind, self._names = kind, names

    def __call__(self, *values: Sent) -> dict[str, Any]:
        """Return an id; the values are those of its names, in their order."""
        return {"type": self._kind, **dict(zip(self._names, values, strict=True))}
