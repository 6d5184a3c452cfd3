"""The profile that was run and the electrolytes of a stack, as the browser gives them."""

import pytest
from sqlalchemy import func, select

from bem.worker.loop import Worker
from components.electrolytes import amount_ids
from cycling.terms import Polarity
from db.commands.profiles import delete_profile, save_profile
from db.models import Profile
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.template import experiment_pattern
from pages.profile.choice import CHOOSE, WRITE
from tests.unit.components.tree import find, nested_lists, text
from tests.unit.db.lab import BY, add_stack, stored_measures
from tests.unit.pages.files import UPLOAD, result
from tests.unit.pages.visitor import shown

CHECK, START = "import-profile-problems.children", "import-import-job.data"
CHECKED, ERROR = "import-checked.children", "import-profile-error.children"
NOTE = "import-run-note.children"
VERIFIED, ASK = "import-verified.data", "import-verify-job.data"
AMOUNTS = [f"{name}.value" for name in amount_ids("import")]
PROFILE = "CC, 1A, VOLTAGE, 4.1\nWAIT, 60\nCC, -1A, VOLTAGE, 2.9\n"
RATES = "CC, 0.5C, VOLTAGE, 4.1\n"
ROWS = ["Test Time / s,Unix Time / s,Voltage / V,Current / A,Step ID / 1"]
ROWS += [f"{n},{1.78e9 + n:.0f},{3 + n / 100},1,{1 + n // 5}" for n in range(15)]
CSV = "\n".join([*ROWS, ""]).encode()


def verified(highest: float | None = 3.0) -> dict:
    return {"job": 1, **result(most_step_id=highest)}


def check(visitor, **changes):
    given = {
        VERIFIED: verified(),
        "import-battery.value": None,
        "import-source.value": WRITE,
        "import-version.value": None,
        "import-profile-typed.data": PROFILE,
    }
    return visitor.call(CHECK, {**given, **changes})


def start(visitor, battery: int, **changes):
    """Press the button; nothing is given but the battery."""
    given = {
        "import-save.n_clicks": 1,
        "import-name.value": "Aging",
        "import-battery.value": battery,
        "import-source.value": CHOOSE,
        ASK: 1,
        VERIFIED: verified(),
        "import-upload.data": UPLOAD,
    }
    return visitor.call(START, {**given, **changes}, by="import-save.n_clicks")


def written(profile: str = PROFILE) -> dict:
    return {"import-source.value": WRITE, "import-profile-text.value": profile}


def amounts(*values: str | None) -> dict:
    return dict(zip(AMOUNTS, values, strict=True))


def profiles(store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Profile))


@pytest.fixture
def saved(store):
    return save_profile(store, name="Cycle life", description="", text=PROFILE, by=BY)


# Before the import


def test_the_library_is_offered_and_folded_away(oscar, saved):
    form = oscar.call("import-choose.style", {"import-upload.data": UPLOAD})["import-form.children"]
    (option,) = shown(form, "import-version")["options"]
    assert option["value"] == saved.version_id
    assert not shown(form, "import-run-box").get("open")
    assert shown(form, "import-electrolytes")["hidden"] is True
    assert nested_lists(form) == []
    for name in ("import-source", "import-version", "import-profile-text"):
        (control,) = find(form, id=name)
        assert control["props"]["persistence"] == UPLOAD["id"]


def test_without_a_profile_nothing_is_said(oscar):
    for changes in ({"import-profile-typed.data": " \n"}, {"import-source.value": CHOOSE}):
        answer = check(oscar, **changes)
        assert (answer[CHECK], answer[CHECKED], answer[ERROR]) == ([], [], "")
        assert answer[NOTE] is None


def test_a_profile_that_fits_says_how_many_instructions_it_has(oscar):
    answer = check(oscar)
    assert (answer[CHECK], answer[ERROR], answer[NOTE]) == ([], "", "3 instructions")


@pytest.mark.parametrize(
    ("highest", "words"),
    [(4.0, "The file has step id 4, the profile has 3"), (None, "no step ids")],
)
def test_a_file_of_another_profile_is_refused_before_the_import(oscar, highest, words):
    answer = check(oscar, **{VERIFIED: verified(highest)})
    assert words in answer[ERROR]
    assert "does not fit" in text(answer[NOTE])


def test_what_is_wrong_in_a_text_leads_to_its_line(oscar):
    answer = check(oscar, **{"import-profile-typed.data": f"{PROFILE}CC, x\n"})
    assert "Line 4" in text(answer[CHECK])
    assert answer[CHECKED] == []


def test_c_rates_need_the_battery(oscar, lab):
    given = {"import-profile-typed.data": RATES, VERIFIED: verified(1.0)}
    assert "capacity" in text(check(oscar, **given)[CHECK])
    answer = check(oscar, **given, **{"import-battery.value": lab.battery()})
    assert (answer[CHECK], answer[NOTE]) == ([], "1 instruction")
    assert "2.9 Ah" in answer["import-capacity.children"]


