from bench.parts import Sizes, measure_cycles


def test_each_work_has_its_line(tmp_path):
    sizes = Sizes(rows=100_000, experiments=0, series=(), tabs=0, short=True)
    lines = measure_cycles(sizes, tmp_path, ())
    assert [(line.work, line.size) for line in lines] == [
        ("cycle table from samples", 100_000),
        ("cycle table from kept totals", 100_000),
        ("1,000 new samples and their table", 100_000),
        ("another choice", 100_000),
        ("dQ/dV of a cycle", 10_000),
        ("10,000 cycles drawn, from their table", 10_000),
        ("cycle table from samples: most memory", 100_000),
    ]
    assert all(line.median > 0 for line in lines)
    assert lines[0].limit_median
