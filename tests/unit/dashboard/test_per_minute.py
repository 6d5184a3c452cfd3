"""Counts by the minute."""

from dashboard.per_minute import MAX_KEYS, PerMinute


def test_each_key_is_counted_by_itself_and_anew_each_minute():
    now_s = [0.0]
    counts = PerMinute(lambda: now_s[0])
    assert [counts.count(key) for key in "aab"] == [1, 2, 1]
    now_s[0] = 59.0
    assert counts.count("a") == 3
    now_s[0] = 60.0
    assert [counts.count(key) for key in "aab"] == [1, 2, 1]


def test_very_many_keys_take_no_more_memory():
    counts = PerMinute(lambda: 0.0)
    for number in range(MAX_KEYS):
        assert counts.count(str(number)) == 1
    assert [counts.count(f"new {number}") for number in range(3)] == [1, 2, 3]
    assert counts.count("0") == 2
