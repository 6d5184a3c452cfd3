"""What is asked before a station is told something."""

from cycling.terms import StationCommand, StationState
from pages.live.commands import question
from pages.live.content import live_view
from tests.running_lab import RunningLab
from tests.unit.components.tree import text


def test_what_nobody_has_looked_at_is_named_before_current_flows_again(store):
    lab = RunningLab(store)
    station = lab.station("Station 01", lab.unit())
    cell, profile = lab.battery("Cell", "1"), lab.profile("Rest")
    run = lab.experiment("Ageing", station, cell, profile)
    lab.live(station, run, state=StationState.PAUSED, output_on=False)

    def asked(kind: StationCommand) -> str:
        return text(question(live_view(store, station), kind).words)

    assert "acknowledged" not in asked(StationCommand.RESUME)
    lab.alarm(station, "The station was off.", code="interrupted", experiment_id=run)
    assert "not acknowledged yet: The station was off." in asked(StationCommand.RESUME)
    assert "acknowledged" not in asked(StationCommand.STOP)
