"""A real nginx with the settings that we ship, before a web server on this machine."""

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.machine import NGINX, ROOT
from tests.servers import free_port, start, wait_until

SHIPPED = ROOT / "deploy" / "nginx" / "bem.conf"


class Nginx:
    """Gives https at a port of its own. Skips the test where nginx is not installed."""

    def __init__(self, folder: Path, web_port: int, https_port: int | None = None) -> None:
        nginx = NGINX.find()
        if nginx is None:
            pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
        self.https_port = https_port or free_port()
        settings = _settings(folder, web_port, free_port(), self.https_port)
        log = folder / "nginx.log"
        self._process = start([nginx, "-c", settings], log)
        wait_until(self._listens, self._process, log, 120)

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.https_port), 5).close()
            return True
        return False

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(60)


def _settings(folder: Path, web: int, plain: int, https: int) -> Path:
    certificate, key = folder / "bem.crt", folder / "bem.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
            *("-days", "1", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    server = SHIPPED.read_text()
    for shipped, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{https} ssl"),
        ("127.0.0.1:8050", f"127.0.0.1:{web}"),
        ("/etc/nginx/tls/bem.crt", str(certificate)),
        ("/etc/nginx/tls/bem.key", str(key)),
        ("/etc/nginx/bem;", f"{SHIPPED.parent};"),
        ("bem.lab.example;", "localhost;"),
    ):
        assert shipped in server
        server = server.replace(shipped, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    # as many connections as two processes have with the settings of Debian
    settings.write_text(
        f"{user}daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/error.log;\nevents {{ worker_connections 1536; }}\n"
        f"http {{\naccess_log off;\n{temporary}{server}\n}}\n"
    )
    return settings
