"""Values for every field of every message, made from the types that the messages declare."""

import string

from hypothesis import strategies as st
from msgspec import inspect

from master_node.protocol import messages as m

LETTERS = string.ascii_lowercase + string.digits
hardware_ids = st.text(LETTERS + "-", min_size=2, max_size=38).map(lambda text: f"a{text}1")


def _integers(of):
    return st.integers(of.ge, min(of.le, of.ge + 10**6))


def _floats(of):
    low = of.ge if of.ge is not None else of.gt
    return st.floats(low, of.le, exclude_min=of.gt is not None, allow_subnormal=False)


def _text(of):
    if of.pattern:
        return hardware_ids
    return st.text(min_size=of.min_length or 0, max_size=min(of.max_length or 20, 20))


def _structs(of):
    if of.cls is m.Samples:
        return samples()
    return st.builds(of.cls, **{field.name: values(field.type) for field in of.fields})


MAKERS = {
    inspect.IntType: _integers,
    inspect.FloatType: _floats,
    inspect.StrType: _text,
    inspect.StructType: _structs,
    inspect.BoolType: lambda _of: st.booleans(),
    inspect.NoneType: lambda _of: st.none(),
    inspect.LiteralType: lambda of: st.sampled_from(of.values),
    inspect.EnumType: lambda of: st.sampled_from(list(of.cls)),
    inspect.UnionType: lambda of: st.one_of([values(one) for one in of.types]),
    inspect.ListType: lambda of: st.lists(
        values(of.item_type), min_size=of.min_length or 0, max_size=3
    ),
    inspect.VarTupleType: lambda of: st.lists(values(of.item_type), max_size=3).map(tuple),
    inspect.TupleType: lambda of: st.tuples(*map(values, of.item_types)),
    inspect.DictType: lambda of: st.dictionaries(
        values(of.key_type), values(of.value_type), max_size=3
    ),
}


def values(of):
    """Values of a type that a message's field may have."""
    return MAKERS[type(of)](of)


def messages_of(type_):
    """Messages of a type."""
    return values(inspect.type_info(type_))


@st.composite
def samples(draw):
    """Columns of one length."""
    count = draw(st.integers(1, 4))
    types = {field.name: field.type for field in inspect.type_info(m.Samples).fields}
    columns = {
        name: draw(st.lists(values(of.item_type), min_size=count, max_size=count))
        for name, of in types.items()
        if isinstance(of, inspect.ListType) and name != "power"
    }
    some = st.lists(values(types["voltage"].item_type), min_size=count, max_size=count)
    extended = draw(st.dictionaries(st.integers(1, 999).map(str), some, max_size=2))
    return m.Samples(first=draw(st.integers(0, 10**6)), extended=extended, **columns)
