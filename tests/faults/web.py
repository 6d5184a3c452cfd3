"""The web server as a process that slow clients attack, and nginx in front of it."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil

from db.commands import users
from db.commands.audit import By
from db.engine import connect
from db.limits import USUAL
from db.terms import Role
from tests.attackers import Front
from tests.served import PASSWORD
from tests.servers import free_port, start, wait_until
from tests.unit.db.lab import block, import_blocks

ROWS = 150_000  # of the experiment that is exported: more than systems keep in their buffers
SERVE = """
import sys
from pathlib import Path
from db.limits import Limits
from dashboard.app import create_app
from dashboard import server
from dashboard.settings import WebSettings
from db.engine import connect

def make_app():
    settings = WebSettings("k" * 32, Path(sys.argv[1]), limits=limits)
    return create_app(settings, connect(sys.argv[2]), pages="tests.unit.dashboard.sample_pages")

port, stall_s, rate, workers, threads = (int(given) for given in sys.argv[3:])
limits = Limits(client_stall_s=stall_s, client_bytes_per_s=rate, min_free_bytes=16 * 1024**2)
server.serve("127.0.0.1", port, make_app, workers=workers, threads=threads, limits=limits)
"""


class Web:
    """The web server over a database with a user of each role, who are signed in."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        stall_s: int,
        workers: int,
        threads: int,
        bytes_per_s: int = USUAL.client_bytes_per_s,
    ) -> None:
        self.front, self.data_dir, self.log = Front(free_port()), folder, folder / "web.log"
        arguments = [folder, url, self.front.port, stall_s, bytes_per_s, workers, threads]
        command = [sys.executable, "-c", SERVE, *map(str, arguments)]
        self._process = start(command, self.log, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
        wait_until(self._answers, self._process, self.log, 240)
        self.workers = psutil.Process(self._process.pid).children()

    def held(self) -> int:
        """Return the connections that clients have to the workers."""
        counts = (
            sum(bool(one.raddr) for one in worker.net_connections("tcp")) for worker in self.workers
        )
        return sum(counts)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        return self.front.ask("/health", patience_s=5)[0] == 200


def furnish(url: str) -> None:
    """Add a user of each role and a long experiment."""
    database = connect(url)
    for role in Role:
        users.add_user(database, role, role, PASSWORD, by=By("tests", "", datetime.now(UTC)))
    assert import_blocks(database, [block(ROWS)]) == 1
    database.dispose()
