"""The queue between the connection and the writer: bounded, in order, never dropping."""

from threading import Thread

import pytest

from db.limits import USUAL, Limits
from master_node.inbox import Inbox


def test_messages_come_in_their_order():
    inbox = Inbox()
    for number in range(5):
        inbox.put(f"t{number}", b"x")
    assert [one.topic for one in inbox.take(100, 3, 0.0)] == ["t0", "t1", "t2"]
    assert [one.topic for one in inbox.take(100, 3, 0.0)] == ["t3", "t4"]
    assert inbox.take(100, 3, 0.0) == []


@pytest.mark.parametrize(
    "inbox", [Inbox(Limits(mqtt_queue_messages=2)), Inbox(Limits(mqtt_queue_bytes=20))]
)
def test_a_full_inbox_blocks_who_fills_it(inbox: Inbox):
    inbox.put("t", b"x" * 10)
    inbox.put("t", b"x" * 10)
    thread = Thread(target=inbox.put, args=("last", b"x"), daemon=True)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    assert len(inbox.take(10**6, 1, 0.0)) == 1
    thread.join(120)
    assert not thread.is_alive()
    assert [one.topic for one in inbox.take(10**6, 10, 0.0)] == ["t", "last"]


def test_a_closed_inbox_lets_everybody_go():
    inbox = Inbox(Limits(mqtt_queue_messages=1))
    inbox.put("t", b"x")
    thread = Thread(target=inbox.put, args=("t", b"x"), daemon=True)
    thread.start()
    inbox.close()
    thread.join(120)
    assert not thread.is_alive()


def test_a_group_is_handed_out_when_it_is_large_enough_or_old_enough():
    inbox = Inbox()
    inbox.put("t", b"x" * 100)
    assert len(inbox.take(100, 50, 3600.0)) == 1  # at once: a test has twenty minutes
    inbox.put("t", b"x")
    assert len(inbox.take(100, 50, 0.05)) == 1


def test_of_a_message_that_is_too_large_only_the_beginning_is_kept():
    inbox = Inbox()
    inbox.put("t", b"x" * (USUAL.mqtt_message_bytes + 1))
    (message,) = inbox.take(10, 1, 0.0)
    assert message.size == USUAL.mqtt_message_bytes + 1
    assert len(message.payload) == 200
