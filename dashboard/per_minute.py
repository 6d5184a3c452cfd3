"""Counts by the minute, so that whoever asks again and again does not fill the log."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Lock

MAX_KEYS = 1000
OTHERS = "others"


class PerMinute:
    """Counts what has a key, anew each minute; keys beyond the first thousand count as one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._until = 0.0

    def count(self, key: str) -> int:
        """Count another one, and return how many there were in this minute."""
        with self._lock:
            if self._clock() >= self._until:
                self._counts.clear()
                self._until = self._clock() + 60
            is_new = key not in self._counts
            kept = OTHERS if is_new and len(self._counts) >= MAX_KEYS else key
            self._counts[kept] += 1
            return self._counts[kept]
