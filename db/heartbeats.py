"""Rows of processes that say that they live, and whether a server answers, by the driver alone.

Each service asks for its own every 30 seconds: loading SQLAlchemy would be most of that work, and
on a busy machine it takes longer than a server that hangs may keep anybody waiting.
"""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from cycling.errors import UnavailableError
from db.terms import HANGS, MASTER_NODE

PATIENCE_S = 2  # for a connection, and for each answer
COLUMNS = "SELECT name, holder, beat_at, expires_at, detail"
HOLDER = re.compile(r"(?P<host>[^:]*):(?P<number>\d+):")
TLS = {f"ssl_{part}" for part in ("ca", "capath", "cert", "key", "cipher", "check_hostname")}
URL = re.compile(  # the parts as SQLAlchemy takes them apart
    r"(?P<engine>\w+)(?:\+\w+)?://"
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:\[(?P<ipv6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>\d+))?"
    r"(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)


@dataclass(frozen=True)
class Process:
    """A process that beats: where it is, and how long its last beat is ago, in s.

    `name` is that of its row. `lives` while its row has not expired.
    """

    name: str
    host: str
    process_id: int
    silent_s: float
    lives: bool
    detail: dict[str, Any]

    @property
    def leads(self) -> bool:
        """Whether it is the master node that leads, or led last."""
        return self.name == MASTER_NODE


def knock(url: str) -> None:
    """Raise UnavailableError if the server of a URL takes a connection and says nothing.

    Whatever else is wrong is left to whoever uses the database.
    """
    parts = URL.fullmatch(url)
    if parts is None or parts["engine"] not in ("mysql", "mariadb"):
        return
    import pymysql

    try:
        pymysql.connect(**server_options(parts)).close()
    except Exception as error:
        if isinstance(error.__context__, TimeoutError):
            raise UnavailableError(HANGS) from error


def read_processes(url: str, *prefixes: str) -> tuple[Process, ...]:
    """Return the processes whose rows' names begin so, from the database of a URL.

    Raises UnavailableError if it cannot be read.
    """
    parts = URL.fullmatch(url)
    if parts is None:
        raise UnavailableError("The database URL cannot be read.")
    try:
        rows = _sqlite_rows(parts) if parts["engine"] == "sqlite" else _server_rows(parts)
    except Exception as error:
        reason = str(error.args[-1] if error.args else error).rstrip(".")
        raise UnavailableError(f"The database cannot be read: {reason}.") from error
    return tuple(
        Process(
            name=name,
            host=holder["host"],
            process_id=int(holder["number"]),
            silent_s=max(0.0, (now - beat_at).total_seconds()),
            lives=expires_at > now,
            detail=json.loads(detail),
        )
        for name, of, beat_at, expires_at, detail, now in rows
        if name.startswith(prefixes) and (holder := HOLDER.match(of))
    )


def _sqlite_rows(parts: re.Match[str]) -> list[tuple[Any, ...]]:
    file = f"file:{quote(unquote(parts['database']))}?mode=rw"
    with closing(sqlite3.connect(file, uri=True, timeout=PATIENCE_S)) as connection:
        rows = connection.execute(f"{COLUMNS} FROM bem_leases").fetchall()
    moment, now = datetime.fromisoformat, datetime.now(UTC).replace(tzinfo=None)
    return [
        (name, holder, moment(beat_at), moment(expires_at), detail, now)
        for name, holder, beat_at, expires_at, detail in rows
    ]


def _server_rows(parts: re.Match[str]) -> list[tuple[Any, ...]]:
    import pymysql

    with (
        closing(pymysql.connect(**server_options(parts))) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{COLUMNS}, UTC_TIMESTAMP(6) FROM bem_leases")
        return list(cursor.fetchall())


def server_options(parts: re.Match[str]) -> dict[str, Any]:
    """Return what the driver takes for the parts of a URL, as SQLAlchemy would name it."""
    options: dict[str, Any] = {
        "host": parts["ipv6"] or parts["host"] or "localhost",
        "port": int(parts["port"] or 3306),
        "user": unquote(parts["user"] or "") or None,
        # as bytes: the driver would encode a text as Latin-1, servers hash UTF-8
        "password": unquote(parts["password"] or "").encode(),
        "database": unquote(parts["database"] or "") or None,
        "connect_timeout": PATIENCE_S,
        "read_timeout": PATIENCE_S,
    }
    for name, text in parse_qsl(parts["query"] or ""):
        if name in TLS:
            options.setdefault("ssl", {})[name.removeprefix("ssl_")] = text
        else:
            options[name] = int(text) if text.isdigit() else text
    if "check_hostname" in (tls := options.get("ssl", {})):
        tls["check_hostname"] = tls["check_hostname"].lower() in ("true", "yes", "on", "1")
    return {**options, "charset": "utf8mb4"}
