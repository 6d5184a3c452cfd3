"""The facts of an experiment in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cycling.analysis.cycles.choices import Kind
from cycling.battery.description import NewBattery
from cycling.battery.electrolyte import Electrolyte
from cycling.terms import ExperimentStatus, Polarity, Technology
from db.queries.experiments.detail import ExperimentFacts, FileFacts, SourceFacts
from db.queries.experiments.durations import Durations
from db.terms import Role
from pages.context import Viewer
from pages.experiment.facts import duration_facts, fact_groups
from tests.unit.components.tree import as_json, text

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
VERA = Viewer("vera", Role.VIEWER, "", ZoneInfo("Europe/Madrid"), dark=False, narrow=False)
BATTERY = NewBattery(
    name="Cell A",
    description="",
    manufacturer="Maker",
    model="M1",
    serial_number="SN-1",
    fabrication_date=date(2024, 1, 1),
    technology=Technology.LITHIUM,
    chemistry="NMC",
    cells=1,
    voltage_min_v=2.5,
    voltage_max_v=4.2,
    current_min_a=-5.8,
    current_max_a=2.9,
    capacity_ah=2.9,
)
KNOWN = ExperimentFacts(
    id=128,
    name="Aging",
    description="At 25 °C",
    status=ExperimentStatus.FINISHED,
    created_at=NOW,
    begun_at=NOW - timedelta(hours=5),
    finished_at=NOW - timedelta(hours=3),
    station="Station 04",
    devices=("Meter 7", "Source 9"),
    profile="Fast charge",
    measures=14210,
    battery_id=1,
    battery=BATTERY,
    source=SourceFacts("cell.csv", "BDF", "oscar", NOW),
)


def facts(known: ExperimentFacts) -> dict[str, str]:
    groups = fact_groups(known, VERA, NOW)
    return {
        name: "" if value is None else text(as_json(value))
        for group in groups
        for name, value in group
    }


def with_battery(**changes) -> dict[str, str]:
    return facts(replace(KNOWN, battery=replace(BATTERY, **changes)))


@pytest.mark.parametrize(
    ("speed", "words"),
    [(None, "Station 04"), (1.0, "Station 04, simulated"), (25.0, "Station 04, simulated 25x")],
)
def test_what_a_program_has_computed_is_marked(speed, words):
    assert facts(replace(KNOWN, simulated_speed=speed))["Station"] == words


def test_everything_that_is_known_is_said():
    assert facts(KNOWN) == {
        "Battery": "Cell A SN SN-1",
        "Made by": "Maker, M1",
        "Kind": "Lithium, NMC, 1 cell",
        "Capacity": "2.9 Ah",
        "Voltage": "2.5 to 4.2 V",
        "Current": "−5.8 to 2.9 A",
        "Station": "Station 04",
        "Devices": "Meter 7, Source 9",
        "Profile": "Fast charge",
        "Started": "20 Nov 2026, 10:00:00",
        "Ended": "20 Nov 2026, 12:00:00",
        "Wall time": "2 h 0 min",
        "Measures": "14,210",
        "Created": "20 Nov 2026, 15:00:00",
        "File": "cell.csv",
        "Format": "BDF",
        "Imported": "20 Nov 2026, 15:00:00",
        "By": "oscar",
        "Description": "At 25 °C",
    }


def test_the_time_in_which_the_station_was_off_is_said_beside_the_pauses():
    """Statistics add up what was recorded, and so have shorter pauses."""
    said = dict(duration_facts(Durations(600.0, 238.0, 900.0, off_s=5.0), UTC))
    assert (said["Pauses"], said["Station off, in pauses"]) == ("3 min 58 s", "5 s at most")
    assert len(duration_facts(Durations(600.0, 233.0, 900.0), UTC)) == 3


def test_a_station_was_off_at_most():
    took = Durations(600.0, 238.0, 900.0, off_s=5.0)
    said = dict(pair for group in fact_groups(KNOWN, VERA, NOW, took) for pair in group)
    assert said["Station off, in pauses"] == "5 s at most"
    assert said["Pauses"] == "3 min 58 s"


def test_an_experiment_that_waits_has_no_times():
    said = facts(replace(KNOWN, begun_at=None, finished_at=None))
    assert [said[name] for name in ("Started", "Ended", "Wall time")] == ["", "", ""]


def test_an_experiment_that_runs_lasts_until_now():
    said = facts(replace(KNOWN, finished_at=None))
    assert (said["Ended"], said["Wall time"]) == ("", "5 h 0 min")


def test_an_imported_experiment_says_what_its_file_says():
    facts_of_head = {"mass": "12.3 mg", "cell": "NMC-17"}
    file = FileFacts("cell.csv", "ab" * 32, 184_200, facts_of_head, kept=False)
    said = facts(replace(KNOWN, source=replace(KNOWN.source, files=(file,))))
    assert said["File"] == f"cell.csv 184.2 kB SHA-256 {'ab' * 6}"
    assert said["Cell in the file"] == "NMC-17"
    assert said["Mass in the file"] == "12.3 mg"
    assert "Schedule in the file" not in said


def test_of_many_files_the_first_are_named():
    files = tuple(FileFacts(f"{n}.csv", "0" * 64, None, {}, kept=False) for n in range(8))
    source = replace(KNOWN.source, files=files)
    (origin,) = [
        group
        for group in fact_groups(replace(KNOWN, source=source), VERA, NOW)
        if group and group[0][0] == "File"
    ]
    names = [text(as_json(value)) for name, value in origin if name in ("File", "")]
    assert len(names) == 6
    assert names[-1] == "and 3 more"


def test_an_experiment_of_a_cycler_has_no_origin():
    assert not {"File", "Format", "Imported", "By"} & set(facts(replace(KNOWN, source=None)))


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"cells": 40}, "Kind", "Lithium, NMC, 40 in series"),
        ({"chemistry": ""}, "Kind", "Lithium, 1 cell"),
        ({"current_min_a": 0.0, "current_max_a": 3.0}, "Current", "0 to 3 A"),
        ({"voltage_min_v": -0.5, "voltage_max_v": 0.0}, "Voltage", "−0.5 to 0 V"),
        ({"capacity_ah": None, "electrode_size_cm2": 12.5}, "Electrode", "12.5 cm²"),
        ({"capacity_ah": 0.0}, "Capacity", "0 Ah"),
        ({"capacity_ah": 0.002}, "Capacity", "2 mAh"),
        ({"electrode_size_cm2": 1.13}, "Electrode", "1.13 cm²"),
        ({"active_mass_g": 0.0012}, "Active mass", "1.2 mg"),
        ({"kind": Kind.ANODE_HALF}, "Kind", "Lithium, NMC, anode half cell, 1 cell"),
        ({"chemistry": "Na-ion"}, "Kind", "Sodium, Na-ion, 1 cell"),
        ({"name": "<b>" * 10}, "Battery", f"{'<b>' * 10} SN SN-1"),
    ],
)
def test_a_battery_is_said_in_its_own_words(changes, name, words):
    assert with_battery(**changes)[name] == words


def test_the_electrolytes_of_a_stack_stand_with_its_battery():
    sides = (
        Electrolyte(Polarity.POSITIVE, 1200, 50, 10, 60),
        Electrolyte(Polarity.NEGATIVE, 900, 45, 5, 55),
    )
    said = facts(replace(KNOWN, electrolytes=sides))
    assert said["Positive electrolyte"] == "1,200 mL, initial SOC 50 %, 10 to 60 mL/min"
    assert said["Negative electrolyte"] == "900 mL, initial SOC 45 %, 5 to 55 mL/min"
    assert "Positive electrolyte" not in facts(KNOWN)
