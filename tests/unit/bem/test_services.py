"""What commands are built from: what they log of themselves."""

import logging
import os
from pathlib import Path

import pytest

from bem.services import logged_process
from bem.settings import Settings
from cycling.errors import InputError


def lines_of(caplog) -> list[str]:
    return [entry.getMessage() for entry in caplog.records]


def test_a_process_logs_its_beginning_and_its_end(caplog):
    caplog.set_level(logging.INFO)
    with logged_process("worker", Settings("sqlite://", Path("/data"))):
        pass
    process = f"name=worker process={os.getpid()}"
    begins, ended = f"what=process-begins {process}", f"what=process-ended {process}"
    assert lines_of(caplog) == [f"{begins} data=/data", f"{ended} said='-'"]


def test_a_process_that_fails_logs_why(caplog):
    with (
        caplog.at_level(logging.INFO),
        pytest.raises(InputError),
        logged_process("web", Settings("sqlite://", Path("/data"))),
    ):
        raise InputError("The port is taken.")
    assert lines_of(caplog)[-1].endswith("said='The port is taken.'")
