"""Attempts to break the safety rules that a virtual station keeps with everything else dead."""

import msgspec
import pytest

from cycling.terms import StationCommand
from master_node.protocol.messages import Command, Safety
from master_node.virtual_cycler.records import Progress
from master_node.virtual_cycler.safety import Breach
from tests.virtual import CELL, SAFE, Lab, cc, cp, cv, offer_of, wait


def safe(**values):
    return msgspec.structs.replace(SAFE, **values)


def tripped(lab):
    """The trip, after checking that it ended everything at once."""
    assert lab.kinds()[-3:] == ["StepEnded", "Tripped", "Ended"]
    step, trip, end = lab.events[-3:]
    assert step.ended_by == "tripped"
    assert (end.result, end.output_off, end.reason) == ("error", True, trip.text)
    assert trip.test_time_s == end.test_time_s == lab.samples[-1].test_time_s
    assert lab.station.state == "error"
    assert not lab.station.output_on
    kept = len(lab.samples), len(lab.events)
    lab.go(3600)
    assert (len(lab.samples), len(lab.events)) == kept, "something went on after a trip"
    return trip


class TestTrips:
    def test_voltage_too_high(self):
        lab = Lab().begin(cc(2.0, time=36000), wait(10), safety=safe(voltage=(2.5, 4.0))).finish()
        trip = tripped(lab)
        assert (trip.channel, trip.limit) == ("voltage", 4.0)
        assert 4.0 < trip.value < 4.001
        assert trip.text == "Voltage 4.0001 V is above the limit of 4 V."

    def test_voltage_too_low(self):
        lab = Lab().begin(cc(-2.0, time=36000), safety=safe(voltage=(3.0, 4.2))).finish()
        assert tripped(lab).limit == 3.0

    def test_without_limits_of_the_profile_the_range_of_the_battery_holds(self):
        lab = Lab().begin(cc(2.0, time=36000), safety=Safety()).finish()
        assert tripped(lab).limit == CELL.voltage[1]

    def test_a_step_that_ends_at_the_limit_of_the_battery_does_not_trip(self):
        steps = (cc(2.0, voltage=4.2), cv(4.2, current=0.2), cc(-2.0, voltage=2.5))
        lab = Lab().begin(*steps, safety=Safety()).finish()
        assert lab.ends() == ["voltage", "current", "voltage"]

    def test_a_jump_past_both_the_end_and_the_limit_trips(self):
        lab = Lab().begin(cc(1.0, voltage=4.0), safety=safe(voltage=(2.5, 4.1))).go(10)
        lab.station.sensors.force("voltage", 4.15)
        lab.go(10)
        assert tripped(lab).value == 4.15

    def test_a_current_that_would_jump_past_both_rises_to_the_end_and_no_further(self):
        lab = Lab().begin(cc(6.0, voltage=3.6), safety=safe(voltage=(2.5, 3.7))).go(10)
        assert lab.ends() == ["voltage"]
        assert lab.samples[-1].current == 0

    def test_a_held_voltage_that_draws_too_much_trips(self):
        lab = Lab().begin(cv(4.2, time=600), safety=safe(current=(-2.0, 2.0))).go(10)
        trip = tripped(lab)
        assert (trip.channel, trip.limit, trip.test_time_s) == ("current", 2.0, 0)

    def test_a_power_that_draws_ever_more_trips(self):
        limits = safe(current=(-2.5, 2.5), voltage=(1.0, 4.25))
        lab = Lab().begin(cp(-8.2, time=36000), safety=limits).finish()
        assert tripped(lab).value == pytest.approx(-2.5, abs=1e-3)

    def test_a_cell_that_grows_warm_trips(self):
        lab = Lab().begin(cc(-6.0, time=36000), safety=safe(temperature=(0.0, 30.0))).finish()
        trip = tripped(lab)
        assert (trip.channel, trip.limit) == ("temp_cell", 30.0)
        assert lab.samples[-1].temp_cell == pytest.approx(30.0, abs=0.2)

    def test_a_cell_that_is_suddenly_hot_trips_at_once_even_in_a_rest(self):
        lab = Lab().begin(wait(7200), record_s=600.0).go(100)
        lab.station.sensors.force("temp_cell", 70.0)
        lab.go(60)
        assert tripped(lab).test_time_s == pytest.approx(100, abs=0.01)

    def test_no_charge_of_a_cold_cell(self):
        lab = Lab().begin(wait(10), cc(1.0, time=60), safety=safe(charge_temperature_min=0.0))
        lab.station.sensors.force("temp_cell", -5.0)
        lab.go(60)
        trip = tripped(lab)
        assert trip.test_time_s == pytest.approx(10.01)
        assert trip.text == "Charge at -5 degC, below the least temperature of 0 degC."

    def test_a_cold_cell_may_be_discharged(self):
        lab = Lab().begin(cc(-1.0, time=60), safety=safe(charge_temperature_min=0.0))
        lab.station.sensors.force("temp_cell", -5.0)
        assert lab.go(100).ends() == ["time"]

    def test_a_cell_that_grows_cold_while_it_is_charged_trips(self):
        lab = Lab().begin(cc(1.0, time=600), safety=safe(charge_temperature_min=0.0)).go(50)
        lab.station.sensors.force("temp_cell", -0.5)
        assert tripped(lab.go(10)).channel == "temp_cell"

    @pytest.mark.parametrize("channel", ["temp_cell", "voltage", "current"])
    @pytest.mark.parametrize(("speed", "tick_s"), [(1.0, 0.25), (100.0, 0.1)])
    def test_a_channel_that_falls_silent_trips_in_time(self, channel, speed, tick_s):
        lab = Lab(speed=speed).begin(cc(1.0, time=7200), record_s=60.0).go(3000 / speed, tick_s)
        lab.station.sensors.silence(channel)
        trip = tripped(lab.go(20 / speed, tick_s))
        assert (trip.channel, trip.limit, trip.value) == (channel, 5.0, None)
        assert trip.test_time_s == pytest.approx(3005.0, abs=0.01)

    def test_a_channel_that_speaks_again_in_time_does_not_trip(self):
        lab = Lab().begin(cc(1.0, time=60), record_s=1.0).go(10)
        lab.station.sensors.silence("temp_cell")
        lab.go(4.5, 0.5)
        lab.station.sensors.heal()
        assert lab.go(100).ends() == ["time"]
        assert [one.n for one in lab.samples if one.temp_cell is None] == [11, 12, 13, 14]

    def test_a_temperature_that_nobody_watches_may_be_silent(self):
        lab = Lab().begin(cc(1.0, time=60), safety=safe(temperature=None)).go(10)
        lab.station.sensors.silence("temp_cell")
        assert lab.go(100).ends() == ["time"]

    def test_the_range_of_the_device_holds_where_the_limits_are_wide(self):
        lab = Lab().begin(cc(2.0, time=36000), safety=safe(voltage=(0.0, 50.0))).finish()
        trip = tripped(lab)
        assert (trip.channel, trip.limit) == ("device_voltage", 5.0)

    def test_a_reason_from_outside_trips_too(self):
        lab = Lab().begin(cc(1.0, time=600)).go(10)
        lab.station.trip(Breach("memory", None, 30.0, "Nothing could be recorded."), lab.now)
        lab.collect()
        assert tripped(lab).channel == "memory"


