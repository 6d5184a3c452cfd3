"""What is kept for a client, and how long a thread waits for one."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from dashboard.server.client_socket import KEPT_BYTES, ClientSocket, Turns
from dashboard.server.pace import Patience, TooSlowError

ANSWER = bytes(range(256)) * (4 * KEPT_BYTES // 256)
HASTY = Patience(stall_s=0.05, bytes_per_s=1e9)
PATIENT = Patience(stall_s=30, bytes_per_s=1e9)


class Pair:
    """Both ends of a connection."""

    def __init__(self, patience: Patience, turns: Turns) -> None:
        ours, self.theirs = socket.socketpair()
        self.theirs.settimeout(30)
        self.ours = ClientSocket(ours, patience, turns)

    def taken(self, size: int) -> bytes:
        """What the client reads."""
        pieces = bytearray()
        while len(pieces) < size and (piece := self.theirs.recv(65536)):
            pieces += piece
        return bytes(pieces)


@pytest.fixture
def turns() -> Turns:
    return Turns(threads=8)


@pytest.fixture
def pair(turns: Turns) -> Iterator:
    pairs: list[Pair] = []

    def make(patience: Patience = PATIENT) -> Pair:
        pairs.append(Pair(patience, turns))
        return pairs[-1]

    yield make
    for one in pairs:
        one.ours.end_turn()
        one.ours.close()
        one.theirs.close()


@pytest.mark.parametrize(("threads", "share"), [(1, 1), (4, 1), (16, 4), (18, 4)])
def test_a_quarter_of_the_threads_may_wait_each_way(threads: int, share: int):
    turns = Turns(threads)
    for ways in (turns.receiving, turns.exporting):
        assert [ways.acquire(blocking=False) for _ in range(share + 1)] == [True] * share + [False]


def test_an_answer_that_its_client_does_not_take_is_kept(pair):
    made = pair()
    made.ours.sendall(ANSWER)
    assert 0 < made.ours.unsent_bytes < len(ANSWER)
    reader = Thread(target=lambda: answers.append(made.taken(len(ANSWER))))
    answers: list[bytes] = []
    reader.start()
    while made.ours.unsent_bytes:
        made.ours.flush()
    reader.join(120)
    assert answers == [ANSWER]
    assert made.ours.taking.passed_bytes == len(ANSWER)


def test_a_stream_waits_for_its_client(pair):
    made, answers = pair(), []
    reader = Thread(target=lambda: answers.append(made.taken(3 * len(ANSWER))))
    assert made.ours.begin_export()
    made.ours.sendall(ANSWER)
    assert made.ours.unsent_bytes > KEPT_BYTES
    reader.start()
    made.ours.sendall(ANSWER)
    made.ours.sendall(ANSWER)
    while made.ours.unsent_bytes:
        made.ours.flush()
    reader.join(120)
    assert answers == [ANSWER * 3]


def test_a_stream_whose_client_takes_nothing_is_given_up(pair):
    made = pair(HASTY)
    assert made.ours.begin_export()
    made.ours.sendall(ANSWER)
    with pytest.raises(TooSlowError):
        made.ours.sendall(b"more")
    assert made.ours.unsent_bytes == 0


def test_without_a_turn_no_thread_waits(pair):
    made = pair(PATIENT)
    made.ours.sendall(ANSWER)
    with pytest.raises(TooSlowError):
        made.ours.sendall(b"more")


def test_turns_are_few_and_come_back(pair):
    clients = [pair() for _ in range(3)]
    assert [one.ours.begin_export() for one in clients] == [True, True, False]
    assert [pair().ours.begin_body() for _ in range(3)] == [True, True, False]
    clients[0].ours.end_turn()
    clients[0].ours.end_turn()
    assert clients[2].ours.begin_export()
    assert clients[2].ours.begin_export()
    assert not pair().ours.begin_export()


def test_a_body_is_read_as_it_comes_and_not_forever(pair):
    made = pair(Patience(stall_s=0.2, bytes_per_s=1e9))
    assert made.ours.begin_body()
    made.theirs.sendall(b"some")
    assert made.ours.recv(100) == b"some"
    with pytest.raises(TooSlowError):
        made.ours.recv(100)


def test_a_body_that_ends_is_told_from_one_that_is_slow(pair):
    made = pair()
    assert made.ours.begin_body()
    assert made.ours.recv_now() is None
    made.theirs.close()
    assert made.ours.recv(100) == b""


def test_no_thread_waits_for_anything_but_a_body(pair):
    with pytest.raises(TooSlowError):
        pair().ours.recv(100)


def test_nothing_is_kept_for_who_has_gone(pair):
    made = pair()
    made.ours.sendall(ANSWER)
    made.theirs.close()
    with pytest.raises(OSError, match=r"roken pipe|reset"):
        made.ours.flush()
    assert made.ours.unsent_bytes == 0


def test_gunicorn_cannot_make_it_block(pair):
    made = pair()
    made.ours.setblocking(True)
    made.ours.settimeout(60)
    assert made.ours.gettimeout() == 0
    assert made.ours.recv_now() is None
