"""People, a clock and a hasher for the tests of the web server."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from db.terms import Role

PASSWORD = "seven green cells"
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
PEOPLE = {
    "vera": Role.VIEWER,
    "oscar": Role.OPERATOR,
    "ada": Role.ADMIN,
    "dora": Role.ADMIN,  # disabled in the tests that say so
}


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class FakeHasher:
    """Hashes at once, and remembers what it was asked."""

    verified: list[str] = field(default_factory=list)

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, stored: str, password: str) -> bool:
        self.verified.append(stored)
        return stored == f"hash of {password}"


def callback_body(app, output: str, values: dict | None = None) -> dict:
    """What the browser sends for a callback, with None for all values that are not given."""
    spec = app.callback_map[output]

    def sent(one: dict) -> dict:
        value = (values or {}).get(f"{one['id']}.{one['property']}")
        return {"id": one["id"], "property": one["property"], "value": value}

    def named(one) -> dict | list:
        if isinstance(one.component_id, dict):
            return []  # a pattern that matches nothing
        return {"id": one.component_id, "property": one.component_property}

    outputs = spec["output"]
    return {
        "output": output,
        "outputs": [named(o) for o in outputs] if isinstance(outputs, list) else named(outputs),
        "inputs": [_or_pattern(one, sent) for one in spec["inputs"]],
        "state": [_or_pattern(one, sent) for one in spec["state"]],
        "changedPropIds": [],
    }


def _or_pattern(one: dict, sent) -> dict | list:
    return [] if one["id"].startswith("{") else sent(one)


ROUTER = ".._pages_content.children..._pages_store.data.."


def router_body(app, path: str, search: str = "") -> dict:
    """What the browser sends when somebody follows a link."""
    values = {"_pages_location.pathname": path, "_pages_location.search": search}
    return callback_body(app, ROUTER, values)
