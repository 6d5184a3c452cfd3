import re

import numpy as np

from cycling.formats import open_table
from cycling.formats.readers.registry import find_reader
from tests.machine import ROOT
from tests.readers import checked, install_reader


def test_the_example_of_the_document_reads_its_files(tmp_path, monkeypatch):
    text = (ROOT / "docs/readers.md").read_text()
    source = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    assert len([line for line in source.splitlines() if line.strip()]) <= 30
    (tmp_path / "site").mkdir()
    install_reader(tmp_path / "site", monkeypatch, source, "OurLogger")
    times = np.arange(70_000.0) * 500
    fields = {"time": times, "voltage": 3.5, "current": 125.5, "oven": 25.1}
    rows = np.zeros(len(times), [(name, "<f8" if name == "time" else "<f4") for name in fields])
    for name, values in fields.items():
        rows[name] = values
    path = tmp_path / "a.log"
    path.write_bytes(b"LOGGER1\n" + rows.tobytes())
    table, result = checked(path)
    assert (result.mapping.format, result.rows, result.duration_s) == (
        "Our logger",
        70_000,
        34_999.5,
    )
    assert table.labels == ("Time / ms", "Cell voltage / V", "Current / mA", "Oven / degC")
    assert result.channels == (("Oven", "degC"),)
    assert result.ok


def test_a_reader_that_breaks_keeps_no_other_from_reading(tmp_path, monkeypatch, caplog):
    source = """
        class Ours:
            name = "Broken"
            @staticmethod
            def recognise(head, path):
                raise RuntimeError
    """
    (tmp_path / "site").mkdir()
    install_reader(tmp_path / "site", monkeypatch, source)
    assert find_reader(b"a,b\n", tmp_path) is None
    assert "what=reader-broke name='Broken'" in caplog.text
    path = tmp_path / "a.csv"
    path.write_text("Time [s],U [V],I [A]\n0,3,1\n1,3,1\n")
    assert open_table(path).dialect == "comma, decimal point, UTF-8"


def test_a_reader_that_cannot_be_loaded_is_in_the_log(tmp_path, monkeypatch, caplog):
    (tmp_path / "site").mkdir()
    install_reader(tmp_path / "site", monkeypatch, "", "Missing")
    assert find_reader(b"NEWARE", tmp_path).name == "Neware .nda"
    assert "what=reader-not-loaded name='ours'" in caplog.text
