"""How much the program takes and how long it waits; docs/settings.md says what happens at each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta

from cycling.errors import InputError

KIB, MIB, GIB = 1024, 1024**2, 1024**3
MAX_DIGITS = 15
SHORTEST_KEY = 32  # characters of the web server's secret key


def _limit(usual: int, least: int, most: int, **words: int) -> int:
    """Return a limit; `words` may be written in the place of numbers."""
    return field(default=usual, metadata={"least": least, "most": most, "words": words})


@dataclass(frozen=True)
class Limits:
    """Each is read from the variable `BEM_` with its name in capitals; its unit is in its name."""

    max_upload_bytes: int = _limit(2 * GIB, MIB, 1024 * GIB)
    max_file_rows: int = _limit(100_000_000, 1_000, 2_000_000_000)
    max_callback_bytes: int = _limit(5 * MIB, MIB, 64 * MIB)
    max_form_bytes: int = _limit(64 * KIB, 4 * KIB, MIB)
    min_free_bytes: int = _limit(500 * MIB, 16 * MIB, 1024 * GIB)
    session_idle_minutes: int = _limit(720, 5, 10_080)
    session_lasts_hours: int = _limit(168, 1, 8_760)
    login_tries_per_address: int = _limit(20, 3, 10_000)
    login_tries_per_user: int = _limit(10, 3, 1_000)
    graph_points: int = _limit(2_000, 100, 20_000)
    refresh_s: int = _limit(5, 1, 60)
    client_stall_s: int = _limit(10, 1, 120)
    client_bytes_per_s: int = _limit(16 * KIB, KIB, 16 * MIB)
    request_grace_s: int = _limit(30, 1, 600)
    # a station repeats what is refused, so less than the largest group of samples would jam it;
    # more than the protocol names no unit has to take
    mqtt_message_bytes: int = _limit(8 * MIB, MIB, 8 * MIB)
    mqtt_queue_messages: int = _limit(2_000, 100, 100_000)
    mqtt_queue_bytes: int = _limit(64 * MIB, 8 * MIB, 4 * GIB)
    keep_files: int = _limit(0, 0, 1)  # 1: the instrument's file stays beside its experiment
    keep_rows_days: int = _limit(0, 0, 36_500, forever=0)  # of measures, after the end
    go_on_after_limit: int = _limit(0, 0, 1)  # 1: a safety limit that acts does not hold the queue

    @property
    def session_idle(self) -> timedelta:
        """How long a login may go unused."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_lasts(self) -> timedelta:
        """How long a login is good for in any case."""
        return timedelta(hours=self.session_lasts_hours)


USUAL = Limits()


def variable_of(name: str) -> str:
    """Return the environment variable of a limit."""
    return f"BEM_{name.upper()}"


def read_limits(environ: Mapping[str, str]) -> Limits:
    """Read the limits; an empty variable counts as absent. Raises InputError naming the wrong."""
    values: dict[str, int] = {}
    for one in fields(Limits):
        name = variable_of(one.name)
        text = environ.get(name, "").strip()
        if text:
            known: dict[str, int] = one.metadata["words"]
            least, most = one.metadata["least"], one.metadata["most"]
            values[one.name] = known[text] if text in known else _number(name, text, least, most)
    return Limits(**values)


def _number(name: str, text: str, least: int, most: int) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    if not plain or not least <= int(text) <= most:
        raise InputError(
            f"{name}: {text[:40]} is not a whole number from {least} to {most}. "
            "Correct it, or leave it out for the usual value."
        )
    return int(text)
