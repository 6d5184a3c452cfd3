"""Tests of cycling.conversion."""

import subprocess
import sys

import msgspec
import pytest

from cycling.battery.description import NewBattery
from cycling.conversion import convert

# A new type each time, met by several threads at once. A process of its own: it may break.
MANY_AT_ONCE = """
import sys
from dataclasses import make_dataclass
from threading import Barrier, Thread
from cycling.conversion import convert
sys.setswitchinterval(1e-6)
made = []
for _ in range(50):
    fields = [(f"x{number}", float | None, None) for number in range(30)]
    inner = make_dataclass("Inner", fields)
    outer = make_dataclass("Outer", [(f"y{number}", inner, None) for number in range(20)])
    start = Barrier(6)
    def read():
        start.wait()
        made.append(convert({"y1": {"x29": 2.5}}, outer).y1.x29)
    threads = [Thread(target=read) for _ in range(6)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(len(made), set(made))
"""


def test_many_threads_may_meet_a_type_at_once():
    command = [sys.executable, "-c", MANY_AT_ONCE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "300 {2.5}\n")


def test_what_does_not_fit_is_refused():
    with pytest.raises(msgspec.ValidationError, match="name"):
        convert({}, NewBattery)
