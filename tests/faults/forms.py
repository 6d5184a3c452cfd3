"""How long a fault lasts: short forms within the suite, long ones behind `make faults`."""

import os

LONG = bool(os.environ.get("BEM_FAULTS_LONG"))
DOWN_S = 60.0 if LONG else 2.0  # the database is away
KILLS = 20 if LONG else 2  # of the master node
MALFORMED = 10_000 if LONG else 3_000
RUN = {"samples": 12_000, "rate": 200.0} if LONG else {"samples": 2_500, "rate": 600.0}
SETTLED_S = 180.0 if LONG else 60.0
MIGRATION_KILLS = 12 if LONG else 3
SLOW_CLIENTS = 24
SLOW_PATIENCE_S = 10 if LONG else 1  # in service it is 10
