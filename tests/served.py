"""The application as people run it: `bem web` and `bem worker` as processes of their own."""

import os
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from db.commands import users
from db.commands.audit import By
from db.engine import connect
from db.terms import Role
from tests.databases import Snapshot, migrate
from tests.servers import free_port, start, wait_until

PASSWORD = "correct horse battery"
START_SECONDS = 240
BEM = Path(sys.executable).with_name("bem")
LATE_S = os.environ.get("BEM_TEST_LATE", "")


class Served:
    """A web server and a worker over one database, with a user of each role."""

    def __init__(self, folder: Path, database_url: str) -> None:
        """Migrate the database, add the users, start the processes and wait until they answer."""
        self.database_url = database_url
        self.data_dir = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BEM_")},
            "BEM_TEST_LATE": LATE_S,
            "BEM_DATABASE_URL": database_url,
            "BEM_DATA_DIR": str(self.data_dir),
            "BEM_SECRET_KEY": "for the tests only, and long enough for that",
        }
        migrate(database_url)
        self.start()
        self._add_users()
        wait_until(self._answers, self.web, folder / "web.log", START_SECONDS)
        self._snapshot = Snapshot(database_url)

    def start(self) -> None:
        """Start both processes."""
        serve = ["web", "--host", "127.0.0.1", "--port", str(self.port)]
        web = [sys.executable, "-m", "tests.late"] if LATE_S else [BEM]
        self.web = self._start([*web, *serve], "web.log")
        self.worker = self._start([BEM, "worker"], "worker.log")

    def stop(self) -> None:
        """End both processes as a service manager would."""
        for process in (self.web, self.worker):
            process.terminate()
        for process in (self.web, self.worker):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """End everything for good."""
        self.stop()
        self._snapshot.close()

    def reset(self) -> None:
        """Take away what a test has added; start a process again that a test has ended."""
        if self.web.poll() is not None or self.worker.poll() is not None:
            self.stop()
            self.start()
            wait_until(self._answers, self.web, self._folder / "web.log", START_SECONDS)
        self._snapshot.put_back_rows()

    def _start(self, command: list[str | Path], log: str) -> subprocess.Popen[bytes]:
        return start(command, self._folder / log, self._environment)

    def _add_users(self) -> None:
        database = connect(self.database_url)
        now = datetime.now(UTC)
        for role in Role:  # each is also the name of its user
            users.add_user(database, role, role, PASSWORD, by=By("tests", "", now))
        database.dispose()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
