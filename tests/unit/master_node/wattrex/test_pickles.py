"""Pickles of WattRex units: the captured ones are read, and nothing else is."""

import pickle
import pickletools
import sys
import types
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.commands.wattrex.units import WattrexDevice, WattrexIdentity
from master_node.protocol.codec import RefusedError
from master_node.wattrex import pickles
from master_node.wattrex.messages import DetectedDevices, Heartbeat, Registration, decode
from master_node.wattrex.pickles import ADMITTED, MODULE, RegisterStep, write_registration
from master_node.wattrex.topics import Kind, parse_topic, sender_of
from tests.generated import examples
from tests.real_files import DATA

CAPTURES = DATA / "wattrex-captures"
UNIT = WattrexIdentity(mac=3281355014145, user="", ip="192.0.2.2", port=22, host="vm")


def capture(name: str) -> bytes:
    return (CAPTURES / f"{name}.bin").read_bytes()


class Named:
    """Pickled as an instance of a class that need not exist here."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


def as_sent(value, name: str, module: str = MODULE, protocol: int = 4) -> bytes:
    """Pickle an instance as its sender would, under another module and name."""
    kind = type(name, (Named,), {"__module__": module, "__qualname__": name})
    parts = module.split(".")
    there = {".".join(parts[: n + 1]): types.ModuleType(module) for n in range(len(parts))}
    setattr(there[module], name, kind)
    sys.modules.update(there)
    try:
        made = [kind(**one) for one in value] if isinstance(value, list) else kind(**value)
        return pickle.dumps(made, protocol=protocol)
    finally:
        for made_up in there:
            del sys.modules[made_up]


class TestCaptured:
    def test_a_unit_that_wants_a_number(self):
        said = decode(Kind.REGISTER, capture("01_register_DISCOVER"))
        assert said == Registration(RegisterStep.DISCOVER, UNIT)

    def test_a_unit_that_asks_for_the_offered_number(self):
        said = decode(Kind.REGISTER, capture("03_register_REQUEST"))
        assert said == Registration(RegisterStep.REQUEST, UNIT)

    @pytest.mark.parametrize("name", ["05_heartbeat", "13_heartbeat_proto3_as_py37"])
    def test_a_heartbeat(self, name):
        said = decode(Kind.HEARTBEAT, capture(name))
        assert isinstance(said, Heartbeat)
        assert datetime(2026, 11, 1, tzinfo=UTC) < said.at < datetime(2026, 12, 1, tzinfo=UTC)

    def test_two_devices_whose_numbers_and_texts_differ(self):
        said = decode(Kind.DEVICES, capture("07_detected_dev_two"))
        assert said == DetectedDevices((WattrexDevice(2, "17", "19"), WattrexDevice(3, "257", "1")))

    def test_no_devices(self):
        assert decode(Kind.DEVICES, capture("09_detected_dev_empty")) == DetectedDevices(())

    def test_what_only_a_master_says_is_refused(self):
        for name in ("02_inform_reg_OFFER", "04_inform_reg_ACK"):
            with pytest.raises(RefusedError, match="neither DISCOVER nor REQUEST"):
                decode(Kind.REGISTER, capture(name))

    def test_each_topic_admits_its_own_classes_only(self):
        own = {"01_": Kind.REGISTER, "03_": Kind.REGISTER, "05_": Kind.HEARTBEAT, "07_": "devices"}
        for file in CAPTURES.glob("*.bin"):
            for kind in Kind:
                if own.get(file.name[:3]) in (kind, "devices" if kind is Kind.DEVICES else kind):
                    continue
                if file.name[:3] in ("09_", "13_") and kind in (Kind.DEVICES, Kind.HEARTBEAT):
                    continue
                with pytest.raises(RefusedError):
                    decode(kind, file.read_bytes())

    def test_our_offer_says_what_the_one_does_that_a_real_unit_took(self):
        read = pickles.read(Kind.REGISTER, capture("10_inform_reg_OFFER_handmade_proto2")).fields
        ours = write_registration(
            RegisterStep(read["msg_type"].number),
            WattrexIdentity(
                mac=read["mac"],
                user=read["user"],
                ip=read["ip"],
                port=read["port"],
                host=read["hostname"],
            ),
            unit_id=read["cu_id"],
        )
        again = pickles.read(Kind.REGISTER, ours).fields
        assert again.pop("msg_type").number == read.pop("msg_type").number
        assert again == read


@pytest.mark.parametrize("mac", [1, 2**31, 2**47, 2**48 - 1])
def test_an_answer_names_no_class_but_theirs_and_keeps_every_mac(mac):
    payload = write_registration(
        RegisterStep.ACK, WattrexIdentity(mac, "ü", "10.0.0.9", 22, "bench-é"), unit_id=70_000
    )
    named = {arg for step, arg, _ in pickletools.genops(payload) if step.name == "GLOBAL"}
    assert named == {f"{MODULE} CommDataCuC", f"{MODULE} CommDataRegisterTypeE"}
    assert payload[1] == 2
    fields = pickles.read(Kind.REGISTER, payload).fields
    assert (fields["mac"], fields["user"], fields["cu_id"]) == (mac, "ü", 70_000)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_device_is_read_in_every_protocol(protocol):
    device = {"cu_id": 9, "comp_dev_id": 2, "serial_number": "17", "link_name": 19}
    sent = as_sent([device], "CommDataDeviceC", protocol=protocol)
    assert decode(Kind.DEVICES, sent) == DetectedDevices((WattrexDevice(2, "17", "19"),))


class Attack:
    def __reduce__(self):
        return (sys.setrecursionlimit, (77,))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_calls_something_calls_nothing(kind, protocol):
    before = sys.getrecursionlimit()
    with pytest.raises(RefusedError):
        decode(kind, pickle.dumps(Attack(), protocol))
    assert sys.getrecursionlimit() == before


names = st.text(st.sampled_from("abcdefgh._"), min_size=1, max_size=20).map(lambda t: f"a{t}b")
known = st.sampled_from(
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("posix", "mkdir"),
        ("_codecs", "encode"),
        ("copyreg", "_reconstructor"),
        (MODULE, "CommDataMnCmdDataC"),
        (MODULE, "CommDataCuC.__init__"),
        ("datetime", "date"),
        ("datetime", "datetime.fromtimestamp"),
        ("master_node.wattrex.pickles", "PickledObject"),
    ]
)
everything = (
    known
    | st.tuples(names, names)
    | st.sampled_from([name for admitted in ADMITTED.values() for name in admitted])
)


@examples(300)
@given(
    kind=st.sampled_from(list(Kind)),
    name=everything,
    stacked=st.booleans(),
    call=st.sampled_from([b")R", b")\x81", b")\x81}b", b"}b", b"(I1\nI2\ntR", b""]),
    around=st.sampled_from([b"%s", b"]%sa", b"}X\x01\x00\x00\x00a%ss"]),
)
def test_no_global_but_those_of_its_topic_is_looked_up(kind, name, stacked, call, around):
    module, word = name
    named = f"c{module}\n{word}\n".encode()
    if stacked:
        named = b"".join(b"\x8c" + bytes([len(t)]) + t.encode() for t in name) + b"\x93"
    payload = b"\x80\x04" + around.replace(b"%s", named + call) + b"."
    if name in ADMITTED[kind]:
        return  # what follows from those is checked field by field
    with pytest.raises(RefusedError):
        decode(kind, payload)


@examples(300)
@given(st.sampled_from(list(Kind)), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kind, payload):
    try:
        decode(kind, payload)
    except RefusedError:
        return
    assert kind is Kind.DEVICES  # an empty list may be made by chance


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=40) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@examples(200)
@given(
    fields=st.fixed_dictionaries({"comp_dev_id": values, "serial_number": values}),
    link=values,
)
def test_a_device_with_any_values_is_of_the_right_types_or_refused(fields, link):
    sent = as_sent([{"cu_id": 1, **fields, "link_name": link}], "CommDataDeviceC")
    try:
        (device,) = decode(Kind.DEVICES, sent).devices
    except RefusedError:
        return
    assert device.kind_id >= 1
    assert len(device.serial_number) <= 30
    assert len(device.link) <= 30


@pytest.mark.parametrize(
    "payload",
    [
        b"\x80\x02]r\xff\xff\xff\x7f.",  # would reserve 64 GB to remember one list
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.",  # a text of 9 exabytes
        b"\x80\x02\x8b\xff\xff\xff\x7f1.",
        b"(((((((",
        b"",
        b"\x80\xff.",
    ],
)
def test_what_would_eat_the_memory_is_refused_before_it_is_read(payload):
    for kind in Kind:
        with pytest.raises(RefusedError):
            decode(kind, payload)


def test_a_message_that_is_too_large_is_not_looked_at():
    with pytest.raises(RefusedError, match="at most 1024 are taken"):
        decode(Kind.HEARTBEAT, b"x" * 1025)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("mac", 2**48, "mac is no whole number"),
        ("mac", "3281355014145", "mac is no whole number"),
        ("mac", 0, "mac is no whole number"),
        ("hostname", "h" * 51, "hostname is no text of up to 50"),
        ("hostname", "a\nb", "hostname is no text"),
        ("ip", None, "ip is no text of up to 20"),
        ("user", "u" * 31, "user is no text of up to 30"),
        ("port", 70_000, "port is no whole number"),
        ("msg_type", 0, "msg_type is neither"),
    ],
)
def test_each_field_of_a_registration_is_checked(field, value, sentence):
    fields = {"msg_type": 0, "mac": 5, "user": "", "ip": "", "port": 22, "hostname": "h"}
    with pytest.raises(RefusedError, match=sentence):
        decode(Kind.REGISTER, as_sent({**fields, field: value}, "CommDataCuC"))


def test_a_time_with_a_zone_is_none_that_a_unit_sends():
    sent = as_sent({"cu_id": 2, "timestamp": 5}, "CommDataHeartbeatC")
    with pytest.raises(RefusedError, match="timestamp is no time"):
        decode(Kind.HEARTBEAT, sent)


def test_topics_name_their_unit():
    assert parse_topic("/register").unit_id == 0
    assert parse_topic("/12/heartbeat").unit_id == 12
    for topic in ("register", "//heartbeat", "/-1/heartbeat", "/1/launch", "/999999999/heartbeat"):
        assert parse_topic(topic) is None
    assert sender_of("/12/detected_dev") == "wattrex unit 12"
