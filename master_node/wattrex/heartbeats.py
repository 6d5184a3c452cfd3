"""Which heartbeats are fresh: a broker may hand out old ones as if they came just now."""

from dataclasses import dataclass

LATE_S = 10.0
AGAIN_IN_A_ROW = 3  # so many late ones in a row: the unit's clock was set back
APART_S = 0.5  # what a broker has kept comes at once, what a unit says does not
MAX_UNITS = 1_000


@dataclass
class _Clock:
    latest: float  # time of its last fresh heartbeat, by itself
    offset_s: float  # how far it was ahead then
    late: int = 0
    late_at: float = 0.0


class Freshness:
    """Judges heartbeats by their own times; Unix seconds."""

    def __init__(self) -> None:
        self._clocks: dict[int, _Clock] = {}

    def offset_of(self, unit_id: int, at: float, now: float) -> float | None:
        """Return how far the unit's clock is ahead (s); None for an old or repeated heartbeat."""
        offset_s = at - now
        clock = self._clocks.get(unit_id)
        if clock is None:
            if len(self._clocks) >= MAX_UNITS:
                self._clocks.clear()
            self._clocks[unit_id] = _Clock(at, offset_s)
            return offset_s
        if at == clock.latest:
            return None
        if offset_s < clock.offset_s - LATE_S:
            if now - clock.late_at > APART_S:
                clock.late, clock.late_at = clock.late + 1, now
            if clock.late < AGAIN_IN_A_ROW:
                return None
        self._clocks[unit_id] = _Clock(at, offset_s)
        return offset_s
