"""The small line of a tile."""

from components.figures.sparkline import capacity_path, picture, spark_paths


def pieces(trend) -> int:
    return spark_paths(trend)[0].count("M")


def test_it_breaks_where_a_time_is_missing():
    every_half = [(30.0 * n, 3.7 + 0.01 * n) for n in range(20)]
    outage = [(at + 85 * (at > 300), volts) for at, volts in every_half]
    assert (pieces(every_half), pieces(outage)) == (1, 2)
    rarely = [(120.0 * n, 3.7) for n in range(20)]
    assert pieces(rarely) == 1


def test_it_breaks_at_an_outage_that_is_shorter_than_its_steps():
    trend = [(0.0, 5.2), (5.0, 5.27), (14.0, None), (15.0, 5.68), (20.0, 5.7)]
    assert pieces(trend) == 2
    assert spark_paths([(0.0, 5.2), (5.0, None)]) == ("", "")


def test_a_break_is_shaded_and_seen_however_short_it_is():
    short = [(0.0, 5.2), (1800.0, 5.27), (1801.0, None), (1802.0, 5.68), (3600.0, 5.7)]
    assert spark_paths(short)[1] == "M120 0H123V36H120z"
    long = [(0.0, 5.2), (900.0, 5.27), (901.0, None), (2700.0, 5.68), (3600.0, 5.7)]
    assert spark_paths(long)[1] == "M60 0H180V36H60z"
    assert spark_paths([(0.0, 5.2), (5.0, 5.3)])[1] == ""


def test_one_point_is_no_line():
    assert spark_paths([(0.0, 3.7)]) == ("", "")


def test_the_line_of_capacities_falls_with_them_and_noise_is_no_slope():
    falls = capacity_path([5.0, 4.8, 4.0])
    assert falls == "M0 3.0L120 9.0L240 33.0"
    flat = capacity_path([5.0, 5.001, 5.0])
    assert {float(one.split(" ")[1]) for one in flat[1:].split("L")} <= {17.4, 18.6}
    assert capacity_path([5.0]) == capacity_path([]) == ""


def test_as_a_picture_it_has_no_quote_that_would_end_an_attribute():
    address = picture(capacity_path([5.0, 4.0]))
    assert address.startswith("data:image/svg+xml,%3Csvg")
    assert not set("\"'<> ") & set(address)
