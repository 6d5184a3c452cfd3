"""How long a client may keep us waiting."""

import pytest

from dashboard.server.pace import SEND_BUFFER_BYTES, Pace, Patience
from db.limits import Limits

LIMITS = Limits(client_stall_s=10, client_bytes_per_s=1000)


def test_who_sends_nothing_has_the_first_seconds():
    pace = Pace(first_s=10, bytes_per_s=1000, at_once_s=10)
    assert pace.left_s() == 10
    pace.waited_s = 10
    assert pace.left_s() == 0


@pytest.mark.parametrize(("sent", "left_s"), [(1, -9.999), (10_000, 0), (15_000, 5)])
def test_bytes_are_worth_time_at_the_least_rate(sent: int, left_s: float):
    pace = Pace(10, 1000, 10, waited_s=20, passed_bytes=sent)
    assert pace.left_s() == pytest.approx(left_s)


def test_what_was_fast_may_still_not_be_silent_for_long():
    assert Pace(10, 1000, 10, passed_bytes=1_000_000_000).left_s() == 10


def test_a_body_of_known_length_has_a_time_as_a_whole():
    pace = Patience.of(LIMITS).of_sending()
    waits = 0.0
    for _ in range(100):  # a hundred bytes as late as they may come
        wait_s = pace.left_s()
        pace.waited_s += wait_s
        pace.passed_bytes += 1
        waits += wait_s
    assert waits == pytest.approx(10 + 0.1, abs=0.01)


def test_what_a_client_takes_is_seen_late():
    patience = Patience.of(LIMITS)
    pace = patience.of_taking()
    assert pace.left_s() == patience.of_sending().left_s() == 10
    pace.passed_bytes = 10**9
    assert pace.left_s() == 10 + SEND_BUFFER_BYTES / 1000


@pytest.mark.parametrize(("form", "small"), [(4096, 65536), (65536, 65536), (100_000, 100_000)])
def test_forms_and_most_callbacks_need_no_turn(form: int, small: int):
    assert Patience.of(Limits(max_form_bytes=form)).small_bytes == small
