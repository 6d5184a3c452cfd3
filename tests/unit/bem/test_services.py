"""What commands are built from: what they log of themselves."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bem.services import logged_process
from cycling.errors import InputError


def lines_of(caplog) -> list[str]:
    return [entry.getMessage() for entry in caplog.records]


def test_a_process_logs_its_beginning_and_its_end(caplog):
    caplog.set_level(logging.INFO)
    with logged_process("worker", Path("/data")):
        pass
    process = f"name=worker process={os.getpid()}"
    begins, ended = f"what=process-begins {process}", f"what=process-ended {process}"
    assert lines_of(caplog) == [f"{begins} data=/data", f"{ended} said='-'"]


def test_a_process_that_fails_logs_why(caplog):
    with (
        caplog.at_level(logging.INFO),
        pytest.raises(InputError),
        logged_process("web", Path("/data")),
    ):
        raise InputError("The port is taken.")
    assert lines_of(caplog)[-1].endswith("said='The port is taken.'")


BROKEN = """
import os, signal
from pathlib import Path
from bem.services import logged_process
def in_the_library(): os.kill(os.getpid(), signal.SIGSEGV)
with logged_process("web", Path("/data")): in_the_library()
"""


def test_a_process_that_a_library_takes_down_logs_where_it_was():
    command = [sys.executable, "-c", BROKEN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in done.stderr
    assert "in in_the_library" in done.stderr


ENDS = """
import atexit, gc
from pathlib import Path
from bem.services import logged_process
atexit.register(lambda: print(gc.get_freeze_count() > 0))
with logged_process("web", Path("/data")): pass
"""


def test_a_process_does_not_look_through_everything_before_it_ends():
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
