"""Fixtures of whole laboratories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.machine import MOSQUITTO
from tests.virtual_lab import VirtualLab


@pytest.fixture
def virtual_lab(database_url: str, tmp_path: Path) -> Iterator[VirtualLab]:
    """A database with a broker, on each engine in turn; the test begins the rest."""
    require(MOSQUITTO)
    made = VirtualLab(database_url, tmp_path)
    yield made
    made.close()
