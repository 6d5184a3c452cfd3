"""The web server's processes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from cycling.errors import InputError
from dashboard.server import check_address, options
from tests.servers import free_port, start

SERVE = """
import sys
from pathlib import Path
from dashboard.app import create_app
from db.limits import Limits
from dashboard import server
from dashboard.settings import WebSettings
from db.engine import connect

def make_app():
    settings = WebSettings("k" * 32, Path(sys.argv[1]).parent)
    return create_app(settings, connect(sys.argv[2]), pages="tests.unit.dashboard.sample_pages")

limits = Limits(client_stall_s=1)
server.serve("127.0.0.1", int(sys.argv[3]), make_app, workers=2, threads=2, limits=limits)
"""


def test_an_address_that_is_taken_is_refused_in_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"cannot use 127.0.0.1:{port} .*already in use"):
            check_address("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 8050), ("no host", 8050), ("127.0.0.1", 99_999_999)]
)
def test_an_address_that_is_none_is_refused_in_words(host, port):
    with pytest.raises(InputError):
        check_address(host, port)


def test_a_free_address_is_left_free():
    port = free_port()
    check_address("127.0.0.1", port)
    check_address("127.0.0.1", port)


def test_nothing_is_forked_with_an_open_database():
    chosen = options("::1", 8050, 2, 4)
    assert chosen["bind"] == "[::1]:8050"
    assert "preload_app" not in chosen
    assert chosen["control_socket_disable"] is True


def get(port: int, path: str, patience_s: float = 5) -> int | None:
    address = f"http://127.0.0.1:{port}{path}"
    try:
        with urllib.request.urlopen(address, timeout=patience_s) as answer:
            return answer.status
    except OSError:
        return None


def wait_until(happens: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 240
    while not happens():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture
def running(sqlite_database, tmp_path):
    port = free_port()
    log = tmp_path / "server.log"
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", SERVE, str(log), url, str(port)]
    process = start(command, log, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    wait_until(lambda: process.poll() is not None or get(port, "/health") == 200, log)
    assert process.poll() is None, log.read_text()
    yield process, port, log
    process.kill()
    process.wait()


def children(process: subprocess.Popen) -> set[int]:
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(pid) for pid in text.split()}


def other_children(process: subprocess.Popen, than: set[int], log: Path) -> set[int]:
    """The two workers that are not of `than`: the second one starts in its own time."""
    wait_until(lambda: len(children(process) - than) == 2, log)
    return children(process) - than


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_that_are_killed_come_back_and_sigterm_ends_all_in_peace(running):
    process, port, log = running
    assert get(port, "/login") == 200
    workers = other_children(process, set(), log)
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    other_children(process, workers, log)
    wait_until(lambda: get(port, "/health") == 200, log)
    process.terminate()
    assert process.wait(120) == 0
    assert "GET /" not in log.read_text()


def test_clients_that_stop_in_the_middle_hold_nobody_up_for_long(running):
    _process, port, log = running
    stalled = [socket.create_connection(("127.0.0.1", port)) for _ in range(12)]
    for number, client in enumerate(stalled):
        start_of_line, body = b"GET /health HTTP/1.1\r\nHo", b"POST /login HTTP/1.1\r\nHost: x"
        body += b"\r\nContent-Length: 50\r\n\r\nusername=vera"
        client.sendall(body if number % 2 else start_of_line)
    time.sleep(0.3)
    began = time.monotonic()
    assert get(port, "/health", patience_s=30) == 200
    assert time.monotonic() - began < 20
    for client in stalled:
        client.close()
    assert "Traceback" not in log.read_text()
