"""Messages that are not taken: what the log says of them."""

from master_node.inbox import IncomingMessage
from master_node.refused_messages import Refusal, Refusals


def test_refused_messages_are_one_line_of_the_log_for_a_sender_and_a_kind(caplog):
    refusals = Refusals()
    for _ in range(3):
        message = IncomingMessage("bem/v1/unit-1/up/records", b"{", 1, 0.0)
        refusals.add(Refusal(message, "no JSON", "It ends too early."))
    refusals.forget()
    refusals.forget()
    (line,) = (entry.getMessage() for entry in caplog.records)
    assert line == "what=messages-refused sender='unit-1' kind='no JSON' count=3"