class TestAfterATrip:
    def test_no_other_experiment_begins_before_the_end_is_known(self):
        lab = Lab().begin(cc(2.0, time=36000), safety=safe(voltage=(2.5, 4.0))).finish()
        reason = lab.station.offer(offer_of(wait(10), experiment=2), lab.now)
        assert reason == "The station is in error until the end of its last experiment is known."
        lab.station.acknowledge_end(99)
        assert lab.station.state == "error"
        lab.station.acknowledge_end(1)
        assert lab.station.state == "idle"
        lab.begin(wait(10), experiment=2)

    @pytest.mark.parametrize("kind", [StationCommand.RESUME, StationCommand.PAUSE])
    def test_it_is_not_resumed(self, kind):
        lab = Lab().begin(cc(2.0, time=36000), safety=safe(voltage=(2.5, 4.0))).finish()
        told = Command(id=1, kind=kind, epoch=1, station=1, experiment=1)
        assert not lab.station.command(told, lab.now).done
        assert not lab.go(100).station.output_on

    def test_stop_says_that_the_output_is_off(self):
        lab = Lab().begin(cc(2.0, time=36000), safety=safe(voltage=(2.5, 4.0))).finish()
        told = Command(id=1, kind=StationCommand.STOP, epoch=1, station=1, experiment=1)
        assert lab.station.command(told, lab.now).done
        assert lab.kinds().count("Ended") == 1


