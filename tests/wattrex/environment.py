"""The environment of the published WattRex programs, outside of ours, and what they need to run.

They are under the GPL: they run as programs of their own, nothing of ours imports them.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers import start

HERE = Path(__file__).parent
PACKAGES = (
    "wattrex-cycler-cu-manager==1.0.3",
    "wattrex-cycler-db-sync==1.0.3",
    "wattrex-battery-cycler==1.0.3",
    "wattrex-cycler-datatypes==1.0.3",
    "wattrex-driver-mqtt==0.0.2",
    "wattrex-driver-db==0.0.113",
    "system-shared-tool==0.2.14",
    "system-config-tool==0.2.4",
    "system_logger_tool==0.2.7",
    "can-sniffer==0.0.8",
    "SCPI-sniffer==0.0.4",
    "paho-mqtt==2.2.0",
    "SQLAlchemy==2.1.9",
    "mysql-connector-python==26.10.0",
)
INSTALLS_WITHIN_S = 180
UV = Path(sys.executable).with_name("uv")


class NotInstalledError(Exception):
    """The published programs cannot be had here; the reason is for whoever runs the tests."""


def peer_python() -> Path:
    """Return the Python of the programs' environment, made once in the user's cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(repr((PACKAGES, sys.version_info[:2])).encode()).hexdigest()[:12]
    folder = cache / "bem-tests" / f"wattrex-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # another test process may be installing it
        if not folder.is_dir():
            _install(folder)
    return folder / "bin" / "python"


def _install(folder: Path) -> None:
    """Install into the final folder, because an environment cannot be moved; or leave nothing."""
    if not UV.is_file():
        raise NotInstalledError("uv is not in this environment: make setup installs it")
    try:
        _run(UV, "venv", "--quiet", "--python", sys.executable, folder)
        _run(UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python", *PACKAGES)
    except NotInstalledError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _run(*command: object) -> None:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=INSTALLS_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstalledError(f"not installed within {INSTALLS_WITHIN_S} s") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise NotInstalledError(f"the packages cannot be installed: {last}")


class Peer:
    """One published program in a folder of its own."""

    def __init__(self, folder: Path, credentials: dict[str, dict[str, object]]) -> None:
        for name in ("config", "devops", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.folder = folder
        # JSON is YAML too
        (folder / "config" / ".cred.yaml").write_text(json.dumps(credentials))
        settings = {"system_shared_tool": {"DEFAULT_CHAN_NUM_MSG": 10}}
        (folder / "config.yaml").write_text(json.dumps(settings))
        (folder / "log_config.yaml").write_text("{}")
        deploy = folder / "devops" / "deploy.sh"
        deploy.write_text('#!/bin/sh\necho "$@" >> launched\n')
        deploy.chmod(0o755)
        self.process: subprocess.Popen[bytes] | None = None
        self._logs = 0

    def run(self, program: str, *arguments: str) -> None:
        """Start one of our two wrappers with the programs' own Python."""
        self._logs += 1
        self.process = start(
            [peer_python(), HERE / program, self.folder, *arguments],
            self.folder / f"{self._logs}.log",
            env={"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "USER": "pi"},
        )

    @property
    def running(self) -> bool:
        """Whether the program is alive."""
        return self.process is not None and self.process.poll() is None

    def end(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        return (self.folder / f"{self._logs}.log").read_text(errors="replace")


class RealUnit(Peer):
    """The published cu-manager; only its search for devices on a CAN bus is replaced."""

    def __init__(self, folder: Path, url: str, mac: int, devices: list | None = None) -> None:
        broker = urlsplit(url)
        super().__init__(
            folder,
            {
                "mqtt": {
                    "user": broker.username,
                    "password": broker.password,
                    "host": broker.hostname,
                    "port": broker.port,
                }
            },
        )
        self.mac = mac
        self._devices = [[2, "17", 19], [3, 257, "1"]] if devices is None else devices

    def start(self) -> None:
        self.run("peer_unit.py", str(self.mac), json.dumps(self._devices))

    @property
    def number(self) -> int | None:
        """The number that it was given and has written down."""
        file = self.folder / ".cu_id"
        text = file.read_text() if file.is_file() else ""
        return int(text) if text else None

    @property
    def launched(self) -> list[str]:
        """What it has called its own script with."""
        file = self.folder / "launched"
        return file.read_text().splitlines() if file.is_file() else []


class RealSynchroniser(Peer):
    """The published db_sync between a cache database and ours."""

    def __init__(self, folder: Path, cache_url: str, master_url: str) -> None:
        super().__init__(folder, {"cache_db": _part(cache_url), "master_db": _part(master_url)})

    def start(self) -> None:
        self.run("peer_sync.py")


def _part(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "user": parts.username,
        "password": parts.password or "",
        "host": parts.hostname,
        "port": parts.port,
        "database": parts.path.strip("/"),
    }
