"""What the heartbeats of a unit say of its clock."""

from master_node.heartbeats import OFF_IN_A_ROW, Clocks


def heartbeats(clocks: Clocks, *made_and_came: tuple[float, float]) -> list[bool]:
    return [clocks.note("unit", made, made - came) for made, came in made_and_came]


def test_a_clock_that_is_off_is_found_once():
    found = heartbeats(Clocks(), *((100.0 + n, 190.0 + n) for n in range(6)))
    assert found == [n == OFF_IN_A_ROW - 1 for n in range(6)]


def test_beats_that_were_held_up_together_say_nothing_of_the_clock():
    clocks = Clocks()
    assert not any(heartbeats(clocks, (100.0, 100.1), (101.0, 101.1)))
    held_up = ((102.0 + n, 190.0 + n / 100) for n in range(40))
    assert not any(heartbeats(clocks, *held_up))
    assert not any(heartbeats(clocks, (191.0, 191.1), (192.0, 192.1)))
    assert any(heartbeats(clocks, *((193.0 + n, 250.0 + n) for n in range(4))))


def test_a_beat_whose_transaction_is_tried_again_counts_once():
    assert not any(heartbeats(Clocks(), *[(100.0, 190.0)] * 5))


def test_of_the_beats_that_are_off_the_one_that_came_the_quickest_says_by_how_much():
    clocks = Clocks()
    assert any(heartbeats(clocks, (100.0, 3700.3), (101.0, 3701.0), (102.0, 3704.0)))
    assert clocks.off_by_s("unit") == -3600.0
