"""Real servers for the tests: private, on a free loopback port, gone with the test run."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pymysql

from tests.machine import MARIADB, MOSQUITTO, ROOT, is_root

START_SECONDS = 240
PROCESSES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
GIVEN: set[int] = set()
SHIPPED = ROOT / "deploy" / "mosquitto"


def free_port() -> int:
    """Return a free loopback port.

    Outside the range that the kernel gives to outgoing connections: a server that was killed must
    find its own port free when it starts again. Each test process has ports of its own, and gives
    none out twice: a server may take a while until it listens.
    """
    while True:
        place = secrets.randbelow(12000 // PROCESSES)  # not `random`: all have the same seed
        port = 20000 + place * PROCESSES + PROCESS
        if port in GIVEN:
            continue
        GIVEN.add(port)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def listens(port: int) -> bool:
    """Whether somebody takes connections at a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(
    command: list[str | Path], log: Path, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server that is killed when we are, however we end; its output goes to a file."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    prefix = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
        )


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Wait for a server to answer; say what it logged if it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    ended = "is still starting" if process.poll() is None else f"ended with {process.returncode}"
    last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
    raise RuntimeError(f"{process.args!r} {ended} and does not answer:\n{last_lines}")


class MariaDb:
    """A MariaDB server of our own. It reads no settings of the machine, and skips fsync."""

    def __init__(self, folder: Path) -> None:
        """Make the system tables (about a second); `start` starts the server."""
        server = MARIADB.find()
        assert server is not None, "mariadbd is not installed"
        self.folder = folder
        self.port = free_port()
        self._data = folder / "data"
        self._log = folder / "mariadbd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._as_root = ["--user=root"] if is_root() else []
        # A folder of its own: a server that starts removes the temporary tables of all others.
        self._environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
        self._command = [server, "--no-defaults", f"--datadir={self._data}", *self._as_root]
        self._make_system_tables()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "") -> str:
        """Return the SQLAlchemy URL of one database on this server."""
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers; nothing happens if it runs."""
        if self.running:
            return
        self._process = start(
            [
                *self._command,
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                f"--socket={self._socket()}",
                f"--pid-file={self.folder / 'mariadbd.pid'}",
                "--skip-name-resolve",
                "--skip-log-bin",
                "--performance-schema=OFF",
                "--innodb-buffer-pool-size=64M",
                "--innodb-log-file-size=32M",
                # A killed process loses nothing of this; only a machine without power would.
                "--innodb-flush-log-at-trx-commit=2",
                "--innodb-flush-method=nosync",
                "--skip-innodb-doublewrite",
                "--innodb-lock-wait-timeout=5",
                "--local-infile=ON",
            ],
            self._log,
            self._environment,
        )
        wait_until(self._answers, self._process, self._log, START_SECONDS)

    def stop(self) -> None:
        """Shut down as a service manager would."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the process at once (kill -9); what was committed is there after `start`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it take connections and say nothing, until the block is left."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            while not self._stands_still():
                time.sleep(0.001)
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _stands_still(self) -> bool:
        """Whether each of its threads has stopped; the signal reaches one after the other."""
        try:
            tasks = [psutil.Process(one.id) for one in psutil.Process(self.pid).threads()]
            return all(task.status() == psutil.STATUS_STOPPED for task in tasks)
        except psutil.NoSuchProcess:  # a thread has ended before the signal reached it
            return False

    def _answers(self) -> bool:
        try:
            pymysql.connect(
                host="127.0.0.1", port=self.port, user="root", connect_timeout=5
            ).close()
        except pymysql.OperationalError:
            return False
        return True

    def _make_system_tables(self) -> None:
        install = shutil.which("mariadb-install-db")
        assert install is not None, "mariadb-install-db is not installed"
        (self.folder / "tmp").mkdir(parents=True)
        made = subprocess.run(
            [
                install,
                "--no-defaults",
                f"--datadir={self._data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self._as_root,
            ],
            check=False,
            env=self._environment,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise RuntimeError(f"mariadb-install-db failed:\n{made.stdout}\n{made.stderr}")

    def _socket(self) -> Path:
        # Relative to the data folder: a full path may be longer than the 107 bytes of a socket.
        return Path("mariadbd.sock")


class Mosquitto:
    """An MQTT broker of our own, with the settings and rights that we ship."""

    def __init__(self, folder: Path, users: Sequence[str]) -> None:
        """Make its files, with an account for each user; `start` starts it."""
        server = MOSQUITTO.find()
        assert server is not None, "mosquitto is not installed"
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self._folder = folder
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._command = [server, "-c", folder / "mosquitto.conf"]
        self._passwords = {user: secrets.token_hex(12) for user in users}
        self._write_files()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process is not None
        return self._process.pid

    def url(self, user: str, port: int | None = None) -> str:
        """Return the URL for one of its users, through another port if there is a proxy."""
        return f"mqtt://{user}:{self._passwords[user]}@127.0.0.1:{port or self.port}"

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens if it runs."""
        if self.running:
            return
        self._process = start(self._command, self._log)
        wait_until(self._answers, self._process, self._log, START_SECONDS)

    def stop(self) -> None:
        """Shut down as a service manager would: what it keeps is written."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the process at once (kill -9)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        return listens(self.port)

    def _write_files(self) -> None:
        settings = (SHIPPED / "mosquitto.conf").read_text()
        for shipped, here in (
            ("listener 1883", f"listener {self.port} 127.0.0.1"),
            ("use_username_as_clientid true", ""),  # one listener for all, as it may be, too
            ("listener 1884", f"listener {free_port()} 127.0.0.1"),
            ("/mosquitto/config", str(self._folder)),
            ("/mosquitto/data", str(self._folder)),
        ):
            assert shipped in settings
            settings = settings.replace(shipped, here)
        if is_root():
            settings += "\nuser root\n"
        (self._folder / "mosquitto.conf").write_text(settings)
        for name in ("acl", "passwords", "services"):
            (self._folder / name).touch(mode=0o600)
        (self._folder / "acl").write_text((SHIPPED / "acl").read_text())
        passwords = self._folder / "passwords"
        passwords.write_text("".join(f"{name}:{p}\n" for name, p in self._passwords.items()))
        subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
