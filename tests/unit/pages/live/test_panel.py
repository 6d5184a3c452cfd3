"""The list of instructions beside the live graph."""

from datetime import UTC

from cycling.terms import ExperimentStatus, LimitType, Mode
from db.queries.profiles.compiled import CompiledProfile, CompiledRow
from db.queries.stations.run import StepEndFacts
from pages.live.content import live_view
from pages.live.panel import listed, panel_cards
from tests.running_lab import RunningLab
from tests.unit.components.tree import find, text


def test_a_step_whose_time_several_rows_share_is_listed_once_with_its_time():
    """A run of ours that was offered in rows names the last of them at the end of the step."""
    rest = CompiledRow(
        1, Mode.WAIT, 0.0, ((LimitType.TIME, 300.0),), line=1, further=((2, 100.0), (3, 200.0))
    )
    charge = CompiledRow(4, Mode.CC, 1.0, ((LimitType.VOLTAGE, 4.2),), line=2)
    compiled = CompiledProfile((rest, charge), None, {})
    ended = StepEndFacts(instruction_id=3, test_time_s=300.0, ended_by="time", took_s=300.0)
    lines = listed(compiled, 1, [ended])
    assert [(one.number, one.state, one.took_s) for one in lines] == [
        (1, "done", 300.0),
        (2, "now", None),
    ]


def test_what_has_finished_stands_in_its_last_round(store):
    lab = RunningLab(store)
    station = lab.station("Station 01", lab.unit())
    over = {"status": ExperimentStatus.FINISHED, "finished_at": lab.now}
    cell, profile = lab.battery("Cell", "1"), lab.profile("Three", cycles=3)
    run = lab.experiment("Ageing", station, cell, profile, **over)
    lab.live(station)
    lab.run(run, station)
    drawn = panel_cards(live_view(store, station), UTC, operates=True)
    (steps,) = find(drawn[0], className="bem-steps")
    assert "Cycle 3 of 3" in text(steps)
    assert not find(steps, className="next")
