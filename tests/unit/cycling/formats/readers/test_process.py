"""Children that hang, burst, die or talk: each ends in a sentence, and nothing is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cycling.errors import InputError
from cycling.formats import open_table, propose, read_measures, verify
from cycling.formats.readers.process import IdleChild, Request
from cycling.formats.readers.process import ReadingLimits as Limits
from tests.readers import checked, install_reader

READER = """
    import os, sys, time
    import numpy as np
    from cycling.formats import Field
    from cycling.formats.readers import ArrayReader, ReaderColumn

    class Ours(ArrayReader):
        name = "Our logger"
        signed = True

        @classmethod
        def recognise(cls, head, path):
            return head.startswith(b"OURS")

        def __init__(self, path, part):
            {does}
            times = np.arange(100.0)
            self.values = [
                (ReaderColumn("Time", "s", Field.TEST_TIME), times),
                (ReaderColumn("U", "V", Field.VOLTAGE), 3 + times / 100),
                (ReaderColumn("I", "A", Field.CURRENT), np.ones(100)),
                (ReaderColumn("Comment"), ["x", None] * 50),
            ]
"""


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """Write a file for a reader that first does this."""

    def write(does="pass"):
        folder = tmp_path / "site"
        folder.mkdir()
        install_reader(folder, monkeypatch, READER.format(does=does))
        path = tmp_path / "cell.ours"
        path.write_bytes(b"OURS")
        return path

    return write


def test_a_reader_of_another_package_reads(ours):
    table, result = checked(ours())
    assert (result.mapping.format, result.rows, result.ok) == ("Our logger", 100, True)
    assert table.sample[0] == ("0", "3", "1", "x")
    assert table.sample[1] == ("1", "3.01", "1", "")


def test_what_a_reader_prints_is_not_taken_for_an_answer(ours):
    _, result = checked(ours("print('hello'); os.system('echo hello'); sys.stdout.flush()"))
    assert result.rows == 100


@pytest.mark.parametrize(
    ("does", "limits", "says"),
    [
        ("time.sleep(3600)", Limits(silence_s=0.1), "takes too long"),
        ("while True: pass", Limits(cpu_s=3), "takes too long"),
        ("np.ones(2 ** 40)", Limits(), "more than 3 GiB of memory"),
        ("self.x = bytearray(2 ** 33)", Limits(memory_bytes=2**31), "more than 2 GiB of memory"),
        ("os.abort()", Limits(), "cannot be read: it is damaged"),
        ("os._exit(0)", Limits(), "cannot be read: it is damaged"),
        ("raise ValueError('x')", Limits(), "was recognised as Our logger, but cannot be read"),
        ("raise SystemExit(0)", Limits(), "was recognised as Our logger, but cannot be read"),
        (
            "with open('{folder}/left', 'w') as file: file.write('x')",
            Limits(),
            "cannot be read: it is damaged",
        ),
    ],
)
def test_a_reader_that_fails_ends_in_a_sentence(ours, tmp_path, does, limits, says):
    path = ours(does.replace("{folder}", str(tmp_path)))
    with pytest.raises(InputError, match=says):
        open_table(path, limits=limits)
    assert not any(file.stat().st_size for file in tmp_path.glob("left"))


def test_waiting_can_be_ended(ours):
    class CancelledError(Exception):
        pass

    def cancel():
        raise CancelledError

    with pytest.raises(CancelledError):
        open_table(ours("time.sleep(3600)"), on_wait=cancel)


def test_a_child_ends_with_whoever_asked(ours, tmp_path):
    noted = tmp_path / "pid"
    path = ours(f"os.mkfifo({str(noted)!r} + str(os.getpid())); time.sleep(3600)")
    code = (
        f"from pathlib import Path; import cycling.formats as f; f.open_table(Path({str(path)!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    while not (found := list(tmp_path.glob("pid*"))):
        time.sleep(0.02)
    child = int(found[0].name.removeprefix("pid"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while alive(child):
        time.sleep(0.02)


def alive(process_id):
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_a_child_knows_no_secrets(ours, monkeypatch, tmp_path):
    monkeypatch.setenv("BEM_DATABASE_URL", "mysql://secret")
    path = ours("raise RuntimeError if 'BEM_DATABASE_URL' in os.environ else ValueError")
    request = Request(str(path), "cell.ours")
    with pytest.raises(InputError), IdleChild().asked(request) as child:
        child.json()
    assert os.environ["BEM_DATABASE_URL"]


def test_one_child_opens_the_file_once_and_ends_with_the_table(ours, tmp_path):
    opened = tmp_path / "opened"
    opened.mkdir()
    path = ours(f"os.mkdir(os.path.join({str(opened)!r}, str(os.getpid()) + str(time.time_ns())))")
    table, result = checked(path)
    assert result.rows == 100
    assert len(list(read_measures(table, result.mapping))) == 1
    assert len(list(opened.iterdir())) == 1
    (child,) = table.child._children
    assert child._process.poll() is None
    del table
    assert child._process.poll() is not None


def test_a_child_that_was_not_heard_to_its_end_is_not_asked_again(ours):
    table = open_table(ours(), max_rows=10)
    result = verify(table, propose(table))
    assert [p.code for p in result.problems if p.severity == "error"] == ["too-many-rows"]
    assert table.child._children == []
    assert verify(table, propose(table)).rows == 10
