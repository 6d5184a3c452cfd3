"""The first revision: its tables by feature, and its rows. Released, so it is not changed."""

from db.migrations.first import (
    batteries,
    experiments,
    measures,
    profiles,
    programs,
    seeds,
    stations,
    units,
)

TABLES = (  # each refers to those before it
    batteries,
    units,
    stations,
    profiles,
    experiments,
    measures,
    programs,
)


def make_tables() -> None:
    """Make the tables that are not there."""
    for feature in TABLES:
        feature.make_tables()


def upgrade() -> None:
    """Make what is not there, also in an adopted database or after an interruption."""
    make_tables()
    seeds.insert_missing()
