"""The worker as clients meet it, and what it relies on in gunicorn."""

import inspect
import json
import os
import re
import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import gunicorn
import pytest
from gunicorn.http import body, message, parser, unreader, wsgi
from gunicorn.workers import gthread

from dashboard.server.worker import _most_connections
from dashboard.turns import RECEIVES_NO_MORE, SENDS_NO_MORE
from db.terms import Role
from tests.attackers import KINDS, MEGABYTE, SCRIPT, SMALL_WINDOW, Front
from tests.databases import SqliteTemplate
from tests.faults.lab import wait_for
from tests.faults.web import Web, furnish
from tests.machine import ROOT
from tests.servers import free_port, start, wait_until

STALL_S = 4
RATE = 512 * 1024
PATIENT_STALL_S = 240  # more than this process is ever held up by what else the machine does
SPARE_S = 90
GET = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n"
LAST = b"GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: here\r\nContent-Length: 13\r\n"
CHECKED_WITH = "27.0.1"


class TestGunicorn:
    """The worker overrides and calls what gunicorn does not promise: another version, a look."""

    def test_the_version_is_the_one_that_was_looked_at(self):
        assert gunicorn.__version__ == CHECKED_WITH
        for file in ("run.in", "run.txt", "dev.txt"):
            text = (ROOT / "requirements" / file).read_text()
            assert re.findall(r"^gunicorn==(\S+)", text, re.MULTILINE) == [CHECKED_WITH]

    @pytest.mark.parametrize(
        ("owner", "name", "parameters"),
        [
            (gthread.TConn, "__init__", "self cfg sock client server"),
            (gthread.TConn, "init", "self"),
            (gthread.TConn, "close", "self graceful"),
            (gthread.ThreadWorker, "accept", "self listener"),
            (gthread.ThreadWorker, "enqueue_req", "self conn"),
            (gthread.ThreadWorker, "on_client_socket_readable", "self conn client"),
            (gthread.ThreadWorker, "handle", "self conn"),
            (gthread.ThreadWorker, "handle_request", "self req conn"),
            (gthread.ThreadWorker, "_keepalive_after", "self conn keepalive"),
            (gthread.ThreadWorker, "finish_request", "self conn fs"),
            (gthread.ThreadWorker, "murder_pending", "self"),
            (gthread.ThreadWorker, "murder_keepalived", "self force"),
            (gthread.ThreadWorker, "wait_for_and_dispatch_events", "self timeout"),
            (gthread.ThreadWorker, "handle_error", "self req client addr exc"),
            (parser.Parser, "finish_body", "self deadline max_bytes"),
            (unreader.Unreader, "take_buffered", "self"),
            (unreader.Unreader, "unread", "self data"),
            (unreader.SocketUnreader, "chunk", "self size_hint"),
            (body.Body, "__init__", "self reader"),
            (body.LengthReader, "__init__", "self unreader length"),
            (body.LengthReader, "read", "self size"),
            (message.Message, "force_close", "self"),
            (wsgi.Response, "can_sendfile", "self"),
        ],
    )
    def test_what_the_worker_relies_on_is_there(self, owner: type, name: str, parameters: str):
        assert list(inspect.signature(getattr(owner, name)).parameters) == parameters.split()

    @pytest.mark.parametrize(
        ("function", "line"),
        [
            (gthread.ThreadWorker.run, "self.murder_pending()"),
            (gthread.ThreadWorker.run, "self.nr_conns < self.worker_connections"),
            (gthread.ThreadWorker.set_accept_enabled, "selectors.EVENT_READ, self.accept"),
            (gthread.ThreadWorker.enqueue_req, "self.tpool.submit(self.handle, conn)"),
            (gthread.ThreadWorker.enqueue_req, "self.finish_request, conn, fut"),
            (gthread.ThreadWorker.finish_request, "self.keepalived_conns.append(conn)"),
            (gthread.ThreadWorker.finish_request, "self.enqueue_req(conn)"),
            (gthread.ThreadWorker.handle, "if not conn.initialized and not conn.data_ready"),
            (gthread.ThreadWorker.handle, "self._keepalive_after(conn, self.handle_request("),
            (gthread.ThreadWorker.handle, "self.handle_error(req, conn.sock, conn.client, e)"),
            (body.Body._read_reader, "self.reader.read(size)"),
            (message.Message.should_close, "self.must_close"),
            (wsgi.create, "if req._expected_100_continue:"),
            (wsgi.default_environ, '"wsgi.input": req.body'),
            (wsgi.default_environ, '"gunicorn.socket": sock'),
        ],
    )
    def test_it_still_does_what_the_worker_relies_on(self, function, line: str):
        assert line in inspect.getsource(function)


