"""Files in and out of the web server: streamed, bounded, harmlessly named."""

import hashlib
import http.client
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import polars as pl
import psutil
import pytest
from sqlalchemy import select, text

from cycling.errors import NotFoundError, UnavailableError
from dashboard import files
from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import uploads, users
from db.commands.audit import By
from db.commands.uploads import find_upload, sweep_uploads
from db.engine import Database
from db.limits import Limits
from db.models import AuditEntry, Upload
from db.series.window import ChunkReader
from db.terms import Role
from tests.integration.bem.cli.test_app import BEM
from tests.servers import free_port, start, wait_until
from tests.unit.dashboard.world import PASSWORD, START, Clock, FakeHasher
from tests.unit.db.lab import block, import_blocks

MEGABYTE = 1024 * 1024


class Person:
    """Somebody who is signed in, and sends and fetches files."""

    def __init__(self, client) -> None:
        self.client = client

    def send(self, content: bytes, name: str = "cell.csv", **headers: str):
        given = {"X-File-Name": quote(name), **headers}
        return self.client.put("/uploads", data=content, headers=given)

    def fetch(self, experiment_id: object):
        return self.client.get(f"/experiments/{experiment_id}/measures.csv")


@pytest.fixture
def settings(tmp_path: Path) -> WebSettings:
    return WebSettings(
        secret_key="k" * 32,
        data_dir=tmp_path / "data",
        limits=Limits(max_upload_bytes=3 * MEGABYTE),
    )


@pytest.fixture
def make_person(sqlite_database: Database, settings: WebSettings) -> Callable[..., Person]:
    hasher = FakeHasher()
    for role in Role:
        users.add_user(sqlite_database, role, role, PASSWORD, by=By("", "", START), hasher=hasher)

    def make(role: Role = Role.OPERATOR, changed: WebSettings = settings) -> Person:
        app = create_app(
            changed,
            sqlite_database,
            clock=Clock(),
            hasher=hasher,
            pages="tests.unit.dashboard.sample_pages",
        )
        client = app.test_client()
        answer = client.post("/login", data={"username": role, "password": PASSWORD})
        assert answer.status_code == 303
        return Person(client)

    return make


@pytest.fixture
def oscar(make_person) -> Person:
    return make_person()


def kept(settings: WebSettings) -> list[Path]:
    return sorted((settings.data_dir / "uploads").glob("*"))


def rows(database: Database) -> list[Upload]:
    with database.read() as session:
        return list(session.scalars(select(Upload)))


