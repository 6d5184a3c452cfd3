"""docs/protocol.md: every example is read by the real codec, and every field stands there."""

import json
import re

import msgspec
import pytest
from msgspec import inspect

from master_node.protocol import Kind, decode, encode, events, parse_topic
from master_node.protocol import messages as m
from master_node.protocol.codec import KB, MAX_BYTES, TYPES, USUAL, decode_master
from master_node.protocol.topics import MASTER, UP
from tests.machine import ROOT

TEXT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^On `(\S+)`:\n\n```json\n(.+?)\n```", TEXT, re.MULTILINE | re.DOTALL)
NAMES = set(re.findall(r"`([^`\n]+)`", TEXT))


def structs_of(of, found):
    """All structures that a message is made of."""
    if isinstance(of, inspect.StructType):
        found[of.cls] = [field.encode_name for field in of.fields]
        for field in of.fields:
            structs_of(field.type, found)
    for inner in (*getattr(of, "types", ()), *getattr(of, "item_types", ())):
        structs_of(inner, found)
    for name in ("item_type", "value_type"):
        if (inner := getattr(of, name, None)) is not None:
            structs_of(inner, found)
    return found


STRUCTS = {}
for type_ in (*TYPES.values(), m.MasterPresence):
    structs_of(inspect.type_info(type_), STRUCTS)


@pytest.mark.parametrize(("topic", "example"), EXAMPLES)
def test_an_example_is_a_message(topic, example):
    payload = example.encode()
    address = parse_topic(topic)
    message = decode_master(payload) if topic == MASTER else decode(address.kind, payload)
    assert set(json.loads(example)) <= set(json.loads(encode(message)))


def test_every_message_and_every_event_has_an_example():
    shown = {parse_topic(topic).kind for topic, _ in EXAMPLES if topic != MASTER}
    assert shown == set(Kind)
    assert MASTER in {topic for topic, _ in EXAMPLES}
    everything = " ".join(example for _, example in EXAMPLES)
    for event in msgspec.inspect.type_info(events.AnyEvent).types:
        assert f'"kind": "{event.tag}"' in everything
        assert f"`{event.tag}`" in TEXT


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda cls: cls.__name__)
def test_every_field_is_described(struct):
    assert set(STRUCTS[struct]) <= NAMES


@pytest.mark.parametrize("kind", Kind)
def test_every_topic_is_listed_with_its_size(kind):
    way = "up" if kind in UP else "down"
    size = MAX_BYTES.get(kind, USUAL)
    most = f"{size // KB} KiB" if size < KB * KB else f"{size // KB // KB} MiB"
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `.../{way}/{kind}`"))
    assert f"| {most} |" in row
