"""The proxy's settings that we ship, in a real nginx in front of `bem web`."""

import http.client
import os
import re
import signal
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from db.commands import users
from db.engine import Database
from db.models import AuditEntry
from db.terms import Role
from tests.machine import HAPROXY
from tests.nginx import SHIPPED, Nginx
from tests.served import BEM, PASSWORD
from tests.servers import free_port, listens, start, wait_until
from tests.unit.db.lab import BY

TOKEN = "metrics-for-the-tests-of-the-proxy"


class Served(NamedTuple):
    """The port at which nginx gives https, and the web server behind it."""

    port: int
    web: subprocess.Popen[bytes]


@pytest.fixture
def https(served: Served) -> int:
    """The port at which nginx gives https."""
    return served.port


@pytest.fixture
def served(sqlite_database: Database, tmp_path: Path) -> Iterator[Served]:
    web_port, https_port = free_port(), free_port()
    proxy = Nginx(tmp_path, web_port, https_port)
    users.add_user(sqlite_database, "oscar", Role.OPERATOR, PASSWORD, by=BY)
    environment = {
        **os.environ,
        "BEM_DATABASE_URL": str(sqlite_database.engine.url),
        "BEM_DATA_DIR": str(tmp_path),
        "BEM_SECRET_KEY": "for the tests only, and long enough for that",
        "BEM_BASE_URL": f"https://localhost:{https_port}",
        "BEM_TRUSTED_PROXIES": "1",
        "BEM_METRICS_TOKEN": TOKEN,
    }
    web = start(
        [BEM, "web", "--port", str(web_port), "--workers", "1"], tmp_path / "web.log", environment
    )
    try:
        wait_until(lambda: _answers(web_port), web, tmp_path / "web.log", 240)
        wait_until(lambda: listens(https_port), proxy, tmp_path / "nginx.log", 120)
        yield Served(https_port, web)
    finally:
        proxy.close()
        web.terminate()
        web.wait(120)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=120)
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def test_users_come_in_by_https_and_figures_stay_inside(https: int, sqlite_database):
    answer, _ = ask(https, "GET", "/health")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"]
    _, page = ask(https, "GET", "/login")
    assert re.search(r'name="password"', page)
    form = urlencode({"username": "oscar", "password": PASSWORD})
    came = {
        "Content_Type": "application/x-www-form-urlencoded",
        "Origin": f"https://localhost:{https}",
        "X_Forwarded_For": "203.0.113.9",
    }
    answer, _ = ask(https, "POST", "/login", form, **came)
    assert answer.status == 303
    assert "Secure" in answer.headers["Set-Cookie"]
    with sqlite_database.read() as session:
        signed_in = select(AuditEntry.address).where(AuditEntry.user_name == "oscar")
        # also the row of the user that the test has added
        assert set(session.scalars(signed_in)) == {"127.0.0.1", BY.address}
    answer, _ = ask(https, "POST", "/login", form, **{**came, "Origin": "https://evil.example"})
    assert answer.status == 403
    answer, text = ask(https, "GET", "/?" + "x" * 8190, Accept="text/html")
    assert answer.status == 414
    assert "The address is longer than 8,000 characters." in text
    answer, text = ask(https, "GET", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 404
    assert "bem_" not in text


def test_while_the_web_server_is_away_a_page_of_ours_says_so(served: Served):
    answer, _ = ask(served.port, "GET", "/restarting.html")
    assert answer.status == 404  # nobody opens it by its name
    served.web.terminate()
    served.web.wait(120)
    for method, path in (("GET", "/"), ("GET", "/monitor?x=1"), ("POST", "/login")):
        answer, text = ask(served.port, method, path, "" if method == "POST" else None)
        assert answer.status == 502
        assert answer.headers["Retry-After"] == "5"
        assert answer.headers["Cache-Control"] == "no-store"
        assert text == (SHIPPED.parent / "restarting.html").read_text()


def test_no_request_fails_while_the_web_server_takes_new_processes(served: Served):
    statuses = []
    for number in range(60):
        if number % 20 == 10:
            served.web.send_signal(signal.SIGHUP)
        statuses.append(ask(served.port, "GET", "/login")[0].status)
        time.sleep(0.05)
    assert statuses == [200] * 60


def test_the_settings_for_haproxy_are_taken():
    haproxy = HAPROXY.find()
    if haproxy is None:
        pytest.skip("HAProxy is not installed (Debian: apt-get install haproxy)")
    shipped = SHIPPED.parents[1] / "haproxy" / "bem.cfg"
    checked = subprocess.run(
        [haproxy, "-c", "-f", shipped], check=False, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stderr) == (0, "")
