"""A Galera cluster of MariaDB servers, and a HAProxy with the settings that we ship."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pymysql

from tests.machine import GALERA, HAPROXY, MARIADB, ROOT, is_root
from tests.servers import free_port, start, wait_until

SHIPPED = ROOT / "deploy" / "haproxy" / "bem.cfg"
START_SECONDS = 120


class Node:
    """One server of the cluster. It skips fsync."""

    def __init__(self, folder: Path, number: int, base: int) -> None:
        self.number, self.port, self.base = number, free_port(), base
        self._folder = folder / f"node{number}"
        self.log = self._folder / "mariadbd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._make_system_tables()

    @property
    def group_address(self) -> str:
        """Where the other nodes find it."""
        return f"127.0.0.1:{self.base}"

    def start(self, group: str, *, first: bool = False) -> None:
        """Start it, and wait until it has what the others have."""
        self.start_only(group, first=first)
        assert self._process is not None
        wait_until(self.is_synced, self._process, self.log, START_SECONDS)

    def start_only(self, group: str, *, first: bool = False) -> None:
        """Start it; it joins by itself."""
        server, provider = MARIADB.find(), GALERA.find()
        at = self.base
        command = [
            server,
            "--no-defaults",
            f"--datadir={self._folder / 'data'}",
            f"--tmpdir={self._folder / 'tmp'}",
            f"--port={self.port}",
            f"--socket={self._folder / 's'}",
            f"--pid-file={self._folder / 'pid'}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--performance-schema=OFF",
            "--innodb-buffer-pool-size=128M",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-flush-method=nosync",
            "--innodb-autoinc-lock-mode=2",
            "--binlog-format=ROW",
            "--local-infile=ON",
            "--wsrep-on=ON",
            f"--wsrep-provider={provider}",
            f"--wsrep-node-name=node{self.number}",
            f"--wsrep-cluster-address=gcomm://{group}",
            f"--wsrep-provider-options=base_host=127.0.0.1;base_port={at};"
            f"gmcast.listen_addr=tcp://127.0.0.1:{at};ist.recv_addr=127.0.0.1:{at + 1};"
            "gcache.size=64M",
            "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{at + 2}",
        ]
        if first:
            command.append("--wsrep-new-cluster")
        elif position := self._position(command):
            command.append(f"--wsrep-start-position={position}")
        self._process = start([*self._become_mysql, *command], self.log)

    def _position(self, command: Sequence[str | Path | None]) -> str:
        """Return how far a node that was killed has come, as a service manager asks before a start.

        It then gets only what it has missed. For a whole copy another node would stand still.
        """
        asked = subprocess.run(
            [*map(str, command), *self._as_mysql, "--wsrep-recover", "--log-error=/dev/stderr"],
            check=False,
            capture_output=True,
            text=True,
        )
        found = re.findall(r"Recovered position:\s*(\S+)", asked.stderr + asked.stdout)
        return found[-1] if found else ""

    def kill(self) -> None:
        """End it at once (kill -9)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def is_synced(self) -> bool:
        """Whether it has joined and caught up."""
        return self.ask("SHOW STATUS LIKE 'wsrep_local_state_comment'") == "Synced"

    def ask(self, question: str) -> object:
        """Return the last value of the first row of an answer; None if there is no answer."""
        with suppress(pymysql.MySQLError):
            connection = pymysql.connect(
                host="127.0.0.1", port=self.port, user="root", autocommit=True, connect_timeout=5
            )
            with connection, connection.cursor() as cursor:
                cursor.execute(question)
                row = cursor.fetchone()
                return row[-1] if row else None
        return None

    @property
    def _as_mysql(self) -> list[str]:
        return ["--user=mysql"] if is_root() else []  # as root the copy to a new node fails

    @property
    def _become_mysql(self) -> list[str]:
        # the server's own --user would make it forget that it ends when the test does
        change = ["setpriv", "--reuid=mysql", "--regid=mysql", "--clear-groups"]
        return [*change, "--pdeathsig", "KILL"] if is_root() else []

    def _make_system_tables(self) -> None:
        install = shutil.which("mariadb-install-db")
        assert install is not None
        (self._folder / "tmp").mkdir(parents=True)
        if is_root():
            shutil.chown(self._folder, "mysql", "mysql")
            shutil.chown(self._folder / "tmp", "mysql", "mysql")
        subprocess.run(
            [
                install,
                "--no-defaults",
                f"--datadir={self._folder / 'data'}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self._as_mysql,
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "TMPDIR": str(self._folder / "tmp")},
        )


class Galera:
    """Three nodes; each may be killed and started again."""

    def __init__(self, count: int = 3) -> None:
        # a short path that everybody may enter: sockets have 107 bytes, the server is `mysql`
        self.folder = Path(tempfile.mkdtemp(prefix="bem-galera-"))
        self.folder.chmod(0o755)
        # three ports each, with gaps: the cluster's own, and two to hand rows to who joins
        bases = [free_port() // 10 * 10 for _ in range(count)]
        while len(set(bases)) < count:
            bases = [free_port() // 10 * 10 for _ in range(count)]
        self.nodes = [Node(self.folder, n, base) for n, base in enumerate(bases, 1)]
        self.group = ",".join(node.group_address for node in self.nodes)

    def start(self) -> None:
        """Start all, one after the other."""
        for node in self.nodes:
            node.start(self.group, first=node is self.nodes[0])

    def close(self) -> None:
        """End all and remove what they have."""
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class HaProxy:
    """A HAProxy with the settings that we ship, and other addresses."""

    def __init__(
        self, folder: Path, addresses: Mapping[str, str], more: Sequence[str] = ()
    ) -> None:
        program = HAPROXY.find()
        assert program is not None
        settings = SHIPPED.read_text()
        for shipped, here in addresses.items():
            assert settings.count(shipped) == 1, shipped
            settings = settings.replace(shipped, here)
        self.log = folder / "haproxy.log"
        file = folder / "haproxy.cfg"
        file.write_text("\n".join([settings, *more, ""]))
        self._command = [program, "-f", file, "-db"]
        self._process = start(self._command, self.log)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
