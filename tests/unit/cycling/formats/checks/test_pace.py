import pytest

from cycling.formats import verify


@pytest.mark.parametrize(
    ("label", "interval_s", "codes"),
    [("Clock", 20, ["clock-minutes"]), ("Clock", 60, []), ("Time (s),Clock", 20, [])],
)
def test_a_clock_of_whole_minutes_that_alone_counts_is_a_warning(
    proposed, label, interval_s, codes
):
    lines = [f"{label},U (V),I (A)"]
    for second in range(0, 3600, interval_s):
        time = f"{second}," if "Time" in label else ""
        minute = f"{second // 60:02}"
        lines.append(f"{time}2026-03-16 10:{minute},{3.5 + second / 1e4:.4f},1")
    found = verify(*proposed("\n".join(lines) + "\n")).problems
    assert [p.code for p in found if p.code.startswith("clock")] == codes
