import pytest

from cycling.formats import read_measures, verify
from cycling.formats.heads import head_start

ROWS = "".join(f"{60 * n}\t{3.3 + 0.01 * n}\t1.0\n" for n in range(5))


@pytest.mark.parametrize(
    ("head", "names", "zone", "unix_s"),
    [
        ("Acquisition started on : 06/07/2024 11:38:41.707", "time/s", "UTC", 1717760321.707),
        ("~Start of Test: 07.06.2024 11:38:41", "Time[s]", "UTC", 1717760321),
        ("Started: 2024-06-07 11:38:41", "Time (s)", "Europe/Madrid", 1717753121),
        ("Date of Test:\t07-Jun-24 11:38:41 AM", "Test (Sec)", "UTC", 1717760321),
    ],
)
def test_a_file_without_a_clock_begins_when_its_head_says(proposed, head, names, zone, unix_s):
    table, mapping = proposed(f"{head}\n\n{names}\tEwe/V\tI/mA\n{ROWS}")
    mapping = type(mapping)(mapping.format, mapping.columns, True, zone)
    assert head_start(table, mapping).unix_s == pytest.approx(unix_s, abs=1e-3)
    result = verify(table, mapping)
    assert result.starts_at == pytest.approx(unix_s, abs=1e-3)
    assert [one.kind for one in result.mapping.inferred] == ["start"]
    (block,) = read_measures(table, result.mapping)
    assert block.unix_time_s[-1] == pytest.approx(unix_s + 240, abs=1e-3)
    (block,) = read_measures(table, result.mapping, use_head=False)
    assert block.unix_time_s is None


def test_a_clock_counts_more_than_the_head(proposed):
    head = "Started: 2024-06-07 11:38:41\n\nTime (s),U (V),I (A),Clock\n"
    table, mapping = proposed(head + "0,3.5,1,1717700000\n60,3.6,1,1717700060\n")
    assert head_start(table, mapping) is None
    assert verify(table, mapping).starts_at == 1717700000


@pytest.mark.parametrize(
    ("start", "codes"),
    [
        ("03/04/2026 10:00:00", ["date-order"]),
        ("03/14/2026 10:00:00", []),
        ("14/03/2026", ["no-start-time"]),
    ],
)
def test_what_is_not_sure_about_the_start_is_said(proposed, start, codes):
    table, mapping = proposed(f"Start Time:\t{start}\n\nTime (s)\tU (V)\tI (A)\n{ROWS}")
    assert [p.code for p in verify(table, mapping).problems] == codes
