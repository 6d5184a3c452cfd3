"""The colours of cycles."""

from components.figures.viridis import STOPS, colour_at, scale, viridis


def test_the_map_goes_through_its_stops():
    assert [colour_at(n / 9) for n in range(10)] == list(STOPS)


def test_the_colour_of_a_number_is_that_of_the_bar():
    first, middle, last = viridis([1, 6, 11])
    assert (first, last) == (scale()[0][1], scale()[-1][1])
    assert middle == scale()[5][1]
    assert viridis([7]) == [scale()[5][1]]
    assert viridis([]) == []


def test_what_would_not_be_seen_on_the_ground_is_left_out():
    assert viridis([1, 2])[1] != STOPS[-1]  # yellow on white
    assert viridis([1, 2], dark=True)[0] != STOPS[0]  # violet on black
