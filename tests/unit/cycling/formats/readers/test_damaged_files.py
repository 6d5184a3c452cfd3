"""Files of every kind, cut, flipped, filled and mixed: each is read or ends in a sentence."""

import gzip
import json
import os
import random
import subprocess
import sys
import zipfile
from functools import cache
from io import BytesIO

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from cycling.errors import InputError
from cycling.formats import open_table
from tests.generated import examples
from tests.jet_files import arbin
from tests.machine import ROOT
from tests.readers import FORMATS
from tests.real_files import real_file, unpacked
from tests.workbooks import workbook

BATCH = 20  # files of an example; `make fuzz` draws 50 examples


def _parquet() -> bytes:
    content = BytesIO()
    rows = range(200)
    table = pa.table({"test_time_second": rows, "voltage_volt": rows, "state": map(str, rows)})
    parquet.write_table(table, content, row_group_size=70)
    return content.getvalue()


def _workbook() -> bytes:
    names = ["Test_Time(s)", "Voltage(V)", "Current(A)"]
    return workbook({"Channel_1_1": [names, *([n, 3 + n / 99, 1.0] for n in range(99))]})


def _nda() -> bytes:
    with zipfile.ZipFile(FORMATS / "fastnda_nda_v8.nda.zip") as archive:
        return archive.read(archive.namelist()[0])


KINDS = {
    "ndax": lambda: real_file("neware_46_1_5_60_bts16_tiny.ndax").read_bytes(),
    "nda": _nda,
    "mpr": lambda: (FORMATS / "bdf_GCPL-0.mpr").read_bytes(),
    "res": lambda: arbin({1: 300, 2: 50}),
    "xlsx": _workbook,
    "xls": lambda: unpacked(FORMATS / "cellpy_neware_bts5_003.xls.xz").read_bytes(),
    "parquet": _parquet,
    "gz": lambda: gzip.compress(b"t,U [V],I [A]\n" + b"1,3.5,1\n" * 500),
    "zip": lambda: (FORMATS / "fastnda_nda_v8.nda.zip").read_bytes(),
}


@cache
def whole(kind: str) -> bytes:
    return KINDS[kind]()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut, flip, fill, repeat or take out; half of it where a file says what it is."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        end = len(data) if chance.random() < 0.5 else min(len(data), 2_000)
        place = chance.randrange(max(end, 1))
        length = chance.choice((1, 2, 4, 64, 1_000))
        kind = chance.randrange(7)
        if kind == 0:
            del data[chance.randrange(len(data) + 1) :]
        elif kind == 1:
            data[place : place + length] = bytes([chance.choice((0, 255))]) * length
        elif kind == 2:
            data[place:place] = chance.randbytes(length)
        elif kind == 3:
            del data[place : place + length]
        elif kind == 4:
            data += data[place : place + 4_096]
        elif data:
            place = min(place, len(data) - 1)
            data[place] ^= 1 << chance.randrange(8)
    return bytes(data)


def damaged_within(content: bytes, chance: random.Random) -> bytes:
    """A zip whose sums are right, with one of its files damaged."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as archive:
        names = source.namelist()
        chosen = chance.choice(names)
        for name in names:
            inner = source.read(name)
            archive.writestr(name, damaged(inner, chance) if name == chosen else inner)
    return target.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@settings(examples(1), phases=[Phase.generate])  # a batch cannot be made smaller
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_ends_in_a_sentence(tmp_path_factory, kind, seed):
    chance = random.Random(seed)
    folder, scratch = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("scratch")
    paths = []
    for number in range(BATCH):
        content = whole(kind)
        within = content.startswith(b"PK") and chance.random() < 0.5
        path = folder / f"{number}.{kind}"
        path.write_bytes((damaged_within if within else damaged)(content, chance))
        paths.append(path)
    answers = read_all(paths, scratch)
    wrong = [a for a in answers if a not in ("read", "too much memory") and not a.endswith(".")]
    assert wrong == []
    assert list(scratch.iterdir()) == []


def read_all(paths, scratch):
    """What came of each file; one that brings a child down must end in a sentence all the same."""
    answers = []
    while len(answers) < len(paths):
        rest = [str(path) for path in paths[len(answers) :]]
        command = [sys.executable, "-m", "tests.damaged", *rest]
        environment = {**os.environ, "TMPDIR": str(scratch), "POLARS_MAX_THREADS": "1"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        answers += [json.loads(line) for line in done.stdout.splitlines()]
        if len(answers) < len(paths):
            assert done.returncode < 0, done.stderr.decode()
            with pytest.raises(InputError) as refused:
                open_table(paths[len(answers)])
            answers.append(str(refused.value))
    return answers
