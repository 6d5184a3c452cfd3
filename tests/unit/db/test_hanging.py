"""The breaker, without a clock and without a database; what an error says of a wait in vain."""

import ssl
import threading
import time

import pytest
from pymysql.err import OperationalError as DriverError
from sqlalchemy.exc import OperationalError

from cycling.errors import UnavailableError
from db.failures import HangsError, PerhapsDoneError, Progress, UndoneError, translate_errors
from db.hanging import AGAIN_S, Breaker, HastyConnection
from db.repeating import idempotent, repeated

PATIENCE_S = 120


class Server:
    """A database that answers when the test says so, and a clock that stands still until then."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.may_answer = threading.Semaphore(0)
        self.pauses: list[float] = []
        self.works = False
        self.asking = self.most_asking = 0

    def knock(self) -> None:
        self.asking += 1
        self.most_asking = max(self.most_asking, self.asking)
        self.asked.release()
        assert self.may_answer.acquire(timeout=PATIENCE_S)
        self.asking -= 1
        if not self.works:
            raise OSError("timed out")

    def answer(self, *, works: bool) -> None:
        assert self.asked.acquire(timeout=PATIENCE_S)
        self.works = works
        self.may_answer.release()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def breaker(server: Server) -> Breaker:
    return Breaker(server.knock, server.pauses.append)


def refuses(breaker: Breaker) -> bool:
    try:
        breaker.check()
    except HangsError:
        return True
    return False


def wait_until_closed(breaker: Breaker) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while refuses(breaker):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_database_that_answers_is_never_knocked_at(server, breaker):
    breaker.check()
    assert not server.asked.acquire(blocking=False)


def test_the_first_wait_in_vain_refuses_all_others_at_once_until_it_answers(server, breaker):
    breaker.trip()
    for _ in range(3):
        with pytest.raises(HangsError, match="The database does not answer"):
            breaker.check()
        server.answer(works=False)
    server.answer(works=True)
    wait_until_closed(breaker)
    assert server.pauses == [AGAIN_S] * 3


def test_one_question_at_a_time_however_many_have_waited(server, breaker):
    for _ in range(10):
        breaker.trip()
    server.answer(works=False)
    breaker.trip()
    server.answer(works=True)
    wait_until_closed(breaker)
    assert server.most_asking == 1
    assert not server.asked.acquire(blocking=False)


def test_it_can_hang_again(server, breaker):
    for _ in range(2):
        breaker.trip()
        assert refuses(breaker)
        server.answer(works=True)
        wait_until_closed(breaker)


def test_one_statement_that_took_too_long_is_no_word_in_the_log(server, breaker, caplog):
    breaker.trip()
    server.answer(works=True)
    wait_until_closed(breaker)
    assert not caplog.records
    breaker.trip()
    server.answer(works=False)
    server.answer(works=True)
    wait_until_closed(breaker)
    assert [one.message for one in caplog.records] == [
        "what=database-hangs",
        "what=database-answers",
    ]


def lost(cause: OSError) -> OperationalError:
    """Return what comes of a connection that ends so."""
    try:
        try:
            raise cause
        except OSError as error:
            raise DriverError(2013, f"Lost connection to MySQL server ({error})")  # noqa: B904
    except DriverError as error:
        return OperationalError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("cause", "commits", "kind"),
    [
        (TimeoutError("timed out"), False, HangsError),
        (TimeoutError("timed out"), True, PerhapsDoneError),
        (ConnectionResetError("reset"), False, UndoneError),
    ],
)
def test_a_wait_in_vain_is_told_from_a_lost_connection(cause, commits, kind):
    with pytest.raises(kind), translate_errors(Progress(commits)):
        raise lost(cause)


@pytest.mark.parametrize("decorator", [repeated, idempotent])
def test_a_wait_in_vain_is_not_repeated(decorator):
    tries = []

    @decorator
    def wait() -> None:
        tries.append(1)
        with translate_errors():
            raise lost(TimeoutError("timed out"))

    with pytest.raises(UnavailableError, match="does not answer"):
        wait()
    assert len(tries) == 1


def test_the_certificates_of_the_machine_are_read_once(monkeypatch: pytest.MonkeyPatch):
    """They take 40 ms; a connection without them takes two."""
    read: list[ssl.SSLContext] = []
    original = ssl.create_default_context

    def create(**options: str | None) -> ssl.SSLContext:
        read.append(original(**options))
        return read[-1]

    monkeypatch.setattr(HastyConnection, "usual_context", None)
    monkeypatch.setattr(ssl, "create_default_context", create)
    for _ in range(3):
        HastyConnection(defer_connect=True)
    assert len(read) == 1
