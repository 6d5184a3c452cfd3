"""When a request is there as a whole."""

import pytest

from dashboard.server.arrival import HEAD_BYTES, Arrival
from dashboard.server.refusal import ADDRESS_TOO_LONG, GET_WITH_BODY, HEAD_TOO_LONG

SMALL = 1000
GET = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n"


def post(*lines: str, start: str = "POST /login HTTP/1.1") -> bytes:
    return "\r\n".join([start, "Host: here", *lines, "", ""]).encode()


def whole_after(request: bytes) -> int | None:
    """Return after how many bytes it counts as whole, one coming after the other."""
    arrival = Arrival(SMALL)
    for count in range(len(request)):
        arrival.take(request[count : count + 1])
        if arrival.refusal is None and arrival.is_whole():
            return count + 1
    return None


def whole_at_once(request: bytes) -> bool:
    arrival = Arrival(SMALL, request)
    return arrival.refusal is None and arrival.is_whole()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (GET, b""),
        (post("Content-Length: 5"), b"12345"),
        (post("content-length:5"), b"12345"),
        (post("CONTENT-LENGTH: \t 5 ", "Accept: */*"), b"12345"),
        (post("Content-Length: 1000"), b"x" * 1000),
        (b"\r\n" + post("Content-Length: 5"), b"12345"),
    ],
)
def test_head_and_small_body_belong_together(head: bytes, body: bytes):
    assert whole_after(head + body + GET) == len(head + body)
    assert whole_at_once(head + body)
    assert not whole_at_once((head + body)[:-1])


@pytest.mark.parametrize(
    "head",
    [
        post("Content-Length: 1001"),
        post("Content-Length: 99999999999999999999999999"),
        post("Content-Length: -1"),
        post("Content-Length: five"),
        post("Transfer-Encoding: chunked"),
        post("X-Content-Length: 5"),
        post("Content-Length: 0", start="GET /login HTTP/1.1"),
        post("Content-Length: 0", start="HEAD /login HTTP/1.1"),
        b"\r\n\r\n",
    ],
)
def test_nothing_else_is_waited_for(head: bytes):
    assert whole_after(head + b"12345") == len(head)


@pytest.mark.parametrize("wrong", [b"GET / HTTP/1.1\n", b"\nGET /", b"GET / HTTP/1.1\r\nHost: x\n"])
def test_gunicorn_is_asked_at_once_about_bare_line_feeds(wrong: bytes):
    assert whole_after(wrong + b"more") is not None


@pytest.mark.parametrize("start", ["GET / HTTP/1.1", "HEAD / HTTP/1.1"])
@pytest.mark.parametrize("line", ["Content-Length: 1", "transfer-encoding: chunked"])
def test_a_get_has_no_body(start: str, line: str):
    assert Arrival(SMALL, post(line, start=start)).refusal == GET_WITH_BODY
    assert Arrival(SMALL, b"\r\n" + post(line, start=start)).refusal == GET_WITH_BODY
    assert Arrival(SMALL, post(line)).refusal is None


def test_a_head_without_an_end_is_too_long():
    arrival = Arrival(SMALL, b"GET / HTTP/1.1\r\nX: " + b"x" * (HEAD_BYTES - 30))
    assert arrival.refusal is None
    assert not arrival.is_whole()
    arrival.take(b"x" * 30)
    assert arrival.refusal == HEAD_TOO_LONG
    assert Arrival(SMALL, b"GET /?" + b"x" * HEAD_BYTES).refusal == ADDRESS_TOO_LONG


@pytest.mark.parametrize(
    ("accept", "is_of_person"),
    [("Accept: text/html,*/*;q=0.8", True), ("accept: application/json", False), ("X: y", False)],
)
def test_who_asks_for_a_page_is_a_person(accept: str, is_of_person: bool):
    assert Arrival(SMALL, post(accept)).is_of_person() is is_of_person


def test_a_long_body_is_no_long_head():
    arrival = Arrival(2 * HEAD_BYTES, post(f"Content-Length: {2 * HEAD_BYTES}"))
    arrival.take(bytes(HEAD_BYTES + 1))
    assert arrival.refusal is None
    assert not arrival.is_whole()


def test_a_client_that_waits_to_be_asked_is_asked_once():
    arrival = Arrival(SMALL, post("Expect: 100-Continue", "Content-Length: 5"))
    assert arrival.refusal is None
    assert not arrival.is_whole()
    assert arrival.asks()
    assert not arrival.asks()
    arrival.take(b"12345")
    assert arrival.is_whole()


@pytest.mark.parametrize(
    "head",
    [
        post("Content-Length: 5"),
        post("Expect: 100-continue", "Content-Length: 1001"),  # by the application
        post("Expect: 100-continue", "Content-Length: 5", start="POST / HTTP/1.0"),
        post("Expect: 100-continue", "Content-Length: 5", start="GET / HTTP/1.1"),
    ],
)
def test_nobody_else_is_asked(head: bytes):
    arrival = Arrival(SMALL, head)
    assert not arrival.asks()
