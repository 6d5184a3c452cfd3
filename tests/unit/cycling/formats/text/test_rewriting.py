import pytest

from cycling.formats import Field, open_table, propose, read_measures, verify

ROWS = [(n, 3.5 + 0.01 * n, 1.0) for n in range(60)]


def read(path, content):
    path.write_bytes(content.encode())
    table = open_table(path, "cell.csv")
    result = verify(table, propose(table))
    assert [p.sentence for p in result.problems if p.severity == "error"] == []
    return table, result, list(read_measures(table, result.mapping))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("separator", "quote"), [(",", ""), (";", '""')])
def test_rows_that_are_quoted_as_a_whole_are_read(tmp_path, newline, separator, quote):
    rows = [("Time (s)", "U (V)", "I (A)"), *ROWS]
    lines = [separator.join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    content = newline.join(f'"{line}"' for line in lines) + newline
    _, result, blocks = read(tmp_path / "file", content)
    assert (result.rows, result.duration_s) == (60, 59)
    assert blocks[0].voltage_v[-1] == pytest.approx(4.09)


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("padded", [False, True])
def test_layers_of_cycles_steps_and_records_become_one_table(tmp_path, separator, padded):
    def line(*cells):
        cells = (*cells, *[""] * (6 - len(cells))) if padded else cells
        return separator.join(map(str, cells))

    lines = ["cell id: 7", line("Cycle", "Cap (Ah)"), line("", "Step", "Type")]
    lines.append(line("", "", "Record", "Time (s)", "U (V)", "I (A)"))
    for cycle in (1, 2):
        lines.append(line(cycle, 0.5))
        for step, word in ((1, "CC Chg"), (2, "CC DChg")):
            lines.append(line("", step, word))
            for n in range(5):
                time = (cycle - 1) * 10 + (step - 1) * 5 + n
                lines.append(line("", "", n, time, 3.5 + 0.01 * n, 1.0))
    table, result, blocks = read(tmp_path / "file", "\n".join(lines) + "\n")
    assert (result.rows, result.duration_s) == (20, 19)
    assert blocks[0].cycle.tolist() == [1] * 10 + [2] * 10
    assert blocks[0].step_id.tolist() == ([1] * 5 + [2] * 5) * 2
    assert blocks[0].current_a.tolist() == ([1] * 5 + [-1] * 5) * 2  # the step says the sign
    assert table.labels[:4] == ("Cycle", "Step", "Type", "Record")


@pytest.mark.parametrize("units", ["#\ts\tV vs. Ref.\tA", "#\tms\tmV\tmA"])
def test_curves_of_a_gamry_file_are_joined_and_its_open_circuit_is_left_out(tmp_path, units):
    curve = "CURVE{}\tTABLE\t{}\n\tPt\tT\tVf\tIm\n\t" + units + "\n"
    content = "EXPLAIN\nTAG\tCV\nDATE\tLABEL\t3/10/2019\tDate\nTIME\tLABEL\t12:00:00\tTime\n"
    content += "OCVCURVE\tTABLE\t2\n\tPt\tT\tVf\n\t#\ts\tV\n\t0\t1\t3.5\n\t1\t2\t3.5\n"
    for number in (1, 2):
        content += curve.format(number, 10)
        start = (number - 1) * 5
        content += "".join(f"\t{n}\t{start + n}\t{3.5 + n}\t0.5\n" for n in range(5))
    content += "EXPERIMENTABORTED\tTOGGLE\tT\tExperiment Aborted\n"
    _, result, blocks = read(tmp_path / "file", content)
    assert result.rows == 10
    scale = 1000 if "mV" in units else 1
    assert result.duration_s == pytest.approx(9 / scale)
    assert blocks[0].voltage_v[0] == pytest.approx(3.5 / scale)
    assert result.starts_at == pytest.approx(1552219200, abs=1)


def test_a_head_of_any_length_is_passed_over(tmp_path):
    head = "[Protocol]\n" + "   [1 Save data if step time is greater than 1 seconds]\n" * 5000
    rows = "".join(f"{n},{u},{i}\n" for n, u, i in ROWS)
    table, result, _ = read(tmp_path / "file", f"{head}[Data]\nTime (s),U (V),I (A)\n{rows}")
    assert (table.header_row, result.rows) == (5003, 60)


@pytest.mark.parametrize("units", [",[V],[A]", "(s),(V),(A)", "s,V,mA", "h:min:s,mV,uA"])
def test_a_row_of_units_belongs_to_the_names_above_it(tmp_path, units):
    duration = "0:00:0{}" if "h:min" in units else "{}"
    rows = "".join(f"{duration.format(n % 10)},{3.5 + n},{1.5}\n" for n in range(8))
    table, _, _ = read(tmp_path / "file", f"Prog Time,Voltage,Current\n{units}\n{rows}")
    mapping = propose(table)
    got = [mapping.column(f).unit for f in (Field.TEST_TIME, Field.VOLTAGE, Field.CURRENT)]
    expected = [unit.strip("[]()") for unit in units.split(",")]
    assert got == [expected[0] or "s", *expected[1:]]
