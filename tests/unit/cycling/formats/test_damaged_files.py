from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cycling.errors import InputError
from cycling.formats import Mapping, open_table, propose, read_measures, verify
from tests.generated import examples

FILES = [
    b"Test Time / s,Voltage / V,Current / A,T / degC\n0,3.5,1,25\n1,3.6,1,25\n2,3.7,1,\n",
    b"BT-Lab\nNb header lines : 4\nx\ntime/s\tEcell/V\tI/mA\n0\t3.5\t1\n1\t3.6\t1\n",
    b"timestamp,voltage,current\n2024-03-01 10:00:00.250,3.5,-1\n2024-03-01 10:00:01,3.4,-1\n",
    "Zeit;U [V];I [mA];Datum\r0,5;3,5;1,5;01.02.2024\r1,5;3,6;1,5;01.02.2024\r".encode("utf-16"),
]
PIECES = [
    b",",
    b";",
    b"\n",
    b"\r",
    b'"',
    b"\0",
    b"\xff",
    b"\t",
    b" ",
    b"9",
    b"-",
    b"e",
    b"nan",
    b"/",
]

edits = st.lists(
    st.tuples(
        st.integers(0, 200), st.integers(0, 4), st.sampled_from(PIECES) | st.binary(max_size=9)
    ),
    min_size=1,
    max_size=5,
)


def errors(verification):
    return [p for p in verification.problems if p.severity == "error"]


@examples(300)
@given(st.sampled_from(FILES), edits)
def test_a_damaged_file_is_read_or_refused_and_verifying_agrees_with_reading(
    tmp_path, content, edits
):
    for place, removed, put in edits:
        content = content[:place] + put + content[place + removed :]
    path = tmp_path / "file"
    path.write_bytes(content)
    try:
        table = open_table(path)
        mapping = propose(table)
        result = verify(table, mapping)
    except InputError:
        return
    assert Mapping.from_json(mapping.to_json()) == mapping
    result.to_json()
    try:
        blocks = list(read_measures(table, replace(mapping, positive_is_charge=True)))
    except InputError:
        assert errors(result)
    else:
        assert errors(result) == [] or result.rows == 0
        assert sum(len(block.voltage_v) for block in blocks) == result.rows
