"""How a virtual station obeys commands, and what it refuses."""

import msgspec
import numpy as np
import pytest

from cycling.terms import StationCommand
from master_node.protocol.messages import Command
from tests.virtual import LEAD_ACID, SAFE, Lab, cc, charge_ah, cp, cv, offer_of, wait


def command(kind, number=1, experiment=1, **more):
    return Command(
        id=number, kind=StationCommand(kind), epoch=1, station=1, experiment=experiment, **more
    )


class TestCommands:
    def test_stop_ends_it_at_once(self):
        lab = Lab().begin(cc(1.0, time=1000), wait(100)).go(100.5)
        assert lab.station.command(
            command("stop", reason="Stopped by ada: wrong cell"), lab.now
        ) == (True, "")
        assert not lab.station.output_on
        lab.go(100)
        assert lab.kinds() == ["Started", "StepEnded", "Ended"]
        assert lab.ends() == ["stopped"]
        assert (lab.events[-1].result, lab.events[-1].reason) == (
            "stopped",
            "Stopped by ada: wrong cell",
        )
        assert lab.samples[-1].test_time_s == 100.5
        assert lab.station.state == "idle"

    def test_stop_ends_what_is_paused(self):
        lab = Lab().begin(cc(1.0, time=1000)).go(10)
        lab.station.command(command("pause"), lab.now)
        lab.go(10)
        assert lab.station.command(command("stop", 2), lab.now).done
        lab.go(10)
        assert lab.kinds()[-2:] == ["StepEnded", "Ended"]

    def test_stop_where_nothing_runs_is_done_and_says_so(self):
        assert Lab().station.command(command("stop"), 0.0) == (
            True,
            "Nothing was running; the output is off.",
        )

    def test_stop_of_another_experiment_leaves_this_one_alone(self):
        lab = Lab().begin(cc(1.0, time=1000)).go(10)
        assert lab.station.command(command("stop", experiment=99), lab.now) == (
            False,
            "The station is running with experiment 1.",
        )
        assert lab.station.output_on

    def test_pause_and_resume_keep_the_counters(self):
        lab = Lab().begin(cc(1.0, time=300, capacity=1.0)).go(100)
        lab.station.command(command("pause", 5, reason="by ada"), lab.now)
        heartbeat = lab.station.heartbeat(1, 0)
        assert (heartbeat.state, heartbeat.output_on, heartbeat.current, heartbeat.detail) == (
            "paused",
            False,
            0.0,
            "by ada",
        )
        lab.go(5000)
        assert lab.samples[-1].test_time_s == 100
        assert lab.station.command(command("resume", 6), lab.now).done
        lab.go(500)
        paused, resumed = lab.events[1:3]
        assert (paused.command, paused.interrupted, resumed.command) == (5, False, 6)
        assert paused.voltage < paused.voltage_before
        assert resumed.at - paused.at == pytest.approx(5000)
        assert lab.ends() == ["time"]
        assert lab.events[3].test_time_s == pytest.approx(300.01)
        assert charge_ah(lab.samples) == pytest.approx(300 / 3600, rel=1e-3)
        times = [one.test_time_s for one in lab.samples if not one.paused]
        assert np.all(np.diff(times) > 0)

    def test_in_a_pause_the_terminals_are_recorded(self):
        lab = Lab().begin(cc(1.0, time=300)).go(100.5)
        lab.station.command(command("pause"), lab.now)
        paused_at = lab.now
        lab.go(25)
        lab.station.command(command("resume", 2), lab.now)
        lab.go(10)
        rest = [one for one in lab.samples if one.paused]
        assert [one.at - paused_at for one in rest] == pytest.approx(
            [0.01, 10.01, 20.01, 25], abs=0.011
        )
        assert {one.test_time_s for one in rest} == {100.5}
        assert {(one.instruction, one.step) for one in rest} == {(0, 1)}  # that which waits
        assert max(abs(one.current) for one in rest) < 0.01  # measured
        assert rest[0].voltage > rest[-1].voltage  # relaxes
        assert [one.n for one in lab.samples] == list(range(len(lab.samples)))
        assert np.all(np.diff([one.at for one in lab.samples]) > 0)
        first = next(one for one in lab.samples if one.n > rest[-1].n)
        assert first.current == pytest.approx(1.0, abs=0.01)

    def test_pause_between_instructions_and_pause_twice(self):
        lab = Lab().begin(cc(1.0, time=100), wait(100)).go(100)
        assert lab.station.command(command("pause"), lab.now).done
        assert lab.station.command(command("pause", 2), lab.now) == (True, "It was paused already.")
        lab.go(50)
        assert lab.station.command(command("resume", 3), lab.now).done
        assert (
            lab.station.command(command("resume", 4), lab.now).reason == "It was running already."
        )
        assert lab.finish().ends() == ["time", "time"]

    @pytest.mark.parametrize("kind", ["pause", "resume", "stop"])
    def test_an_expired_command_is_not_carried_out(self, kind):
        lab = Lab().begin(cc(1.0, time=1000)).go(100)
        assert lab.station.command(command(kind, expires_at=lab.now - 3), lab.now) == (
            False,
            "The command came 3 s too late by this unit's clock.",
        )
        assert lab.station.state == "running"

    @pytest.mark.parametrize("kind", ["pause", "resume"])
    def test_pause_and_resume_need_an_experiment(self, kind):
        assert Lab().station.command(command(kind), 0.0) == (
            False,
            "No experiment runs on this station.",
        )


