"""The database hangs: pages say so at once, the web server lives, and all goes on afterwards."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import psutil
import pytest

from tests.faults.forms import HANGS_FOR_S
from tests.faults.lab import wait_for
from tests.served import PASSWORD, Served
from tests.servers import MariaDb

TABS, LOGINS, ROUND = 3, 10, 5
NOTICED_WITHIN_S = 90.0  # in service 8; the machine of a test may have other things to do
AT_ONCE_S = 6.0  # a page that waited for the database would take 8


class StaysHere(urllib.request.HTTPRedirectHandler):
    """Takes a redirect as an answer."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(StaysHere())


class Tab(Thread):
    """Asks for a page again and again; keeps each answer's status, and how long it took."""

    def __init__(self, url: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self.answers: list[tuple[int, float]] = []
        self.stopping = Event()
        self._url, self._cookie = url, cookie

    def run(self) -> None:
        while not self.stopping.wait(0.05):
            status, seconds, _ = ask(f"{self._url}/experiments", cookie=self._cookie)
            self.answers.append((status, seconds))

    def is_told(self, status: int, since: int = 0) -> bool:
        """Whether the newest answers all have this status, of at least a round of them."""
        newest = self.answers[since:][-ROUND:]
        return len(newest) == ROUND and all(one == status for one, _ in newest)


def ask(url: str, form: dict[str, str] | None = None, cookie: str = "") -> tuple[int, float, str]:
    """Return the status of an answer, how long it took, and the cookie that came with it."""
    data = urlencode(form).encode() if form else None
    host = "/".join(url.split("/")[:3])
    asked = urllib.request.Request(url, data, {"Cookie": cookie, "Origin": host})
    began = time.monotonic()
    try:
        with OPENER.open(asked, timeout=60) as answer:
            answer.read()
            status, headers = answer.status, answer.headers
    except urllib.error.HTTPError as error:
        with error:
            error.read()
            status, headers = error.code, error.headers
    return status, time.monotonic() - began, (headers["Set-Cookie"] or "").partition(";")[0]


def sign_in(url: str) -> tuple[int, float, str]:
    return ask(f"{url}/login", {"username": "viewer", "password": PASSWORD})


@pytest.fixture
def served(mariadb_server: MariaDb, mariadb_url: str, tmp_path: Path) -> Iterator[Served]:
    """Two processes of the web server, and a worker."""
    running = Served(tmp_path, mariadb_url)
    yield running
    running.close()


def both_work(served: Served, server: MariaDb) -> bool:
    """Whether both processes of the web server have asked the database: one starts later."""
    asked = [
        {one.raddr.port for one in worker.net_connections("tcp") if one.raddr}
        for worker in psutil.Process(served.web.pid).children()
    ]
    return sum(server.port in ports for ports in asked) == 2


@pytest.fixture
def tabs(served: Served, mariadb_server: MariaDb) -> Iterator[list[Tab]]:
    """Pages that are open, and answered."""
    _, _, cookie = sign_in(served.url)
    opened = [Tab(served.url, cookie) for _ in range(TABS)]
    for tab in opened:
        tab.start()
    wait_for(lambda: all(tab.is_told(200) for tab in opened), what="for the pages")
    wait_for(lambda: both_work(served, mariadb_server), what="for both processes")
    yield opened
    for tab in opened:
        tab.stopping.set()
    for tab in opened:
        tab.join(60)


@pytest.mark.mariadb
@pytest.mark.fault(15)
def test_a_database_that_hangs_silences_nobody(
    served: Served, tabs: list[Tab], mariadb_server: MariaDb, tmp_path: Path, record_property
):
    with mariadb_server.hanging(), ThreadPoolExecutor(LOGINS) as people:
        logins = [people.submit(sign_in, served.url) for _ in range(LOGINS)]
        wait_for(lambda: all(tab.is_told(503) for tab in tabs), NOTICED_WITHIN_S, "for a 503")
        assert {login.result(NOTICED_WITHIN_S)[0] for login in logins} == {503}
        log = tmp_path / "web.log"  # of both processes
        wait_for(lambda: log.read_text().count("what=database-hangs") == 2, NOTICED_WITHIN_S)
        seen = [len(tab.answers) for tab in tabs]
        until = time.monotonic() + HANGS_FOR_S
        while time.monotonic() < until:
            for path, status in (("/health", 503), ("/login", 200), ("/experiments", 503)):
                cookie = "bem_session=of-somebody"
                answer, seconds, _ = ask(f"{served.url}{path}", cookie=cookie)
                assert (path, answer) == (path, status)
                assert seconds < AT_ONCE_S
        later = [one for tab, since in zip(tabs, seen, strict=True) for one in tab.answers[since:]]
        assert {status for status, _ in later} == {503}
        assert max(seconds for _, seconds in later) < AT_ONCE_S
        assert served.worker.poll() is None
    began = time.monotonic()
    wait_for(lambda: all(tab.is_told(200) for tab in tabs), what="for the pages to come back")
    record_property("recovery_s", time.monotonic() - began)
    assert ask(f"{served.url}/health")[0] == 200
    assert sign_in(served.url)[0] == 303
