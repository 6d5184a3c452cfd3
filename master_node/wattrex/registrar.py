"""Handing out numbers to WattRex units: one handshake at a time.

A unit that has its number still hears for a moment what is said to the others, and dies of it. So
after each ACK there is silence, until a heartbeat of the unit or for 2 s.
"""

from dataclasses import dataclass
from enum import StrEnum

from master_node.wattrex.pickles import RegisterStep

QUIET_S = 2.0
REQUEST_WITHIN_S = 5.0
HEARTBEAT_WITHIN_S = 15.0
ALIVE_S = 3.0  # a unit that was heard so lately may have been registered all along
MAX_TRIES = 5


class _Stage(StrEnum):
    ASKED = "asked"  # it wants a number
    OFFERED = "offered"
    REQUESTED = "requested"  # it has taken the offer
    ACKNOWLEDGED = "acknowledged"  # until its heartbeat


@dataclass
class _Handshake:
    stage: _Stage
    since_s: float
    tries: int = 0


@dataclass(frozen=True)
class RegistrationReply:
    """What is to be said to a unit on the topic that all unregistered units hear."""

    unit_id: int
    step: RegisterStep


class Registrar:
    """Keeps who waits for a number. Times are monotonic seconds, handed in."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Handshake] = {}  # in the order of their turns
        self._heartbeats: dict[int, float] = {}
        self._quiet_until = 0.0
        self._quiet_for: int | None = None

    @property
    def waiting(self) -> tuple[int, ...]:
        """The units that wait, in the order of their turns."""
        return tuple(self._waiting)

    def note_request(self, unit_id: int, step: RegisterStep, now_s: float) -> None:
        """Note that a unit wants a number, or takes the one that it was offered."""
        handshake = self._waiting.setdefault(unit_id, _Handshake(_Stage.ASKED, now_s))
        requests = step is RegisterStep.REQUEST
        handshake.stage = _Stage.REQUESTED if requests else _Stage.ASKED
        handshake.since_s = now_s

    def note_heartbeat(self, unit_id: int, now_s: float) -> None:
        """Note a heartbeat of a unit under its number: it is registered."""
        self._heartbeats[unit_id] = now_s
        self._waiting.pop(unit_id, None)
        if unit_id == self._quiet_for:
            self._quiet_until, self._quiet_for = now_s, None

    def next_reply(self, now_s: float) -> RegistrationReply | None:
        """Return what is to be said now, if anything."""
        if now_s < self._quiet_until:
            return None
        for unit_id, one in list(self._waiting.items()):
            if one.stage is _Stage.REQUESTED:
                return self._acknowledge(unit_id, one, now_s)
            if one.stage is _Stage.OFFERED:
                if now_s - one.since_s < REQUEST_WITHIN_S:
                    return None  # its turn
                self._again(unit_id, one, now_s)
            elif one.stage is _Stage.ACKNOWLEDGED and now_s - one.since_s > HEARTBEAT_WITHIN_S:
                self._again(unit_id, one, now_s)
        return self._offer(now_s)

    def drop_silent(self) -> tuple[int, ...]:
        """Forget the units that have not answered again and again, and return them."""
        silent = tuple(id_ for id_, one in self._waiting.items() if one.tries >= MAX_TRIES)
        for unit_id in silent:
            del self._waiting[unit_id]
        return silent

    def _offer(self, now_s: float) -> RegistrationReply | None:
        for unit_id, one in self._waiting.items():
            lives = now_s - self._heartbeats.get(unit_id, -ALIVE_S) < ALIVE_S
            if one.stage is _Stage.ASKED and one.tries < MAX_TRIES and not lives:
                one.stage, one.since_s = _Stage.OFFERED, now_s
                return RegistrationReply(unit_id, RegisterStep.OFFER)
        return None

    def _acknowledge(self, unit_id: int, one: _Handshake, now_s: float) -> RegistrationReply:
        one.stage, one.since_s = _Stage.ACKNOWLEDGED, now_s
        self._quiet_until, self._quiet_for = now_s + QUIET_S, unit_id
        return RegistrationReply(unit_id, RegisterStep.ACK)

    def _again(self, unit_id: int, one: _Handshake, now_s: float) -> None:
        """Let a unit that did not answer wait behind the others."""
        del self._waiting[unit_id]
        self._waiting[unit_id] = _Handshake(_Stage.ASKED, now_s, one.tries + 1)
