"""RELIABILITY 12: however many slow clients there are, of whatever kind, others are answered."""

import sys
from collections.abc import Iterator

import pytest

from db.terms import Role
from tests.attackers import KINDS, Attack, Front, slowest_answer
from tests.faults.forms import ATTACK
from tests.faults.lab import wait_for
from tests.faults.web import Web, furnish
from tests.nginx import Nginx

NOBODY = ""
BY_NOBODY = [
    *("nothing", "head", "small body", "large body", "callback", "expect", "expect large"),
    *("get with a body", "chunked get", "chunked", "asset reader"),
]
ATTACKS = [
    *((kind, NOBODY) for kind in BY_NOBODY),
    *((kind, Role.VIEWER) for kind in ("large body", "callback", "script reader", "export reader")),
    *((kind, Role.OPERATOR) for kind in ("large body", "expect large", "chunked")),
]
pytestmark = [
    pytest.mark.fault(12),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into another process"),
]


@pytest.fixture(scope="module")
def web(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The web server that one kind of clients attacks after the other."""
    folder = tmp_path_factory.mktemp("web")
    url = sqlite_template.copy(folder)
    furnish(url)
    made = Web(url, folder, stall_s=ATTACK.stall_s, workers=ATTACK.workers, threads=ATTACK.threads)
    yield made
    made.close()


@pytest.fixture(scope="module")
def cookies(web: Web) -> dict[str, str]:
    """The cookie of each role."""
    return {NOBODY: "", **{role: web.front.sign_in(role) for role in Role}}


@pytest.fixture(scope="module", params=ATTACK.fronts)
def front(
    request: pytest.FixtureRequest, web: Web, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """The web server itself; in the long form also nginx before it."""
    if request.param == "direct":
        yield web.front
        return
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), web.front.port)
    yield Front(nginx.https_port, tls=True)
    nginx.close()


def check_visitors(web: Web, front: Front, cookie: str, attacks: list[Attack]) -> float:
    """Return the longest time in which visitors had their answers; end the attacks."""

    def answers() -> bool:
        health = front.ask("/health", patience_s=ATTACK.patience_s)
        page = front.ask("/experiments", cookie, patience_s=ATTACK.patience_s)
        return health[0] == page[0] == 200

    try:
        slowest, failures = slowest_answer(answers, ATTACK.lasts_s)
    finally:
        for attack in attacks:
            attack.close()
    assert failures == 0
    wait_for(lambda: web.held() == 0, what="for the clients to be let go")
    assert "Traceback" not in web.log.read_text()
    return slowest


@pytest.mark.parametrize(("kind", "who"), ATTACKS)
def test_others_are_answered_meanwhile(
    web: Web, front: Front, cookies: dict[str, str], kind: str, who: str, record_property
):
    attack = begin(front, kind, cookies[who], ATTACK.clients)
    slowest = check_visitors(web, front, cookies[Role.VIEWER], [attack])
    record_property("recovery_s", slowest)


def test_also_when_all_kinds_come_at_once(
    web: Web, front: Front, cookies: dict[str, str], record_property
):
    count = max(1, ATTACK.clients // 20)
    attacks = [
        begin(front, kind, cookies[who], count) for kind in KINDS for who in (NOBODY, Role.OPERATOR)
    ]
    slowest = check_visitors(web, front, cookies[Role.VIEWER], attacks)
    record_property("recovery_s", slowest)


def begin(front: Front, kind: str, cookie: str, count: int) -> Attack:
    return Attack(front, KINDS[kind], KINDS[kind].head(cookie), count, ATTACK.every_s)
