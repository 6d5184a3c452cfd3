"""The sentences of the audit trail."""

import re

import pytest

from components.audit_labels import SENTENCES, detail_lines, has_thing, sentence, thing
from cycling.terms import StationCommand
from tests.machine import ROOT

LITERALS = re.compile(
    r"(?:record\(\s*(?:session|database),\s*(?:\w+|\w+\([^()]*\)),\s*|refused\(database, "
    r'|note(?:_profile)?\(\s*session, (?:plan, )?|action(?:: str )?=\s?)"([^"]+)"'
)


def actions_of_the_code() -> set[str]:
    """Every action that a command records under a name that stands in it."""
    files = (ROOT / "db" / "commands").rglob("*.py")
    return {name for file in files for name in LITERALS.findall(file.read_text(encoding="utf-8"))}


def test_every_action_has_its_sentence():
    known = actions_of_the_code() | {command.value for command in StationCommand}
    assert {
        "add battery",
        "cancel experiment",
        "disable user",
        "add profile",
        "pause",
        "login refused",
    } <= known
    assert known - set(SENTENCES) == set()


def test_a_sentence_says_what_its_row_says():
    assert sentence("set role", {"role": "viewer", "before": "admin"}) == (
        "Changed the role of ",
        " from admin to viewer",
    )
    assert sentence("pause", {"reason": "Door open"}) == ("Asked ", " to pause: Door open")
    paused = sentence("pause", {"experiment": 24, "reason": "Door open"})
    assert paused == ("Asked ", " to pause experiment 24: Door open")
    assert sentence("confirm battery", {"name": "A {x}"}) == ("Confirmed A {x} (SN ?) on ", "")
    assert sentence("login", {}) == ("Signed in", "")
    assert not has_thing("login")
    assert has_thing("what nobody knows")


def test_a_thing_is_called_as_it_is_now():
    names = {"experiment 12": "Ageing {1}", "station 4": "Station 04", "unit 1": "virtual-1"}
    assert thing("experiment 12", names) == ("experiment 12, Ageing {1}", "/experiments/12")
    assert thing("station 4", names) == ("Station 04", "/monitor/4")
    assert thing("unit 1", names) == ("unit virtual-1", "")
    assert thing("experiment 13", names) == ("experiment 13", "")
    assert thing("experiment 13", names, "Old") == ("experiment 13, Old", "")
    assert thing("user ada", names) == ("ada", "")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"name": "B", "description": "At 25 °C"}, ("Renamed ", ", before “A”")),
        ({"name": "A", "description": "At 45 °C"}, ("Changed the description of ", "")),
    ],
)
def test_an_experiment_was_renamed_or_described(now, words):
    before = {"name": "A", "description": "At 25 °C"}
    assert sentence("rename experiment", {"before": before, **now}) == words


@pytest.mark.parametrize(
    ("detail", "lines"),
    [
        ({"capacity_ah": [None, 2.5]}, [("capacity", "nothing → 2.5 Ah")]),
        ({"description": ["Old", None]}, [("description", "Old → nothing")]),
        ({"fabrication_date": "2026-01-02"}, [("fabrication date", "2026-01-02")]),
        ({"devices": [3, 4], "chemistry": None}, [("devices", "3, 4")]),
        ({"safety_voltage_max_v": 4.25}, [("safety voltage max", "4.25 V")]),
        ({"mass_g": [None, 0.0012]}, [("mass", "nothing → 0.0012 g")]),
        ({"electrode_size_cm2": [1.13, None]}, [("electrode size", "1.13 cm² → nothing")]),
        ({"electrolyte_mol_per_l": 1.6}, [("concentration / (mol/L)", "1.6")]),
        ({"formation_cycles": [3, 0]}, [("formation cycles", "3 → 0")]),
        (
            {"was": {"voltage_min_v": None, "voltage_max_v": 5.0}, "is": {"name": "B"}},
            [("before", "voltage max: 5 V"), ("now", "name: B")],
        ),
        ({"archived": True, "became": 7}, [("archived", "yes"), ("became station", "7")]),
    ],
)
def test_details_are_words_with_their_units(detail, lines):
    assert detail_lines(detail) == lines
    assert "None" not in str(lines)