REFUSED = [
    (cc(11, time=5), "CC 11 A", "11 A is outside the device's -10 to 10 A."),
    (cc(7, time=5), "CC 7 A", "7 A is outside the safe -6.5 to 6.5 A."),
    (cv(5.5, time=5), "CV 5.5 V", "5.5 V is outside the device's 0 to 5 V."),
    (cv(4.4, time=5), "CV 4.4 V", "4.4 V is outside the safe 2.45 to 4.25 V."),
    (cv(0, time=5), "CV 0 V", "the set-point of CV is above 0 V."),
    (cp(80, time=5), "CP 80 W", "80 W is outside the device's -50 to 50 W."),
    (cc(1, voltage=6), "CC 1 A", "6 V is outside the device's 0 to 5 V."),
    (cv(4, current=11), "CV 4 V", "11 A is outside the device's 0 to 10 A."),
    (cc(1, current=1), "CC 1 A", "it cannot end by CURRENT, only by CAPACITY, ENERGY, POWER, "),
    (cv(4, voltage=4), "CV 4 V", "it cannot end by VOLTAGE, only by CAPACITY, CURRENT, "),
    (cp(4, power=4), "CP 4 W", "it cannot end by POWER, only by CAPACITY, CURRENT, ENERGY, "),
    (cc(0, voltage=4), "CC 0 A", "it cannot end by VOLTAGE, only by TEMPERATURE, TIME."),
    (cc(1, capacity=0), "CC 1 A", "a CAPACITY limit is above 0."),
    (cc(1, time=-1), "CC 1 A", "a TIME limit is not negative."),
    (cv(4, max_current=0, time=1), "CV 4 V", "a most current is above 0 and stands with CV"),
]


class TestOffers:
    @pytest.mark.parametrize(("instruction", "name", "reason"), REFUSED)
    def test_what_cannot_be_carried_out_is_refused_with_the_instruction(
        self, instruction, name, reason
    ):
        lab = Lab()
        found = lab.station.offer(offer_of(instruction), lab.now)
        assert found.startswith(f"Instruction 0 ({name}): {reason}")
        assert lab.station.experiment is None

    def test_the_instruction_that_is_wrong_is_named(self):
        steps = (wait(10), cc(1, time=5), cc(12, time=5))
        assert Lab().station.offer(offer_of(*steps), 0.0).startswith("Instruction 2 (CC 12 A)")

    def test_a_busy_station_refuses(self):
        lab = Lab().begin(wait(100))
        reason = lab.station.offer(offer_of(wait(10), experiment=2), lab.now)
        assert reason == "The station is busy with experiment 1."

    def test_an_offer_that_comes_too_late_is_refused(self):
        reason = Lab().station.offer(offer_of(wait(10), expires_at=90.0), 100.0)
        assert reason == "The offer came 10 s too late by this unit's clock."

    def test_a_battery_that_does_not_fit_the_device_is_refused(self):
        safe = msgspec.structs.replace(SAFE, voltage=None, current=None)
        reason = Lab(0).station.offer(offer_of(wait(10), battery=LEAD_ACID, safety=safe), 0.0)
        assert reason.startswith("Before the start: Voltage at the device")