BREAKS = """
import os, sys
from dashboard import server

def answer(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield str(os.getpid()).encode()
    if environ["PATH_INFO"] == "/breaks":
        raise RuntimeError("in the middle of an answer")

server.serve("127.0.0.1", int(sys.argv[1]), lambda: answer, workers=1, threads=1)
"""


def test_an_answer_that_breaks_in_the_middle_ends_its_connection_only(tmp_path):
    front, log = Front(free_port()), tmp_path / "web.log"
    command = [sys.executable, "-c", BREAKS, str(front.port)]
    process = start(command, log, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_until(lambda: front.ask("/")[0] == 200, process, log, 240)
        _, worker = front.ask("/")
        for _ in range(3):
            assert front.ask("/breaks") == (0, b"")
        assert front.ask("/") == (200, worker)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def web(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One worker with eight threads, two turns each way, that soon loses its patience."""
    yield from served(sqlite_template, tmp_path_factory.mktemp("web"), STALL_S, RATE)


@pytest.fixture(scope="module")
def patient(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The same, for tests that are not about its patience."""
    yield from served(sqlite_template, tmp_path_factory.mktemp("patient"), PATIENT_STALL_S, 1024)


def served(template: SqliteTemplate, folder: Path, stall_s: int, rate: int) -> Iterator[Web]:
    url = template.copy(folder)
    furnish(url)
    made = Web(url, folder, stall_s=stall_s, workers=1, threads=8, bytes_per_s=rate)
    yield made
    made.close()
    assert "Traceback" not in made.log.read_text()


@pytest.fixture(scope="module")
def oscar(web: Web) -> str:
    """The cookie of an operator."""
    return web.front.sign_in(Role.OPERATOR)


@pytest.fixture
def connect(web: Web) -> Iterator:
    """Connections that are closed in the end."""
    with ExitStack() as opened:
        yield lambda window=None: opened.enter_context(web.front.connect(window))


@pytest.fixture
def reach(patient: Web) -> Iterator:
    """The same to the patient one."""
    with ExitStack() as opened:
        yield lambda window=None: opened.enter_context(patient.front.connect(window))


def everything(client: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    client.settimeout(SPARE_S)
    pieces = bytearray()
    while piece := client.recv(65536):
        pieces += piece
    return bytes(pieces)


def answer(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """The next answer with a length, and nothing of the one after it: status, headers and body."""
    client.settimeout(SPARE_S)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += one_piece(client, 1)
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    content, length = b"", int(headers.get("content-length", 0))
    while len(content) < length:
        content += one_piece(client, length - len(content))
    return int(first.split()[1]), headers, content


def one_piece(client: socket.socket, most: int) -> bytes:
    piece = client.recv(most)
    assert piece, "the connection was closed"
    return piece


class TestRequests:
    def test_a_connection_is_kept_for_further_requests(self, reach):
        client = reach()
        for _ in range(3):
            client.sendall(GET)
            status, headers, _ = answer(client)
            assert (status, headers["connection"]) == (200, "keep-alive")

    def test_requests_that_come_at_once_are_answered_in_turn(self, reach):
        client = reach()
        client.sendall(
            GET + FORM + b"\r\nusername=vera" + GET.replace(b"here", b"x\r\nConnection: close")
        )
        texts = re.findall(rb"HTTP/1.1 (\d+)", everything(client))
        assert texts == [b"200", b"401", b"200"]

    def test_a_body_in_pieces(self, reach):
        client = reach()
        for piece in (FORM[:30], FORM[30:] + b"\r", b"\nuser", b"name=vera"):
            client.sendall(piece)
            time.sleep(0.01)  # or the system joins them
        assert answer(client)[0] == 401

    def test_a_small_body_that_nobody_reads_ends_nothing(self, reach):
        client = reach()
        client.sendall(
            b"POST /nowhere HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\ndata" + GET
        )
        assert answer(client)[0] in (401, 404, 405)
        assert answer(client)[0] == 200

    def test_a_client_that_waits_to_be_asked_for_a_form_is_asked(self, reach):
        client = reach()
        client.sendall(FORM + b"Expect: 100-continue\r\n\r\n")
        assert answer(client)[0] == 100
        client.sendall(b"username=vera")
        status, headers, _ = answer(client)
        assert (status, headers["connection"]) == (401, "keep-alive")

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (b"GET / HTTP/1.1\nHost: here\n\n", 400),
            (b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"x" * 40_000, 431),
            (b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"x" * 10_000 + b"\r\n\r\n", 431),
            (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
            (b"GET /?" + b"x" * 8190 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
            (b"GET /?" + b"x" * 40_000, 414),
        ],
    )
    def test_what_cannot_be_read_is_refused_at_once(self, reach, request_: bytes, status: int):
        client = reach()
        client.sendall(request_)
        given, headers, body = answer(client)
        assert (given, headers["connection"]) == (status, "close")
        assert json.loads(body)["id"] == headers["x-request-id"]

    def test_a_person_whose_address_is_too_long_reads_a_page_of_ours(self, reach):
        client = reach()
        client.sendall(
            b"GET /?" + b"x" * 8190 + b" HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n"
        )
        status, headers, page = answer(client)
        assert (status, headers["content-type"]) == (414, "text/html; charset=utf-8")
        assert b"The address is longer than 8,000 characters." in page
        assert headers["x-request-id"].encode() in page
        assert b"Go to the start page" in page


class TestBodiesThatAreNotRead:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            *(("get with a body", 400), ("chunked get", 400), ("chunked", 411)),
            *(("large body", 401), ("callback", 401)),
        ],
    )
    def test_the_answer_comes_at_once_and_the_connection_ends(self, reach, kind, expected):
        client = reach()
        began = time.monotonic()
        client.sendall(KINDS[kind].head("") + b"some of it")
        status, headers, _ = answer(client)
        assert status == expected
        assert headers["connection"] == "close"
        assert client.recv(100) == b""
        assert time.monotonic() - began < SPARE_S

    def test_a_form_that_is_too_large_is_not_read(self, reach):
        client = reach()
        client.sendall(FORM.replace(b": 13", b": 1000000") + b"\r\nusername=")
        status, headers, _ = answer(client)
        assert (status, headers["connection"]) == (413, "close")

    def test_nobody_is_asked_for_what_is_not_wanted(self, reach):
        client = reach()
        client.sendall(KINDS["expect large"].head(""))
        assert answer(client)[0] == 401
        assert client.recv(100) == b""

    def test_a_client_that_sends_on_reads_its_answer(self, reach):
        client = reach()
        client.sendall(KINDS["large body"].head(""))
        client.sendall(bytes(10 * MEGABYTE))
        assert answer(client)[0] == 401


def drips(client: socket.socket, byte: bytes) -> bool:
    """Send a byte; return whether the connection is still there."""
    try:
        client.sendall(byte)
        return client.recv(100) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


class TestTime:
    def test_a_request_that_does_not_come_is_ended_although_a_byte_comes_now_and_then(
        self, connect
    ):
        kinds = [KINDS[name] for name in ("nothing", "head", "small body", "expect")]
        clients = [(kind, connect()) for kind in kinds]
        began = time.monotonic()
        for kind, client in clients:
            client.sendall(kind.head(""))
            client.settimeout(0.05)
        while clients and time.monotonic() - began < SPARE_S:
            clients = [(kind, client) for kind, client in clients if drips(client, kind.drip)]
        assert clients == []
        assert time.monotonic() - began > STALL_S - 1

    def test_a_body_below_the_least_rate_is_ended(self, web: Web, connect, oscar: str):
        client = connect()
        client.sendall(KINDS["large body"].head(oscar))
        client.settimeout(0.1)
        texts, began = b"", time.monotonic()
        while not texts and time.monotonic() - began < SPARE_S:
            try:
                client.sendall(b"1.25\n")
                texts = client.recv(65536)
            except TimeoutError:
                continue
        assert b"The upload came to a stop" in texts + everything(client)
        assert list((web.data_dir / "uploads").glob("*.part")) == []

    def test_a_reader_that_takes_nothing_is_let_go_and_a_steady_one_is_not(
        self, web: Web, connect, oscar: str
    ):
        idle, steady = connect(SMALL_WINDOW), connect()
        head = KINDS["script reader"].head(oscar)
        idle.sendall(head)
        steady.sendall(head)
        status, headers, script = answer(steady)
        assert (status, headers["connection"]) == (200, "keep-alive")
        assert script == web.front.ask(SCRIPT, oscar)[1]
        steady.close()
        wait_for(lambda: web.held() == 0, SPARE_S, "for the idle reader to be let go")


class TestRoom:
    def test_there_is_always_room_for_one_more(self, web: Web, connect):
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = _most_connections(1000)
        if soft < most + 200:
            pytest.skip("this process may not open so many files")
        first, *_others = [connect() for _ in range(most + 10)]
        assert web.front.ask("/health", patience_s=SPARE_S)[0] == 200
        first.settimeout(SPARE_S)
        assert first.recv(1) == b""


class TestTurns:
    def test_a_quarter_receives_and_the_others_are_told_to_come_back(self, patient: Web, reach):
        oscar = patient.front.sign_in(Role.OPERATOR)
        senders = [reach() for _ in range(2)]
        for sender in senders:
            sender.sendall(
                KINDS["large body"]
                .head(oscar)
                .replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
            )
            assert answer(sender)[0] == 100
        third = reach()
        third.sendall(KINDS["large body"].head(oscar))
        status, headers, text = answer(third)
        assert (status, headers["connection"], headers["retry-after"]) == (503, "close", "5")
        assert json.loads(text)["error"] == RECEIVES_NO_MORE
        assert patient.front.ask("/experiments", oscar)[0] == 200
        senders[0].sendall(bytes(10 * MEGABYTE))
        assert answer(senders[0])[0] == 201

    def test_a_quarter_exports_and_the_others_are_told_to_come_back(self, patient: Web, reach):
        oscar = patient.front.sign_in(Role.OPERATOR)
        readers = [reach(SMALL_WINDOW) for _ in range(2)]
        for reader in readers:
            reader.sendall(KINDS["export reader"].head(oscar))
            assert b"200 OK" in one_piece(reader, 65536)
        third = reach()
        third.sendall(KINDS["export reader"].head(oscar))
        status, headers, text = answer(third)
        assert (status, headers["retry-after"]) == (503, "5")
        assert json.loads(text)["error"] == SENDS_NO_MORE
        assert patient.front.ask("/experiments/1/report.html", oscar)[0] == 503
        assert patient.front.ask("/experiments", oscar)[0] == 200

    def test_the_turn_of_a_reader_that_takes_nothing_becomes_free(
        self, web: Web, connect, oscar: str
    ):
        for _ in range(2):
            reader = connect(SMALL_WINDOW)
            reader.sendall(KINDS["export reader"].head(oscar))
            assert b"200 OK" in one_piece(reader, 65536)

        def has_a_turn() -> bool:
            return web.front.ask("/experiments/1/measures.csv", oscar)[0] == 200

        wait_for(has_a_turn, SPARE_S + 10, "for readers that take nothing to be let go")
