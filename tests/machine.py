"""What this machine has for the tests: programs, and where to get the ones that are missing.

The standard library only: the runner reads this before it knows what is installed.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Debian keeps servers in sbin, which is not on the PATH of an ordinary user.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


@dataclass(frozen=True)
class Program:
    """Something that some tests start, under any of its names."""

    title: str
    names: tuple[str, ...]
    debian: tuple[str, ...]
    brew: str
    needed_by: tuple[str, ...]

    def find(self) -> str | None:
        """Return the full path of the program, None if it is not installed."""
        found = (shutil.which(name, path=SEARCH_PATH) or _file(name) for name in self.names)
        return next((path for path in found if path), None)


MARIADB = Program(
    title="the MariaDB server",
    names=("mariadbd",),
    # The core packages bring the programs without the service that would start by itself.
    debian=("mariadb-server-core", "mariadb-client-core"),
    brew="brew install mariadb",
    needed_by=("integration", "browser", "faults"),
)
MOSQUITTO = Program(
    title="Mosquitto",
    names=("mosquitto",),
    debian=("mosquitto",),
    brew="brew install mosquitto",
    needed_by=("integration", "faults"),
)
MARIADB_DUMP = Program(
    title="MariaDB's dump program",
    names=("mariadb-dump", "mysqldump"),
    debian=("mariadb-client",),
    brew="brew install mariadb",
    needed_by=("integration",),
)
MOSQUITTO_CLIENTS = Program(
    title="Mosquitto's clients",
    names=("mosquitto_pub",),
    debian=("mosquitto-clients",),
    brew="brew install mosquitto",
    needed_by=("integration",),
)
CHROMIUM = Program(
    title="Chromium",
    names=(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    debian=("chromium", "fonts-liberation"),
    brew="brew install --cask google-chrome",
    needed_by=("browser",),
)
# The same browser without its windows: a third less work for the machine.
HEADLESS = Program(
    title="Chromium's headless shell, or Chromium",
    names=("chromium-headless-shell", "chrome-headless-shell", *CHROMIUM.names),
    debian=("chromium-headless-shell", "fonts-liberation"),
    brew="brew install --cask google-chrome",
    needed_by=("browser",),
)
CHROMEDRIVER = Program(
    title="ChromeDriver",
    names=("chromedriver",),
    debian=("chromium-driver",),
    brew="brew install --cask chromedriver",
    needed_by=("browser",),
)
# Only a long test wants this; `make test` does not install it.
GALERA = Program(
    title="Galera",
    names=("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"),
    debian=("galera-4", "mariadb-server", "rsync"),
    brew="brew install galera",
    needed_by=("faults",),
)
HAPROXY = Program(
    title="HAProxy",
    names=("haproxy",),
    debian=("haproxy",),
    brew="brew install haproxy",
    needed_by=("integration", "faults"),
)
NGINX = Program(
    title="nginx",
    names=("nginx",),
    debian=("nginx-light",),
    brew="brew install nginx",
    needed_by=("integration", "faults"),
)
PROGRAMS = (
    MARIADB,
    MARIADB_DUMP,
    MOSQUITTO,
    MOSQUITTO_CLIENTS,
    HEADLESS,
    CHROMIUM,
    CHROMEDRIVER,
)
# Their packages start a service, so CI alone installs them; elsewhere their tests are skipped.
PROXIES = (NGINX, HAPROXY)


def _file(name: str) -> str | None:
    """Return the path of what is no program: a library that one of them loads."""
    return name if name.startswith("/") and Path(name).is_file() else None


def in_ci() -> bool:
    """Whether this is a CI run, in which nothing may be left out."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def is_root() -> bool:
    """Whether we may install packages, and must tell programs that we are root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
