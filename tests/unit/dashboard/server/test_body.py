"""Large bodies: read where there is a turn, asked for where they are wanted, or not at all."""

import io
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import IterUnreader
from werkzeug.exceptions import ServiceUnavailable

from dashboard.server.body import LargeBody, guard_body
from dashboard.server.client_socket import ClientSocket, Turns
from dashboard.server.pace import Patience
from dashboard.turns import RECEIVES_NO_MORE


@pytest.fixture
def turns() -> Turns:
    return Turns(threads=4)


@pytest.fixture
def ends(turns: Turns) -> Iterator[tuple[ClientSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    client = ClientSocket(ours, Patience(), turns)
    yield client, theirs
    client.close()
    theirs.close()


class Request:
    """A request as gunicorn has read it, with so much of its body in memory."""

    def __init__(self, method: str, length: int, here: bytes, *, asks: bool = False) -> None:
        self.method, self.closes, self._expected_100_continue = method, False, asks
        self.unreader = IterUnreader([])
        self.unreader.buf = io.BytesIO(here)
        self.body = Body(LengthReader(self.unreader, length))

    def force_close(self) -> None:
        self.closes = True


def test_a_body_that_is_here_is_left_as_it_is(ends):
    request = Request("POST", 4, b"dataGET /", asks=True)
    guard_body(request, ends[0])
    assert not request.closes
    assert not request._expected_100_continue  # or gunicorn would ask for what is here
    assert request.body.read() == b"data"


def test_a_large_body_takes_a_turn_and_gives_it_back(ends, turns: Turns):
    request = Request("PUT", 8, b"data")
    guard_body(request, ends[0])
    assert request.closes
    reader = request.body.reader
    assert reader.read(4) == b"data"
    assert not turns.receiving.acquire(blocking=False)
    request.unreader.unread(b"more")
    assert reader.read(4) == b"more"
    assert turns.receiving.acquire(blocking=False)
    turns.receiving.release()


def test_without_a_turn_nothing_is_read_and_nobody_is_asked(ends, turns: Turns):
    turns.receiving.acquire()
    request = Request("PUT", 8, b"data", asks=True)
    guard_body(request, ends[0])
    with pytest.raises(ServiceUnavailable, match=RECEIVES_NO_MORE) as refusal:
        request.body.read(4)
    assert ("Retry-After", "5") in refusal.value.get_headers()
    assert request.unreader.buf.getvalue() == b"data"
    turns.receiving.release()
    assert request.body.read(4) == b"data"
    assert ends[1].recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_a_body_without_a_length_ends_where_its_reader_says(ends, turns: Turns):
    client = ends[0]
    reader = io.BytesIO(b"data")
    body = LargeBody(SimpleNamespace(read=reader.read), client, asks=False)
    assert body.read(100) == b"data"
    assert not turns.receiving.acquire(blocking=False)
    assert body.read(100) == b""
    assert turns.receiving.acquire(blocking=False)