class TestUpload:
    def test_a_file_is_kept_and_found_by_its_owner(
        self, oscar: Person, settings: WebSettings, sqlite_database: Database
    ):
        content = os.urandom(2 * MEGABYTE + 17)
        answer = oscar.send(content, "Zelle 3 (Ω).csv")
        assert answer.status_code == 201
        told = answer.get_json()
        assert (told["name"], told["size"]) == ("Zelle 3 (Ω).csv", len(content))
        found = find_upload(sqlite_database, settings.data_dir, told["id"], user_name=Role.OPERATOR)
        assert found.path.read_bytes() == content
        assert found.sha256 == hashlib.sha256(content).hexdigest()
        assert kept(settings) == [found.path]
        with pytest.raises(NotFoundError, match="not there any more"):
            find_upload(sqlite_database, settings.data_dir, told["id"], user_name=Role.ADMIN)

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system.ini", "system.ini"),
            ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
            ("..", ".."),
            ("", "file"),
            ("/", "file"),
            ("a\r\nX-Evil: 1\x00.csv", "aX-Evil: 1.csv"),
            ("x" * 5000 + ".csv", "x" * 251 + ".csv"),
            ("%2e%2e%2fx", "%2e%2e%2fx"),
            ("\u202egnp.csv", "gnp.csv"),
            ("🔋é.csv", "🔋é.csv"),
        ],
    )
    def test_any_name_is_only_a_name(
        self,
        oscar: Person,
        settings: WebSettings,
        sqlite_database: Database,
        name: str,
        shown: str,
    ):
        answer = oscar.send(b"data", name)
        assert answer.status_code == 201
        assert answer.get_json()["name"] == shown
        assert rows(sqlite_database)[0].file_name == shown
        (path,) = kept(settings)
        assert path.name == answer.get_json()["id"]
        assert path.name.isalnum()
        assert {one.name for one in settings.data_dir.iterdir()} == {"uploads"}

    def refused(self, answer, settings, database, status: int, sentence: str) -> None:
        assert answer.status_code == status
        assert sentence in answer.get_json()["error"]
        assert kept(settings) == []
        assert rows(database) == []

    def test_an_empty_one(self, oscar, settings, sqlite_database):
        answer = oscar.client.put("/uploads", environ_overrides={"CONTENT_LENGTH": "0"})
        self.refused(answer, settings, sqlite_database, 400, "The file is empty")

    def test_one_that_is_too_large_is_refused_before_it_is_read(
        self, oscar, settings, sqlite_database
    ):
        answer = oscar.send(bytes(3 * MEGABYTE + 1))
        assert answer.status_code in (400, 413)
        assert "larger" in answer.get_json()["error"]
        assert kept(settings) == []
        assert rows(sqlite_database) == []

    def test_one_without_a_length(self, oscar, settings, sqlite_database):
        answer = oscar.client.put("/uploads", headers={"Transfer-Encoding": "chunked"})
        self.refused(answer, settings, sqlite_database, 411, "Content-Length")

    def test_a_disk_that_is_nearly_full(self, make_person, settings, sqlite_database, monkeypatch):
        free = shutil.disk_usage("/tmp").free
        careful = replace(settings, limits=replace(settings.limits, min_free_bytes=free * 2))
        answer = make_person(changed=careful).send(b"data")
        self.refused(answer, settings, sqlite_database, 400, "disk is nearly full")

    def test_a_disk_that_fills_up_meanwhile(self, oscar, settings, sqlite_database, monkeypatch):
        def full(_stream, _file) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files, "_copy", full)
        self.refused(oscar.send(b"data"), settings, sqlite_database, 500, "could not be stored")

    def test_a_database_that_goes_away_meanwhile(
        self, oscar, settings, sqlite_database, monkeypatch
    ):
        def away(*_args, **_kwargs) -> None:
            raise UnavailableError("The database cannot be reached.")

        monkeypatch.setattr(files, "add_upload", away)
        self.refused(oscar.send(b"data"), settings, sqlite_database, 503, "cannot be reached")

    def test_viewers_and_strangers_may_not(self, make_person, settings, sqlite_database):
        vera = make_person(Role.VIEWER)
        assert vera.send(b"data").status_code == 403
        stranger = Person(vera.client.application.test_client())
        assert stranger.send(b"data").status_code == 401
        assert kept(settings) == []
        assert rows(sqlite_database) == []

    def test_another_site_may_not(self, oscar, settings, sqlite_database):
        answer = oscar.send(b"data", Origin="https://evil.example")
        assert answer.status_code == 403
        assert rows(sqlite_database) == []


class TestSweeping:
    def test_uploads_that_nobody_came_back_for_are_removed(self, oscar, settings, sqlite_database):
        kept_id = oscar.send(b"data").get_json()["id"]
        assert sweep_uploads(sqlite_database, settings.data_dir, now=START) == 0
        later = START + uploads.KEPT_FOR + timedelta(seconds=1)
        assert sweep_uploads(sqlite_database, settings.data_dir, now=later) == 1
        assert kept(settings) == []
        with pytest.raises(NotFoundError):
            find_upload(sqlite_database, settings.data_dir, kept_id, user_name=Role.OPERATOR)

    def test_what_a_killed_web_server_left_is_removed_later(self, settings, sqlite_database):
        folder = settings.data_dir / "uploads"
        folder.mkdir(parents=True)
        now = datetime.now(UTC)
        for name in ("half.part", "complete"):
            (folder / name).write_bytes(b"data")
        assert sweep_uploads(sqlite_database, settings.data_dir, now=now) == 0
        assert len(kept(settings)) == 2
        later = now + uploads.KEPT_FOR + timedelta(minutes=1)
        assert sweep_uploads(sqlite_database, settings.data_dir, now=later) == 2
        assert kept(settings) == []

    def test_a_missing_folder_is_no_failure(self, settings, sqlite_database):
        assert sweep_uploads(sqlite_database, settings.data_dir, now=START) == 0