def test_a_version_that_is_gone_is_named(oscar, saved, store):
    chosen = {"import-source.value": CHOOSE, "import-version.value": saved.version_id}
    assert check(oscar, **chosen)[NOTE] == "3 instructions"
    delete_profile(store, saved.profile_id, by=BY)
    assert "does not exist any more" in check(oscar, **chosen)[ERROR]


def test_a_file_or_a_variant_goes_into_the_editor(oscar, saved):
    file = {"name": "run.txt", "text": PROFILE}
    for changes, by in (
        ({"import-profile-file.data": file}, "import-profile-file.data"),
        (
            {"import-edit.n_clicks": 1, "import-version.value": saved.version_id},
            "import-edit.n_clicks",
        ),
    ):
        answer = oscar.call("import-profile-text.value", changes, by=by)
        assert answer["import-profile-text.value"].strip() == PROFILE.strip()
        assert answer["import-source.value"] == WRITE


def test_electrolytes_are_shown_for_a_stack_alone(oscar, lab, store):
    hidden = "import-electrolytes.hidden"
    for battery, expected in ((None, True), (lab.battery(), True), (add_stack(store), False)):
        assert oscar.call(hidden, {"import-battery.value": battery}) == {hidden: expected}


# The import


def test_a_written_profile_and_one_of_the_library_go_to_the_worker(oscar, lab, saved):
    battery = lab.battery()
    start(oscar, battery, **written())
    start(oscar, battery, **{"import-version.value": saved.version_id})
    start(oscar, battery)
    first, second, third = (job.payload for job in lab.jobs())
    assert first["profile"]["instructions"] == second["profile"]["instructions"] == 3
    assert first["profile"]["id"] != second["profile"]["id"]
    assert "profile" not in third


@pytest.mark.parametrize(
    ("profile", "highest", "words"),
    [
        (PROFILE, 9.0, "step id 9"),
        (PROFILE, None, "no step ids"),
        ("CC, x", 1.0, "Line 1"),
    ],
)
def test_a_profile_that_was_not_run_starts_nothing(oscar, lab, store, profile, highest, words):
    battery, before = lab.battery(), profiles(store)
    answer = start(oscar, battery, **written(profile), **{VERIFIED: verified(highest)})
    assert words in answer[ERROR]
    assert answer["import-run-box.open"] is True
    assert START not in answer
    assert (lab.jobs(), profiles(store)) == ([], before)


def test_a_form_without_its_number_makes_nothing(oscar, lab, store):
    battery, before = lab.battery(), profiles(store)
    answer = start(oscar, battery, **written(), **{"import-once.data": ""})
    assert "Load the page again" in answer["import-name-error.children"]
    assert (lab.jobs(), profiles(store)) == ([], before)


def test_the_same_press_twice_is_one_import(oscar, lab):
    battery, once = lab.battery(), {"import-once.data": "0123456789abcdef"}
    first, second = (start(oscar, battery, **written(), **once)[START] for _ in range(2))
    assert first == second
    assert len(lab.jobs()) == 1


def test_electrolytes_are_whole_or_left_out(oscar, lab, store):
    stack = add_stack(store)
    answer = start(oscar, stack, **amounts("1000", "50", "10", "60", None, "", "70", "60"))
    assert START not in answer
    assert answer["import-neg-volume-error.children"] == "Give a whole number."
    assert answer["import-neg-max-flow-error.children"] == "At least the lowest flow rate."
    assert answer["import-pos-volume-error.children"] == ""
    assert lab.jobs() == []
    start(oscar, stack)
    assert "electrolytes" not in lab.jobs()[0].payload


def test_what_stands_in_the_hidden_fields_of_a_cell_does_not_count(oscar, lab):
    start(oscar, lab.battery(), **amounts(*["x"] * 8))
    assert "electrolytes" not in lab.jobs()[0].payload


def test_profile_and_electrolytes_come_with_the_experiment(
    oscar, lab, store, clock, tmp_path, received
):
    upload, stack = received(7, CSV), add_stack(store)
    worker = Worker(store, tmp_path, clock)
    job = oscar.call(ASK, {"import-upload.data": upload})[ASK]
    worker.work_once()
    watched = oscar.call(
        "import-file-state.children", {ASK: job, "import-verify-poll.n_intervals": 1}
    )
    found = watched[VERIFIED]
    assert found["verification"]["most_step_id"] == 3.0
    given = {VERIFIED: found, ASK: job, "import-upload.data": upload, **written()}
    sides = amounts("1000", "50", "10", "60", "900", "40", "0", "60")
    job = start(oscar, stack, **given, **sides)[START]
    worker.work_once()
    done = next(one for one in lab.jobs() if one.id == job)
    experiment = done.result["experiment_id"]
    assert experiment_facts(store, experiment).profile == "Aging"
    assert experiment_pattern(store, experiment).electrolytes == {
        Polarity.POSITIVE: (1000, 50, 10, 60),
        Polarity.NEGATIVE: (900, 40, 0, 60),
    }
    rows = {one.instruction_id for one in stored_measures(store, experiment)}
    assert rows == {1, 2, 3}
    drawn = oscar.call("experiment-statistics.children", {"experiment-id.data": experiment})
    for line in (1, 2, 3):
        assert f"Line {line}" in text(drawn["experiment-statistics.children"])
