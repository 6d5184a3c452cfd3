import pytest

from cycling.formats import Field, read_measures, verify
from cycling.formats.values.dates import plain_clock


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("23-Nov-23 3:56:11 PM", "2023-11-23 3:56:11 PM"),
        ("Nov 23, 2023 10:00:01", "2023-11-23 10:00:01"),
        ("23. November 2023 10:00", "2023-11-23 10:00"),
        ("01.Mär.2026 12:00:00", "2026-03-01 12:00:00"),
        ("01-févr.-26 3:00:00", "2026-02-01 3:00:00"),
        ("23 de noviembre de 2023 10:00:00", "2023-11-23 10:00:00"),
        ("2023-Nov-23 10:00", "2023-11-23 10:00"),
        ("Mon Nov 23 10:00:00 2023", "2023-11-23 10:00:00"),
        ("Thu, 23 Nov 2023 10:00:00 GMT", "2023-11-23 10:00:00 GMT"),
        ("17 May 2019, 09:09:25 AM", "2019-05-17 09:09:25 AM"),
        ("2026年3月16日 10:00:05", "2026-3-16 10:00:05"),
        ("2026/3/16 下午 2:00:00", "2026-3-16 2:00:00 PM"),
        ("10/20/2026 08:00:00 a. m.", "10-20-2026 08:00:00 AM"),
        ("10/20/2026 8:00:00\u202fPM", "10-20-2026 8:00:00 PM"),
        ("10/20/2026 08.00.00 p.\u00a0m.", "10-20-2026 08.00.00 PM"),
        ("23 мар 2026 10:00:00", "2026-03-23 10:00:00"),
        ("23-kwi-2026 10:00:00", "2026-04-23 10:00:00"),
        ("23 čvn 2026 10:00:00", "2026-06-23 10:00:00"),
        ("23 červenec 2026 10:00:00", "2026-07-23 10:00:00"),
        ("23 Ağu 2026 10:00:00", "2026-08-23 10:00:00"),
        ("20260323100000", "2026-03-23 10:00:00"),
        ("20260323 100000.5+0100", "2026-03-23 10:00:00.5+0100"),
        ("20261323100000", "20261323100000"),
        ("CC Chg", "CC Chg"),
    ],
)
def test_a_date_with_words_becomes_a_plain_one(text, plain):
    assert plain_clock(text) == plain


@pytest.mark.parametrize(
    "clocks",
    [
        ("23-Nov-23 11:59:00 AM", "23-Nov-23 12:00:00 PM"),
        ("11/23/2023 11.59.00 a.\u00a0m.", "11/23/2023 12.00.00 p.\u00a0m."),
        ("23.11.2023 11.59.00", "23.11.2023 12.00.00"),
        ("23 nov. 2023 11:59:00", "23 nov. 2023 12:00:00"),
        ("2023年11月23日 11:59:00", "2023年11月23日 12:00:00"),
    ],
)
def test_clocks_of_many_countries_are_the_same_time(proposed, clocks):
    rows = "".join(f"{clock};3.5;1\n" for clock in clocks)
    table, mapping = proposed(f"Zeitpunkt;U [V];I [A]\n{rows}")
    assert mapping.column(Field.CLOCK).label == "Zeitpunkt"
    mapping = verify(table, mapping.with_column(2, Field.CURRENT)).mapping
    mapping = type(mapping)(mapping.format, mapping.columns, positive_is_charge=True)
    (block,) = read_measures(table, mapping)
    assert block.test_time_s.tolist() == [0, 60]
    assert block.unix_time_s[0] == 1700740740
