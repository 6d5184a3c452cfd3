"""How long a fault lasts: short forms within the suite, long ones behind `make faults`."""

import os
from dataclasses import dataclass

LONG = bool(os.environ.get("BEM_FAULTS_LONG"))
DOWN_S = 60.0 if LONG else 2.0  # the database is away
KILLS = 20 if LONG else 2  # of the master node
MALFORMED = 10_000 if LONG else 3_000
RUN = {"samples": 12_000, "rate": 200.0} if LONG else {"samples": 2_500, "rate": 600.0}
SETTLED_S = 180.0 if LONG else 240.0
MIGRATION_KILLS = 12 if LONG else 3
HANGS_FOR_S = 30.0 if LONG else 3.0  # the database, once that is noticed
SLOW_CLIENTS = 24
SLOW_PATIENCE_S = 10 if LONG else 1  # in service it is 10


@dataclass(frozen=True)
class AttackForm:
    """How many slow clients there are, and how patient the server is with them."""

    clients: int
    every_s: float  # a byte of each
    lasts_s: float
    stall_s: int
    patience_s: float  # of a visitor
    workers: int
    threads: int
    fronts: tuple[str, ...]


# The short form has a server that would wait long, so that one held thread is one too many.
SHORT_ATTACK = AttackForm(12, 0.2, 0.5, 600, 120, 1, 4, ("direct",))
LONG_ATTACK = AttackForm(200, 2, 15, 10, 2, 2, 16, ("direct", "nginx"))
ATTACK = LONG_ATTACK if LONG else SHORT_ATTACK
