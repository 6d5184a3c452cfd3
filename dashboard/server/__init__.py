"""The web server's processes: gunicorn with threads, one application in each worker."""

import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from cycling.errors import InputError
from dashboard.server.pace import Patience
from dashboard.server.worker import PatientWorker
from db.limits import USUAL, Limits

LAST_PORT = 65_535
THREADS = 16  # of a process; a quarter of them may wait for clients that send, a quarter for others


class _WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn, set up in code: no configuration file, no command line."""

    def __init__(self, options: dict[str, Any], make_app: Callable[[], Flask]) -> None:
        self._options = options
        self._make_app = make_app
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application; called in each worker after the fork, before it accepts."""
        return self._make_app()


def serve(
    host: str,
    port: int,
    make_app: Callable[[], Flask],
    *,
    workers: int = 2,
    threads: int = THREADS,
    limits: Limits = USUAL,
) -> None:
    """Serve until SIGTERM or SIGINT, which end the process with status 0.

    `make_app` builds the application and its database connections: those must not be shared by
    processes. Raises InputError if nothing can listen at this address.
    """
    check_address(host, port)
    _WebServer(options(host, port, workers, threads, limits), make_app).run()


def options(
    host: str,
    port: int,
    workers: int,
    threads: int,
    limits: Limits = USUAL,
) -> dict[str, Any]:
    """Return gunicorn's settings."""
    patient = type("PatientWorker", (PatientWorker,), {"patience": Patience.of(limits)})
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": patient,
        "control_socket_disable": True,
        "graceful_timeout": limits.request_grace_s,
        "keepalive": 5,
        "sendfile": False,  # it would wait for its reader
        "limit_request_line": 8190,  # /login?next= carries a whole filtered address, quoted
        "accesslog": None,
        "loglevel": "warning",
        "forwarded_allow_ips": "",  # dashboard.security believes the proxies that were named
        "proc_name": "bem web",
    }


def check_address(host: str, port: int) -> None:
    """Raise InputError, in our words, if nothing can listen there."""
    if not 0 <= port <= LAST_PORT:
        raise InputError(f"{port} is not a port; ports go from 1 to {LAST_PORT}.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise InputError(f"{host} is not an address of this machine.") from error
    except PermissionError as error:
        raise InputError(f"Port {port} needs the rights of root. Choose one above 1023.") from error
    except OSError as error:
        raise InputError(
            f"The web server cannot use {host}:{port} ({error.strerror}). "
            "Another program listens there, or the address is not of this machine; "
            "choose another with --port or --host."
        ) from error
