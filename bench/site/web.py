"""The application as people run it: `bem web`, `bem worker`, and a browser's connection to them."""

import json
import os
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from types import TracebackType
from urllib.parse import urlencode

from flask.testing import FlaskClient

from bench.site.callbacks import UPDATE, Body
from cycling.errors import ConflictError
from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from db.terms import Role
from tests.servers import free_port, start, wait_until

NAME, PASSWORD = "bench", "only for the benchmark"
SECRET_KEY = "for the benchmark only, and long enough for that"
START_SECONDS = 60
PIECE_BYTES = 1024 * 1024
BEM = Path(sys.executable).with_name("bem")


def add_viewer(database: Database) -> None:
    """Add the one who signs in, unless they are there."""
    now = datetime.now(UTC)
    with suppress(ConflictError):
        users.add_user(database, NAME, Role.VIEWER, PASSWORD, by=By(NAME, "", now))


def signed_in(database: Database, folder: Path) -> FlaskClient:
    """Return a client of the application in this process: no network, no other process."""
    add_viewer(database)
    settings = WebSettings(secret_key=SECRET_KEY, data_dir=folder)
    client = create_app(settings, database).test_client()
    answer = client.post("/login", data={"username": NAME, "password": PASSWORD})
    if answer.status_code != 303:
        raise RuntimeError(f"Signing in answers {answer.status_code}.")
    return client


@dataclass(frozen=True)
class Download:
    """How a download went: seconds to the first byte and to the end."""

    first_s: float
    total_s: float
    size: int


class Tab:
    """One connection of one signed-in browser; use it in one thread."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port = port
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookie = cookie or self._signed_in()

    def ask(self, body: Body) -> bytes:
        """Send a callback and return its answer, b"" for nothing new."""
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
        return self._whole("POST", UPDATE, json.dumps(body), headers)

    def page(self, path: str) -> None:
        """Open an address."""
        self._whole("GET", path, None, {"Cookie": self.cookie})

    def download(self, path: str, target: Path, most: int | None = None) -> Download:
        """Stream an address into a file; with `most` hang up after so many bytes."""
        begin = time.perf_counter()
        answer = self._send("GET", path, None, {"Cookie": self.cookie})
        size = len(piece := answer.read(1))
        first_s = time.perf_counter() - begin
        with target.open("wb") as file:
            while piece and (most is None or size < most):
                file.write(piece)
                piece = answer.read(PIECE_BYTES if most is None else min(most, PIECE_BYTES))
                size += len(piece)
        if piece:
            self.close()
        return Download(first_s, time.perf_counter() - begin, size)

    def close(self) -> None:
        """Hang up; the next request connects again."""
        self._connection.close()

    def _signed_in(self) -> str:
        form = urlencode({"username": NAME, "password": PASSWORD})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self._port}",
        }
        answer = self._send("POST", "/login", form, headers, wanted=303)
        answer.read()
        return answer.headers["Set-Cookie"].partition(";")[0]

    def _whole(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        return self._send(method, path, body, headers).read()

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str], wanted: int = 200
    ) -> HTTPResponse:
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (HTTPException, ConnectionError):  # the server has closed an idle connection
            self._connection.close()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        if answer.status != wanted:
            raise RuntimeError(f"{method} {path} answers {answer.status}: {answer.read()[:300]!r}")
        return answer


class Served:
    """`bem web`, and a `bem worker` if one is wanted, over a database; a context manager."""

    def __init__(
        self, folder: Path, database_url: str, *, workers: int, with_worker: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder / "data"
        self.start_s = 0.0
        self.worker: Popen[bytes] | None = None
        self._folder = folder
        self._workers = workers
        self._with_worker = with_worker
        own = {name: value for name, value in os.environ.items() if not name.startswith("BEM_")}
        self._environment = own | {
            "BEM_DATABASE_URL": database_url,
            "BEM_DATA_DIR": str(self.data_dir),
            "BEM_SECRET_KEY": SECRET_KEY,
        }

    def __enter__(self) -> "Served":
        """Start the processes and wait for the first answer of /health."""
        begin = time.perf_counter()
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        self.web = self._start("web", *address, "--workers", str(self._workers))
        log = self._folder / "web.log"
        wait_until(self._answers, self.web, log, START_SECONDS)
        self.start_s = time.perf_counter() - begin
        if self._with_worker:
            self.worker = self._start("worker")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them as a service manager would."""
        processes = [one for one in (self.web, self.worker) if one is not None]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, command: str, *options: str) -> Popen[bytes]:
        log = self._folder / f"{command}.log"
        return start([BEM, command, *options], log, self._environment)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