class TestBeforeAStart:
    def test_a_battery_outside_its_range_is_refused(self):
        lab = Lab()
        reason = lab.station.offer(offer_of(wait(10), safety=safe(voltage=(3.9, 4.2))), lab.now)
        assert reason.startswith("Before the start: Voltage 3.")
        assert reason.endswith("V is below the limit of 3.9 V.")

    @pytest.mark.parametrize("channel", ["temp_cell", "voltage"])
    def test_a_silent_channel_is_refused(self, channel):
        lab = Lab()
        lab.station.sensors.silence(channel)
        assert lab.station.offer(offer_of(wait(10)), lab.now) == f"{channel} is silent."

    def test_a_hot_cell_is_refused(self):
        lab = Lab()
        lab.station.sensors.force("temp_cell", 65.0)
        assert "Cell temperature 65 degC" in lab.station.offer(offer_of(wait(10)), lab.now)

    def test_reversed_limits_are_refused(self):
        reason = Lab().station.offer(offer_of(wait(10), safety=safe(voltage=(4.2, 2.5))), 0.0)
        assert reason == "The safety limits are no ranges: the lower end must come first."

    def test_resuming_is_held_to_the_same(self):
        lab = Lab().begin(cc(1.0, time=600)).go(10)
        pause = Command(id=1, kind=StationCommand.PAUSE, epoch=1, station=1, experiment=1)
        resume = msgspec.structs.replace(pause, id=2, kind=StationCommand.RESUME)
        lab.station.command(pause, lab.now)
        lab.station.sensors.force("temp_cell", 65.0)
        done, reason = lab.station.command(resume, lab.now)
        assert not done
        assert reason.startswith("Before the start: Cell temperature 65 degC")
        assert lab.station.state == "paused"


class TestAfterAnOutage:
    def again(self, lab, **offer):
        """Another station process that finds what the first one had kept."""
        progress = lab.station.progress()
        kept = msgspec.json.decode(msgspec.json.encode(progress), type=Progress)
        other = Lab()
        other.now = lab.now + 3600
        other.station.restore(offer_of(*offer["steps"]), kept, other.now)
        other.collect()
        return other

    def test_nothing_goes_on_by_itself(self):
        steps = (cc(1.0, time=600), wait(100))
        lab = Lab().begin(*steps).go(100)
        other = self.again(lab, steps=steps)
        paused = other.events[0]
        assert other.kinds() == ["Paused"]
        assert paused.interrupted
        assert paused.n == len(lab.events)
        assert paused.voltage_before == pytest.approx(lab.samples[-1].voltage, abs=2e-3)
        assert paused.voltage < paused.voltage_before
        other.go(5000)
        assert other.samples
        assert all(one.paused and abs(one.current) < 0.01 for one in other.samples)
        assert not other.station.output_on

    def test_resumed_it_goes_on_where_it_was_and_numbers_go_on(self):
        steps = (cc(1.0, time=600), wait(100))
        lab = Lab().begin(*steps).go(100)
        other = self.again(lab, steps=steps)
        told = Command(id=3, kind=StationCommand.RESUME, epoch=1, station=1, experiment=1)
        assert other.station.command(told, other.now).done
        other.finish()
        assert other.kinds() == ["Paused", "Resumed", "StepEnded", "StepEnded", "Ended"]
        assert other.samples[0].n == lab.samples[-1].n + 1
        assert other.events[2].test_time_s == pytest.approx(600.01)

    def test_what_was_paused_stays_paused_and_what_tripped_stays_ended(self):
        lab = Lab().begin(cc(1.0, time=600)).go(100)
        told = Command(id=3, kind=StationCommand.PAUSE, epoch=1, station=1, experiment=1)
        lab.station.command(told, lab.now)
        other = self.again(lab, steps=(cc(1.0, time=600),))
        (back,) = other.events
        assert (back.interrupted, other.station.state) == (True, "paused")  # it was off in a pause
        assert other.station.progress().detail == lab.station.progress().detail
        lab = Lab().begin(cc(2.0, time=36000), safety=safe(voltage=(2.5, 4.0))).finish()
        other = self.again(lab, steps=(cc(2.0, time=36000),))
        assert (other.events, other.station.state) == ([], "error")
        assert not other.go(1000).station.output_on
