"""What the audit trail is narrowed to, in its address and in its controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import urlencode

from components.sent import Sent
from db.queries.audit import AuditFilter
from pages.sent import day_of, end_of, read_id, searched_text, start_of

PATH, FILE = "/audit", "/audit.csv"
ANY = "*"  # what a control says where everything is wanted; nobody is called that


@dataclass(frozen=True)
class View:
    """The filter as texts."""

    user: str = ""
    action: str = ""
    begin: str = ""
    end: str = ""
    text: str = ""

    def to_query(self) -> dict[str, str]:
        """Return it as it stands in the address; blanks are left out."""
        query = {
            "user": self.user,
            "action": self.action,
            "from": self.begin,
            "to": self.end,
            "q": self.text,
        }
        return {key: value for key, value in query.items() if value}

    def to_filter(self, zone: tzinfo) -> AuditFilter:
        """Return the filter for the database; days begin and end in the viewer's zone."""
        return AuditFilter(
            user_name=self.user,
            action=self.action,
            begin=start_of(self.begin, zone),
            end=end_of(self.end, zone),
            text=self.text,
        )


@dataclass(frozen=True)
class Edge:
    """Which page is wanted: the rows before or after that of an id, or the newest."""

    before: int | None = None
    after: int | None = None

    def to_query(self) -> dict[str, str]:
        """Return it as it stands in the address."""
        known = {"before": self.before, "after": self.after}
        return {key: str(value) for key, value in known.items() if value is not None}


NEWEST = Edge()


def view_of(given: object) -> View:
    """Read an address, a store or the controls; nothing in it can fail."""
    query = given if isinstance(given, Mapping) else {}
    return View(
        user=_chosen(query.get("user")),
        action=_chosen(query.get("action")),
        begin=day_of(query.get("from")),
        end=day_of(query.get("to")),
        text=_text(query.get("q")),
    )


def edge_of(given: object) -> Edge:
    """Read which page an address or a store names."""
    query = given if isinstance(given, Mapping) else {}
    before, after = read_id(query.get("before")) or None, read_id(query.get("after")) or None
    return Edge(before, after if before is None else None)


def address(path: str, view: View, edge: Edge = NEWEST) -> str:
    """Return the address of a view."""
    query = {**view.to_query(), **edge.to_query()}
    return f"{path}?{urlencode(query)}" if query else path


def _chosen(given: Sent) -> str:
    text = _text(given)
    return "" if text == ANY else text


def _text(given: Sent) -> str:
    return searched_text(given.strip() if isinstance(given, str) else "")
