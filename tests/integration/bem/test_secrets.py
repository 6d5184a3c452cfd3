"""Secrets stay out of what programs write and answer, whatever goes wrong."""

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import make_url

from tests.conftest import ServerUrls
from tests.databases import create, drop, migrate
from tests.served import BEM
from tests.servers import free_port, start, wait_until

MARK = "mArKeD-sEcReT"  # part of each secret, so that a part of one is found too
NAMES = {
    "BEM_SECRET_KEY": f"{MARK}-key-0123456789-0123456789",
    "BEM_METRICS_TOKEN": f"{MARK}-token-0123456789-01234",
}
STARTS_S = 240


class Place:
    """An environment full of marked secrets, and everything that was written in it."""

    def __init__(self, folder: Path, database_url: str, broker_port: int) -> None:
        self.folder = folder
        self.said = folder / "said.log"
        self.said.touch()
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "BEM_DATA_DIR": str(folder / "data"),
            "BEM_DATABASE_URL": database_url,
            "BEM_MQTT_URL": f"mqtt://master-node:{MARK}-broker@127.0.0.1:{broker_port}",
            **NAMES,
        }

    def run(self, *arguments: str, stdin: str = "", **changed: str) -> int:
        """Run a command that ends, and return its status."""
        ended = subprocess.run(
            [BEM, *arguments],
            env={**self.environment, **changed},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=STARTS_S,
            check=False,
        )
        with self.said.open("a") as file:
            file.write(f"{arguments}: {ended.stdout}{ended.stderr}\n")
        return ended.returncode

    def serve(self, *arguments: str, **changed: str) -> subprocess.Popen[bytes]:
        """Start a command that goes on."""
        return start([BEM, *arguments], self.said, {**self.environment, **changed})


@pytest.fixture
def place(tmp_path: Path, server_urls: ServerUrls) -> Iterator[Place]:
    """A migrated database on the server."""
    url = server_urls("mariadb", "secrets")
    create(url)
    migrate(url)
    yield Place(tmp_path, url, free_port())
    drop(url)


def fetch(address: str, *, data: bytes | None = None, **headers: str) -> str:
    """Return what the web server answers, with its headers."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, data, headers), timeout=120
        ) as answer:
            return f"{answer.headers}{answer.read().decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.headers}{error.read().decode()}"


def answers(url: str) -> bool:
    try:
        return bool(fetch(f"{url}/health"))
    except OSError:
        return False


def wrong(url: str) -> str:
    """The same database for somebody with a marked password that nobody has given him."""
    return (
        make_url(url)
        .set(username="nobody", password=f"{MARK}-database")
        .render_as_string(hide_password=False)
    )


def test_no_secret_is_written_or_answered(place: Place):
    """Refused logins, wrong tokens, a broker that is away, wrong databases, wrong settings."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    typed = f"{MARK}-typed-password"
    assert place.run("user", "add", "ada", "--role", "admin", "--password-stdin", stdin=typed) == 0
    web = place.serve("web", "--port", str(port), "--workers", "1")
    node = place.serve("master-node")
    try:
        wait_until(lambda: answers(url), web, place.said, STARTS_S)
        form = {"username": "ada", "password": f"{typed}-wrong"}
        heard = [
            fetch(f"{url}/health"),
            fetch(f"{url}/metrics"),
            fetch(f"{url}/metrics", Authorization="Bearer wrong"),
            fetch(f"{url}/metrics", Authorization=f"Bearer {NAMES['BEM_METRICS_TOKEN']}"),
            fetch(f"{url}/login", data=urlencode(form).encode(), Origin=url),
            fetch(f"{url}/login?token={MARK}-token"),
            fetch(f"{url}/nothing", Cookie=f"bem_session={MARK}-session"),
        ]
        wait_until(lambda: "broker" in place.said.read_text(), node, place.said, STARTS_S)
    finally:
        for process in (web, node):
            process.terminate()
            process.wait(120)
    elsewhere = f"mysql+pymysql://bem:{MARK}-pw@127.0.0.1:{free_port()}/bem"
    for status, command, changed in (
        (2, ["db", "check"], {"BEM_DATABASE_URL": wrong(place.environment["BEM_DATABASE_URL"])}),
        (1, ["db", "check"], {"BEM_DATABASE_URL": elsewhere}),
        (2, ["db", "check"], {"BEM_DATABASE_URL": f"mysql+pymysql://bem:{MARK}@:no-port/bem"}),
        (2, ["db", "check"], {"BEM_DATABASE_URL": f"oracle://bem:{MARK}@127.0.0.1/bem"}),
        (2, ["web"], {"BEM_SECRET_KEY": MARK}),
        (2, ["web"], {"BEM_METRICS_TOKEN": MARK}),
        (2, ["master-node"], {"BEM_MQTT_URL": f"mqtt://master-node:{MARK}@no host:port"}),
    ):
        assert place.run(*command, **changed) == status, command
    written = place.said.read_text(errors="replace")
    assert "Traceback" not in written
    assert [line for line in written.splitlines() if MARK in line] == []
    assert [one for one in heard if MARK in one] == []
