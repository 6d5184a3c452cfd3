"""bem/v1 as bytes: what goes out comes back, and nothing but RefusedError comes of rubbish."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_node.protocol import Address, Kind, RefusedError, decode, encode, fields, parse_topic
from master_node.protocol import messages as m
from master_node.protocol.codec import MAX_BYTES, TYPES, USUAL, decode_master
from master_node.protocol.topics import UP, down_topics
from tests.generated import examples
from tests.message_values import hardware_ids, messages_of

KINDS = sorted(TYPES)
messages = {kind: messages_of(TYPES[kind]) for kind in KINDS}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def refused_or_read(kind, payload):
    """Return the message, None if it is refused with a reason; nothing else may come of it."""
    try:
        return decode(kind, payload)
    except RefusedError as error:
        return None if error.kind in ("size", "json", "field") and str(error) else error


@pytest.mark.parametrize("kind", KINDS)
class TestEveryMessage:
    @given(st.data())
    @examples(20)
    def test_comes_back_as_it_went(self, kind, data):
        message = data.draw(messages[kind])
        assert decode(kind, encode(message)) == message

    @given(payload=st.binary(max_size=200))
    @examples(25)
    def test_random_bytes_are_refused(self, kind, payload):
        assert refused_or_read(kind, payload) is None

    @given(st.data())
    @examples(25)
    def test_a_field_of_any_other_value_is_refused_or_taken_but_never_more(self, kind, data):
        plain = json.loads(encode(data.draw(messages[kind])))
        place, key = data.draw(st.sampled_from(list(places(plain))))
        if data.draw(st.booleans()):
            place[key] = data.draw(anything)
        elif isinstance(place, dict):
            del place[key]
        found = refused_or_read(kind, json.dumps(plain).encode())
        if found is not None:
            assert decode(kind, encode(found)) == found

    @given(st.data())
    @examples(20)
    def test_bytes_that_were_changed_on_the_way(self, kind, data):
        payload = bytearray(encode(data.draw(messages[kind])))
        for _ in range(data.draw(st.integers(1, 3))):
            payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
        refused_or_read(kind, bytes(payload[: data.draw(st.integers(0, len(payload)))]))
        refused_or_read(kind, bytes(payload))

    def test_a_message_that_is_too_large_is_refused_unread(self, kind):
        most = MAX_BYTES.get(kind, USUAL)
        with pytest.raises(RefusedError, match=f"{most + 1} bytes, at most {most}") as raised:
            decode(kind, b"{" + b" " * most)
        assert raised.value.kind == "size"

    @pytest.mark.parametrize("version", ["0", "2", '"1"', "1.5", "null"])
    def test_another_version_is_refused(self, kind, version):
        with pytest.raises(RefusedError):
            decode(kind, b'{"v":%s}' % version.encode())

    @given(st.data())
    @examples(10)
    def test_fields_that_are_not_known_are_left_out(self, kind, data):
        message = data.draw(messages[kind])
        plain = {**json.loads(encode(message)), "later": {"deep": [1, [2, {"x": None}]]}}
        assert decode(kind, json.dumps(plain).encode()) == message


def places(plain):
    """Every container of a message with each of its keys."""
    for key in plain if isinstance(plain, dict) else range(len(plain)):
        yield plain, key
        if isinstance(plain[key], dict | list):
            yield from places(plain[key])


NOT_NUMBERS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "１２",
    "٣",
    '"12"',
    "0x10",
    "1_000",
    "true",
]


class TestNumbers:
    @pytest.mark.parametrize("text", [*NOT_NUMBERS, "1e13", "-1e13", "[]", "{}"])
    def test_what_is_no_number_of_a_size_that_we_take(self, text):
        with pytest.raises(RefusedError):
            decode(Kind.HEARTBEAT, b'{"v":1,"at":%s}' % text.encode())

    @pytest.mark.parametrize("text", ["0", "-1", "2147483648", "1.5", "1e3000", "null"])
    def test_what_is_no_id(self, text):
        with pytest.raises(RefusedError):
            decode(Kind.ACK, b'{"v":1,"experiment":%s,"samples":0,"events":0}' % text.encode())

    def test_deep_nesting_is_refused(self):
        for deep in (b"[" * 4000, b'{"v":1,"x":' + b"[" * 3000 + b"]" * 3000 + b"}"):
            refused_or_read(Kind.ACK, deep)
        refused_or_read(Kind.RECORDS, b"[" * 900_000)
        refused_or_read(Kind.RECORDS, b'{"a":' * 200_000)

    def test_half_a_surrogate_is_refused_or_read(self):
        refused_or_read(Kind.ANSWER, rb'{"v":1,"id":1,"done":true,"at":1,"reason":"\ud800"}')


class TestSamples:
    def records(self, **columns):
        whole = {
            "first": 0,
            "at": [1.0, 2.0],
            "test_time_s": [0.0, 1.0],
            "instruction": [0, 0],
            "step": [1, 1],
            "cycle": [0, 0],
            "voltage": [3.7, None],
            "current": [1.0, 1.0],
            **columns,
        }
        return json.dumps({"v": 1, "experiment": 1, "station": 1, "samples": whole}).encode()

    def test_a_value_may_be_missing(self):
        assert decode(Kind.RECORDS, self.records()).samples.voltage == [3.7, None]
        assert decode(Kind.RECORDS, self.records()).samples.last == 1

    @pytest.mark.parametrize(
        "columns",
        [
            {"voltage": [3.7]},
            {"cycle": [0, 0, 0]},
            {"power": [1.0]},
            {"extended": {"4": [1.0]}},
            {"extended": {"x": [1.0, 1.0]}},
            {"extended": {"٣": [1.0, 1.0]}},
            {"extended": {"": [1.0, 1.0]}},
            {"at": [], "test_time_s": [], "instruction": [], "step": [], "cycle": []},
            {"at": [None, 1.0]},
            {"first": -1},
        ],
    )
    def test_columns_that_do_not_fit_each_other_are_refused(self, columns):
        with pytest.raises(RefusedError) as raised:
            decode(Kind.RECORDS, self.records(**columns))
        assert raised.value.kind == "field"

    def test_more_samples_than_a_message_takes_are_refused(self):
        names = ("at", "test_time_s", "instruction", "step", "cycle", "voltage", "current")
        for count, taken in ((fields.MAX_SAMPLES, True), (fields.MAX_SAMPLES + 1, False)):
            payload = self.records(**{name: [1] * count for name in names})
            assert (refused_or_read(Kind.RECORDS, payload) is not None) is taken


class TestMasterPresence:
    @given(messages_of(m.MasterPresence))
    def test_comes_back_as_it_went(self, presence):
        assert decode_master(encode(presence)) == presence

    @given(st.binary(max_size=60))
    def test_random_bytes_are_refused(self, payload):
        with pytest.raises(RefusedError):
            decode_master(payload)


class TestTopics:
    @given(hardware_ids, st.sampled_from(KINDS))
    def test_an_address_comes_back_from_its_topic(self, hardware_id, kind):
        topic = Address(hardware_id, kind).topic
        assert parse_topic(topic) == Address(hardware_id, kind)
        assert topic.startswith(f"bem/v1/{hardware_id}/{'up' if kind in UP else 'down'}/")

    @given(st.text(max_size=60))
    def test_any_other_text_is_no_address(self, text):
        assert parse_topic(text) is None

    @pytest.mark.parametrize(
        "topic",
        [
            "bem/v1/master",
            "bem/v1/unit-1/up/ack",  # the master node's word, from a unit
            "bem/v1/unit-1/down/records",
            "bem/v1/unit-1/up/nothing",
            "bem/v2/unit-1/up/beat",
            "bem/v1/+/up/beat",
            "bem/v1/#",
            "bem/v1/Unit-1/up/beat",
            "bem/v1/abc/up/beat",
            "bem/v1/-abc/up/beat",
            f"bem/v1/{'a' * 41}/up/beat",
            "bem/v1/unit-1/up/beat/",
            "bem/v1/unit-1/up/beat\n",
            "/bem/v1/unit-1/up/beat",
            "",
        ],
    )
    def test_topics_that_are_nearly_right(self, topic):
        assert parse_topic(topic) is None

    def test_a_unit_subscribes_to_all_that_is_for_it(self):
        assert down_topics("unit-1") == "bem/v1/unit-1/down/+"


def test_every_message_is_frozen():
    with pytest.raises(AttributeError):
        m.Ack(experiment=1, samples=0, events=0).samples = 5
    assert msgspec.json.decode(encode(m.Presence(online=True))) == {"v": 1, "online": True}
