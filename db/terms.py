"""The application's fixed words, as the database stores them; cycling/terms.py has the field's."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

# Names of rows in bem_leases, or how they begin: who leads, who waits to take over, who works.
MASTER_NODE, WAITING, WORKER = "master-node", "waiting-", "worker-"
DATA_FOLDER = "data-folder"  # there too: which folder belongs to this database
IMPORTS = "imports"  # there too: the row at which publications of imports pass one at a time

HANGS = "The database does not answer. Nothing is lost; try again in a moment."

CONNECTED, NOT_CONNECTED = "connected", "not connected"

# Codes of alarms that keep no experiment from beginning: over once the station is heard again, or
# raised where the laboratory lets the next one follow.
BY_LIMIT = "stopped by limit"
NO_HINDRANCE = ("contact lost", "clock", BY_LIMIT)

# Who has asked for a stop that no person has asked for; no user has a name with a blank in it.
END_TEST, RULE_OF = "END TEST of its profile", "rule of "


def is_rule(user_name: str) -> bool:
    """Whether a rule on cycles, or END TEST, has asked for something."""
    return user_name == END_TEST or user_name.startswith(RULE_OF)


# Why a message of a unit was not taken.
REFUSED_KINDS = (
    "channel",
    "database",
    "device",
    "field",
    "foreign",
    "json",
    "pickle",
    "size",
    "topic",
    "unknown unit",
)


def node_trouble(detail: Mapping[str, Any]) -> str:
    """Return what a master node's row says against it, or nothing; the rest of a sentence."""
    if storing := detail.get("storing"):
        return f"cannot store what units send ({storing.rstrip('.')})"
    return broker_trouble(detail)


def broker_trouble(detail: Mapping[str, Any]) -> str:
    """Return what a master node's row says against its connections to the broker, or nothing.

    The rest of a sentence that begins with the master node.
    """
    for name, which in (("broker", ""), ("wattrex", " for WattRex units")):
        state = detail.get(name, CONNECTED)
        if state != CONNECTED:
            why = "" if state == NOT_CONNECTED else f" ({state})"
            return f"has no connection to its broker{which}{why}"
    return ""


class Role(StrEnum):
    """What a user may do; each includes those before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class JobState(StrEnum):
    """Life of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class OverviewState(StrEnum):
    """What the Monitor says that a station does, in the order in which it needs somebody."""

    ALARM = "alarm"  # somebody must look, and say what they found
    LOST = "lost"
    HELD = "held"  # nothing runs, and an experiment waits until its battery is confirmed
    PAUSED = "paused"
    RUNNING = "running"
    IDLE = "idle"
    OUT = "out"  # of service


class RepairState(StrEnum):
    """Life of an attempt to get a jammed synchroniser going again."""

    OPEN = "open"  # rows are set aside, the synchroniser has not gone on yet
    HELPED = "helped"
    RESTORED = "restored"  # it did not go on: the rows are back where they were


class CommandState(StrEnum):
    """Life of a command from a page to a station."""

    PENDING = "pending"  # not sent yet
    SENT = "sent"  # not answered yet
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"

    @property
    def ended(self) -> bool:
        """Whether no answer is expected any more."""
        return self in (CommandState.DONE, CommandState.REFUSED, CommandState.EXPIRED)


class PlanState(StrEnum):
    """Life of an experiment that a user has defined."""

    DRAFT = "draft"
    HELD = "held"  # until its battery is confirmed on its station
    QUEUED = "queued"  # its row in Experiment is there
    CANCELLED = "cancelled"


TAG_COLOURS = ("blue", "orange", "green", "red", "pink", "cyan", "olive", "grey")
