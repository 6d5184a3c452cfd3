"""RELIABILITY 12: clients that are slow or half-open are dropped, and leave nothing behind."""

import os
import socket
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.faults.forms import SLOW_CLIENTS
from tests.faults.lab import wait_for
from tests.servers import free_port, start

BEM = Path(sys.executable).with_name("bem")
PIECES = (b"", b"GET / HT", b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nuser")


@pytest.fixture
def web(sqlite_template, tmp_path: Path):
    port = free_port()
    environment = {
        **os.environ,
        "BEM_DATABASE_URL": sqlite_template.copy(tmp_path),
        "BEM_DATA_DIR": str(tmp_path / "data"),
        "BEM_SECRET_KEY": "for the tests only, and long enough for that",
    }
    command = [BEM, "web", "--port", str(port), "--workers", "1"]
    process = start(command, tmp_path / "web.log", env=environment)
    wait_for(lambda: answers(port), 60)
    yield port, process
    process.kill()
    process.wait()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.fault(12)
@pytest.mark.skipif(sys.platform != "linux", reason="counts the files of another process")
def test_slow_and_half_open_connections_are_dropped_and_leave_nothing(web, record_property):
    port, process = web
    (worker,) = psutil.Process(process.pid).children()
    assert answers(port)
    files, began = worker.num_fds(), time.monotonic()
    clients = []
    for number in range(SLOW_CLIENTS):
        client = socket.create_connection(("127.0.0.1", port), 60)
        client.sendall(PIECES[number % len(PIECES)])
        clients.append(client)
    wait_for(lambda: answers(port), 90)
    record_property("recovery_s", time.monotonic() - began)
    for client in clients:
        client.settimeout(120)
        while client.recv(4096):  # the server closes, not we
            pass
        client.close()
    wait_for(lambda: worker.num_fds() <= files + 2, 60)
    assert worker.num_threads() <= 12
    assert worker.is_running()
    assert answers(port)