class TestDownload:
    def test_a_viewer_gets_the_measures_as_a_file(self, make_person, sqlite_database):
        experiment_id = import_blocks(sqlite_database, [block(3)], name='=cmd() "ö"/../x')
        answer = make_person(Role.VIEWER).fetch(experiment_id)
        assert answer.status_code == 200
        assert answer.mimetype == "text/csv"
        name = answer.headers["Content-Disposition"]
        assert name == f'attachment; filename="{experiment_id}-cmd-o-..-x.bdf.csv"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Length" not in answer.headers
        lines = answer.text.splitlines()
        assert lines[0].startswith("Test Time / s,Unix Time / s,Voltage / V,Current / A")
        assert len(lines) == 4
        with sqlite_database.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
        assert (entry.user_name, entry.target) == ("viewer", f"experiment {experiment_id}")

    def test_they_come_as_parquet_too(self, make_person, sqlite_database):
        experiment_id = import_blocks(sqlite_database, [block(3)])
        viewer = make_person(Role.VIEWER).client
        answer = viewer.get(f"/experiments/{experiment_id}/measures.parquet?columns=current")
        assert (answer.status_code, answer.mimetype) == (200, "application/vnd.apache.parquet")
        name = f"{experiment_id}-Ageing-part.bdf.parquet"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert pl.read_parquet(answer.data)["Current / A"].to_list() == [0.5] * 3
        with sqlite_database.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
        assert entry.detail == {"format": "parquet"}
        wrong = viewer.get(f"/experiments/{experiment_id}/measures.parquet?columns=volts")
        assert (wrong.status_code, "no column" in wrong.text) == (400, True)

    def test_the_first_piece_comes_before_the_rest_is_read(
        self, oscar, sqlite_database, monkeypatch
    ):
        monkeypatch.setattr("db.series.chunks.CHUNK", 10)
        experiment_id = import_blocks(sqlite_database, [block(50)])
        read: list[int] = []
        real = ChunkReader.columns

        def counted(*args):
            read.append(1)
            return real(*args)

        monkeypatch.setattr(ChunkReader, "columns", counted)
        answer = oscar.fetch(experiment_id)
        pieces = answer.iter_encoded()
        assert next(pieces).startswith(b"Test Time")
        assert len(read) == 0
        next(pieces)
        assert len(read) == 1
        assert sum(1 for _ in pieces) == 4
        assert len(read) == 5

    @pytest.mark.parametrize("wrong", ["4711", "0", "99999999999999999999", "-1", "abc", "1e99"])
    def test_ids_that_are_not_there(self, oscar, sqlite_database, wrong: str):
        answer = oscar.fetch(wrong)
        assert answer.status_code == 404
        with sqlite_database.read() as session:
            actions = set(session.scalars(select(AuditEntry.action)))
        assert "export" not in actions

    def test_a_stranger_is_asked_to_sign_in(self, oscar, sqlite_database):
        stranger = Person(oscar.client.application.test_client())
        assert stranger.fetch(import_blocks(sqlite_database)).status_code == 401

    def test_an_unpublished_import_cannot_be_fetched(self, oscar, sqlite_database):
        with sqlite_database.write() as session:
            session.execute(
                text(
                    "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID) "
                    "VALUES (9, 1, '2026-03-01 12:00:00.000000', 1)"
                )
            )
        assert oscar.fetch(9).status_code == 404


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of other processes")
class TestServer:
    """`bem web` as a process, for what only a real one shows."""

    @pytest.fixture
    def web(self, sqlite_database: Database, tmp_path: Path):
        users.add_user(
            sqlite_database, "oscar", Role.OPERATOR, PASSWORD, by=By("", "", datetime.now(UTC))
        )
        port, data = free_port(), tmp_path / "data"
        environment = {
            **os.environ,
            "BEM_DATABASE_URL": sqlite_database.engine.url.render_as_string(hide_password=False),
            "BEM_DATA_DIR": str(data),
            "BEM_SECRET_KEY": "for the tests only, and long enough for that",
        }
        log = tmp_path / "web.log"
        command = [BEM, "web", "--port", str(port), "--workers", "1"]
        process = start(command, log, env=environment)

        def answers() -> bool:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return False
            return bool(psutil.Process(process.pid).children())

        wait_until(answers, process, log, 240)
        yield SimpleNamespace(port=port, data=data, process=process, log=log)
        process.terminate()
        process.wait(120)

    def sign_in(self, port: int) -> dict[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=240)
        body = f"username=oscar&password={quote(PASSWORD)}"
        connection.request(
            "POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        answer = connection.getresponse()
        assert answer.status == 303
        cookies = [one.split(";")[0] for one in answer.headers.get_all("Set-Cookie")]
        connection.close()
        return {"Cookie": "; ".join(cookies)}

    def memory(self, process) -> int:
        (worker,) = psutil.Process(process.pid).children()
        return worker.memory_info().rss

    def test_an_upload_of_100_megabytes_takes_no_memory(self, web):
        signed_in = self.sign_in(web.port)
        before = self.memory(web.process)
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=240)
        connection.putrequest("PUT", "/uploads")
        for name, value in (
            *signed_in.items(),
            ("Content-Length", str(100 * MEGABYTE)),
            ("X-File-Name", "big.csv"),
        ):
            connection.putheader(name, value)
        connection.endheaders()
        most, piece = 0, b"1.25," * (MEGABYTE // 5) + b"\n"
        for _ in range(100):
            connection.send(piece)
            most = max(most, self.memory(web.process))
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()
        connection.close()
        (stored,) = (web.data / "uploads").iterdir()
        assert stored.stat().st_size == 100 * MEGABYTE
        assert most - before < 20 * MEGABYTE

    def half_an_upload(self, web) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", web.port), 120)
        cookie = self.sign_in(web.port)["Cookie"]
        head = (
            f"PUT /uploads HTTP/1.1\r\nHost: 127.0.0.1:{web.port}\r\nCookie: {cookie}\r\n"
            f"X-File-Name: half.csv\r\nContent-Length: {10 * MEGABYTE}\r\n\r\n"
        )
        client.sendall(head.encode() + bytes(4 * MEGABYTE))
        deadline = time.monotonic() + 120
        while not list((web.data / "uploads").glob("*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [one.suffix for one in (web.data / "uploads").iterdir()] == [".part"]
        return client

    def test_an_upload_that_breaks_off_leaves_nothing(self, web, sqlite_database):
        self.half_an_upload(web).close()
        deadline = time.monotonic() + 120
        while list((web.data / "uploads").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list((web.data / "uploads").iterdir()) == []
        assert rows(sqlite_database) == []

    @pytest.mark.fault(11)
    def test_a_web_server_killed_in_an_upload_keeps_no_file(self, web, sqlite_database):
        # Fault 11: what is left has no row, cannot be imported, and is swept two days later.
        client = self.half_an_upload(web)
        (worker,) = psutil.Process(web.process.pid).children()
        os.kill(worker.pid, signal.SIGKILL)
        client.close()
        time.sleep(0.2)
        assert rows(sqlite_database) == []
        assert {one.suffix for one in (web.data / "uploads").iterdir()} <= {".part"}
        later = datetime.now(UTC) + uploads.KEPT_FOR + timedelta(minutes=1)
        assert sweep_uploads(sqlite_database, web.data, now=later) == 1
