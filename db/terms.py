"""The application's fixed words, as the database stores them; cycling/terms.py has the field's."""

from enum import StrEnum

# Names of rows in bem_leases, or how they begin: who leads, who waits to take over, who works.
MASTER_NODE, WAITING, WORKER = "master-node", "waiting-", "worker-"


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
