"""Handing out numbers to WattRex units: one at a time, with silence after each ACK."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from master_node.wattrex.handler import Freshness
from master_node.wattrex.pickles import RegisterStep
from master_node.wattrex.registrar import Registrar, RegistrationReply

DISCOVER, OFFER, REQUEST, ACK = RegisterStep


def test_a_unit_is_offered_its_number_and_acknowledged_when_it_takes_it():
    registrar = Registrar()
    registrar.note_request(7, DISCOVER, 0.0)
    assert registrar.next_reply(0.0) == RegistrationReply(7, OFFER)
    assert registrar.next_reply(0.2) is None
    registrar.note_request(7, REQUEST, 0.3)
    assert registrar.next_reply(0.4) == RegistrationReply(7, ACK)
    registrar.note_heartbeat(7, 1.5)
    assert registrar.waiting == ()


def test_nothing_is_said_to_the_next_one_for_two_seconds_or_until_the_first_one_beats():
    registrar = Registrar()
    for unit in (7, 8):
        registrar.note_request(unit, DISCOVER, 0.0)
    registrar.next_reply(0.0)
    registrar.note_request(7, REQUEST, 0.1)
    assert registrar.next_reply(0.1) == RegistrationReply(7, ACK)
    assert registrar.next_reply(2.0) is None
    assert registrar.next_reply(2.1) == RegistrationReply(8, OFFER)

    registrar.note_request(8, REQUEST, 2.2)
    registrar.note_request(9, DISCOVER, 2.2)
    assert registrar.next_reply(2.3) == RegistrationReply(8, ACK)
    registrar.note_heartbeat(8, 3.0)
    assert registrar.next_reply(3.0) == RegistrationReply(9, OFFER)


def test_a_unit_that_does_not_answer_waits_behind_the_others():
    registrar = Registrar()
    for unit in (7, 8):
        registrar.note_request(unit, DISCOVER, 0.0)
    assert registrar.next_reply(0.0) == RegistrationReply(7, OFFER)
    assert registrar.next_reply(5.1) == RegistrationReply(8, OFFER)
    assert registrar.waiting == (8, 7)


def test_one_that_never_answers_is_given_up():
    registrar, now_s, offers = Registrar(), 0.0, 0
    registrar.note_request(7, DISCOVER, now_s)
    dropped = ()
    while not dropped:
        offers += registrar.next_reply(now_s) is not None
        dropped = registrar.drop_silent()
        now_s += 1.0
    assert (dropped, offers, registrar.waiting) == ((7,), 5, ())


def test_a_wish_that_the_broker_hands_out_again_is_not_answered_to_a_unit_that_beats():
    registrar = Registrar()
    registrar.note_heartbeat(7, 10.0)
    registrar.note_request(7, DISCOVER, 10.5)
    assert registrar.next_reply(10.6) is None
    registrar.note_heartbeat(7, 11.0)
    assert registrar.waiting == ()
    registrar.note_request(7, DISCOVER, 11.5)  # it has really begun anew, and sends no heartbeats
    assert registrar.next_reply(14.1) == RegistrationReply(7, OFFER)


def test_a_request_that_an_earlier_master_node_has_caused_is_acknowledged():
    registrar = Registrar()
    registrar.note_request(7, REQUEST, 0.0)
    assert registrar.next_reply(0.0) == RegistrationReply(7, ACK)


@given(st.lists(st.tuples(st.integers(2, 6), st.sampled_from(["asks", "takes", "beats", "waits"]))))
def test_whatever_units_do_there_is_silence_after_each_ack(events):
    registrar, now_s, said, heartbeats = Registrar(), 0.0, [], []
    for unit, what in events:
        now_s += 0.25
        if what == "asks":
            registrar.note_request(unit, DISCOVER, now_s)
        elif what == "takes":
            registrar.note_request(unit, REQUEST, now_s)
        elif what == "beats":
            registrar.note_heartbeat(unit, now_s)
            heartbeats.append((unit, now_s))
        reply = registrar.next_reply(now_s)
        if reply is not None:
            said.append((now_s, reply))
    for (at, one), (after, _two) in pairwise(said):
        has_beaten = any(unit == one.unit_id and at <= when <= after for unit, when in heartbeats)
        assert one.step is not ACK or after - at >= 2.0 or has_beaten


class TestFreshness:
    def test_a_beat_tells_how_far_the_clock_is_ahead(self):
        assert Freshness().offset_of(7, 1003.0, 1000.0) == 3.0

    def test_the_same_beat_again_is_old(self):
        heartbeats = Freshness()
        heartbeats.offset_of(7, 1000.0, 1000.0)
        assert heartbeats.offset_of(7, 1000.0, 1000.5) is None

    def test_what_a_broker_has_kept_is_old_however_much_of_it_comes_at_once(self):
        heartbeats = Freshness()
        heartbeats.offset_of(7, 1000.0, 1000.0)
        kept = [heartbeats.offset_of(7, 950.0 + n, 1001.0 + n / 1000) for n in range(40)]
        assert kept == [None] * 40
        assert heartbeats.offset_of(7, 1002.0, 1002.0) == 0.0

    def test_a_clock_that_was_set_back_is_believed_after_a_while(self):
        heartbeats = Freshness()
        heartbeats.offset_of(7, 5000.0, 1000.0)
        found = [heartbeats.offset_of(7, 1000.0 + n, 1000.0 + n) for n in range(1, 5)]
        assert found == [None, None, 0.0, 0.0]
