from bench.lines import Line
from bench.parts import Sizes, measure_readers


def test_each_kind_of_file_is_read_and_has_its_line(tmp_path):
    sizes = Sizes(rows=1_000, experiments=0, series=(), tabs=0, short=True)
    lines = measure_readers(sizes, tmp_path, ())
    assert [(line.work, line.size) for line in lines] == [
        ("read .ndax", 250),
        ("read .xlsx", 100),
        ("read .res", 1_000),
        ("read .mpr", 1_000),
        ("read .mpr: the reader alone", 1_000),
        ("read .parquet: most memory", 1_000),
        ("read .parquet: most memory", 5_000),
    ]
    assert all(isinstance(line, Line) and line.median > 0 for line in lines)
