"""Measuring the readers of binary files and workbooks, each in its child process."""

import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from bench.lines import MEGABYTES, Goal, Line, Stopwatch
from cycling.formats import open_table
from cycling.formats.problems import RaisedFindings
from cycling.formats.readers.biologic import BiologicMpr
from cycling.formats.rows import read_rows
from tests.jet_files import arbin
from tests.real_files import real_file
from tests.workbooks import workbook

# Rows of each for a million of the others.
NDAX, XLSX, PARQUET = 1 / 4, 1 / 10, 5
MPR_COLUMNS = {131: "<u2", 4: "<f8", 7: "<f8", 13: "<f8", 5: "<f4", 6: "<f4", 39: "<u2"}
MPR_COLUMNS |= {211: "<f8", 212: "<u4", 70: "<f4"}
MEMORY = """
import resource, sys
from pathlib import Path
from bench.readers import read_all
read_all(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def reader_lines(folder: Path, rows: int, runs: int) -> list[Line]:
    """Measure a file of each kind: opened, and every value of every column taken."""
    watch = Stopwatch("none")
    kinds: list[tuple[str, int, Callable[[Path, int], Path], Goal | None]] = [
        (".ndax", int(rows * NDAX), write_ndax, Goal("250,000 rows in 3 s", most=3)),
        (".xlsx", int(rows * XLSX), write_xlsx, Goal("100,000 rows in 15 s", most=15)),
        (".res", rows, write_res, Goal("1 M rows in 10 s", most=10)),
        (".mpr", rows, write_mpr, None),
    ]
    lines = []
    for ending, count, write, goal in kinds:
        file = write(folder / f"file{ending}", count)
        lines.append(
            watch.line(
                f"read {ending}",
                partial(read_all, file),
                runs=runs,
                size=count,
                per="rows",
                goal=goal,
            )
        )
    file = folder / "file.mpr"
    goal = Goal("1 M rows/s", most=max(rows, 1) / 1e6)
    lines.append(
        watch.line(
            "read .mpr: the reader alone",
            lambda: _read_mpr(file),
            runs=runs,
            size=rows,
            per="rows",
            goal=goal,
        )
    )
    return lines + _memory_lines(folder, int(rows * PARQUET))


def read_all(file: Path) -> int:
    """Open a file and take all its values; return the number of rows."""
    table = open_table(file)
    blocks = read_rows(table, range(len(table.labels)), RaisedFindings())
    return sum(len(block.rows) for block in blocks)


def _read_mpr(file: Path) -> int:
    reader = BiologicMpr(file, "")
    return sum(len(block[0]) for block in reader.blocks(range(len(reader.columns()))))


def _memory_lines(folder: Path, rows: int) -> list[Line]:
    """Most memory of the child that reads parquet, for a fifth of the rows and for all."""
    lines: list[Line] = []
    for count in (rows // PARQUET, rows):
        file = write_parquet(folder / f"{count}.parquet", count)
        command = [sys.executable, "-c", MEMORY, str(file)]
        kibibytes = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        growth = kibibytes / 1024 / lines[0].median if lines else None
        goal = Goal("flat: 1.2 times at most", growth=1.2) if lines else None
        lines.append(
            Line(
                "read .parquet: most memory",
                "none",
                kibibytes / 1024,
                unit=MEGABYTES,
                size=count,
                growth=growth,
                goal=goal,
            )
        )
    return lines


def write_ndax(file: Path, rows: int) -> Path:
    """Write a real file with its pages of records repeated."""
    source_rows, page = 18_700, 4_096
    with zipfile.ZipFile(real_file("neware_nw4-120-1-6-53.ndax")) as source:
        contents = {name: source.read(name) for name in source.namelist()}
    records = contents["data.ndc"]
    contents["data.ndc"] = records[:page] + records[page:] * -(-rows // source_rows)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in contents.items():
            target.writestr(name, content)
    return file


def write_xlsx(file: Path, rows: int) -> Path:
    """Write an Arbin workbook with 15 columns."""
    names = ["Test_Time(s)", "Voltage(V)", "Current(A)", *(f"Aux_Voltage_{n}" for n in range(12))]
    head: list[list[object]] = [[*names]]
    numbers = np.random.default_rng(1).random((rows, len(names)))
    numbers[:, 0] = np.arange(rows)
    file.write_bytes(workbook({"Channel_1_1": [*head, *numbers.tolist()]}))
    return file


def write_res(file: Path, rows: int) -> Path:
    """Write an Arbin database with one test."""
    file.write_bytes(arbin({1: rows}))
    return file


def write_mpr(file: Path, rows: int) -> Path:
    """Write a GCPL file of BioLogic."""
    fields = [("flags", "u1"), *((str(number), kind) for number, kind in MPR_COLUMNS.items())]
    records = np.zeros(rows, np.dtype(fields))
    generator = np.random.default_rng(1)
    records["4"] = np.arange(rows)
    for number in (5, 6, 7, 70):
        records[str(number)] = generator.random(rows)
    columns = [1, 2, 3, 21, 31, 65, *MPR_COLUMNS]
    pairs = b"".join(bytes([number, 0]) for number in columns)
    content = (struct.pack("<IB", rows, len(columns)) + pairs).ljust(406, b"\0")
    content += records.tobytes()
    head = b"BIO-LOGIC MODULAR FILE\x1a" + b" " * 25 + b"\0" * 4
    module = b"MODULEVMP data  VMP data                 " + struct.pack("<II", len(content), 3)
    file.write_bytes(head + module + b"01/16/25" + content)
    return file


def write_parquet(file: Path, rows: int) -> Path:
    """Write BDF, row group by row group."""
    import pyarrow as pa
    from pyarrow import parquet

    names = ("test_time_second", "voltage_volt", "current_ampere", "T1", "T2")
    schema = pa.schema([(name, pa.float64()) for name in names])
    generator = np.random.default_rng(1)
    with parquet.ParquetWriter(file, schema) as writer:
        for first in range(0, rows, 500_000):
            count = min(500_000, rows - first)
            columns = [first + np.arange(float(count)), *generator.random((4, count))]
            writer.write_table(pa.table([pa.array(c) for c in columns], schema=schema))
    return file
