"""The import page, as the browser asks for it."""

import hashlib
from datetime import datetime

import pytest

from bem.worker.loop import Worker
from cycling.formats import Mapping
from cycling.terms import Technology
from db.commands.form_tokens import check_token
from db.commands.uploads import add_upload, upload_path
from db.terms import JobState
from pages.import_experiment.form import CANCEL, FORM, OPEN, SAVE
from tests.unit.components.tree import classes, find, nested_lists, of_type, text
from tests.unit.pages.battery_forms import LITHIUM, battery_controls
from tests.unit.pages.files import MAPPING, UPLOAD, problem, result
from tests.unit.pages.visitor import UPDATE, shown

ASK, WATCH = "import-verify-job.data", "import-file-state.children"
CORRECT, OFFER = "import-mapping.data", "import-save.children"
START, FOLLOW = "import-import-job.data", "import-running.children"
VERIFIED, TOAST = "import-verified.data", "shell-toasts-store.data"
POLL, IMPORT_POLL = "import-verify-poll.max_intervals", "import-import-poll.max_intervals"
CONTROLS = "import-details.hidden"
CHECKED = {"job": 1, **result()}
SAMPLES = ("0,3.0,1", "1,3.1,1", "2,3.2,1", "3,3.3,1", "4,3.2,-1", "5,3.1,-1")
CSV = "\n".join(["Test Time / s,Voltage / V,Current / A", *SAMPLES, ""]).encode()


def values(**given) -> dict:
    """Values by the short names of the page's stores and fields."""
    names = {
        "upload": "import-upload.data",
        "mapping": CORRECT,
        "job": ASK,
        "verified": VERIFIED,
        "import_job": START,
        "sign": "import-sign.value",
        "zone": "import-zone.value",
        "part": "import-part.value",
    }
    return {names.get(name, name): value for name, value in given.items()}


def controls(fields=None, units=None) -> dict:
    """The controls of all columns, as the table shows them but for these changes."""
    kinds = {column.index: column.field.value for column in MAPPING.columns}
    shown_units = {column.index: column.unit for column in MAPPING.columns}
    return {
        "import-field": [
            ({"type": "import-field", "column": index}, value)
            for index, value in {**kinds, **(fields or {})}.items()
        ],
        "import-unit": [
            ({"type": "import-unit", "column": index}, value)
            for index, value in {**shown_units, **(units or {})}.items()
        ],
    }


def start(visitor, **changes):
    """Press the button."""
    fields = {
        "import-save.n_clicks": 1,
        "import-name.value": "Aging",
        "import-description.value": None,
        "import-battery.value": 1,
        "import-start-day.value": None,
        "import-start-clock.value": None,
        ASK: 1,
        VERIFIED: CHECKED,
        "import-upload.data": UPLOAD,
        START: None,
    }
    return visitor.call(START, {**fields, **changes}, by="import-save.n_clicks")


# The file and its check


def test_the_page_waits_for_a_file(oscar):
    page = oscar.open("/import-experiment")
    assert shown(page, "import-work")["hidden"] is True
    assert shown(page, "import-save")["disabled"] is True
    assert nested_lists(page) == []


def test_an_uploaded_file_takes_the_place_of_the_drop_zone(oscar, lab):
    battery = lab.battery()
    answer = oscar.call("import-choose.style", values(upload=UPLOAD))
    assert answer["import-choose.style"] == {"display": "none"}
    assert answer["import-work.hidden"] is False
    assert "cell.csv" in text(answer["import-file.children"])
    options = shown(answer["import-form.children"], "import-battery")["options"]
    assert [option["value"] for option in options] == [battery]
    for part in ("import-file.children", "import-form.children"):
        assert nested_lists(answer[part]) == []


def test_without_a_file_nothing_is_checked(oscar, lab):
    answer = oscar.call(ASK, values(upload=None, job=None))
    assert answer[ASK] is None
    assert lab.jobs() == []


def test_a_file_is_checked_by_one_job(visitor, lab):
    answer = visitor("oscar", "Europe/Madrid").call(ASK, values(upload=UPLOAD))
    (job,) = lab.jobs()
    assert (job.id, job.kind, job.user_name) == (answer[ASK], "verify file", "oscar")
    assert job.state is JobState.QUEUED
    assert (job.payload["upload"], job.payload["mapping"]) == (UPLOAD["id"], None)
    assert job.payload["time_zone"] == "Europe/Madrid"
    assert answer[POLL] == 1


def test_a_correction_is_checked_and_the_former_check_cancelled(oscar, lab):
    first = oscar.call(ASK, values(upload=UPLOAD))[ASK]
    correction = {"upload": UPLOAD["id"], "mapping": MAPPING.to_json()}
    second = oscar.call(ASK, values(upload=UPLOAD, mapping=correction, job=first))[ASK]
    assert [(job.id, job.state) for job in lab.jobs()] == [
        (first, JobState.CANCELLED),
        (second, JobState.QUEUED),
    ]
    assert lab.jobs()[1].payload["mapping"] == MAPPING.to_json()


def test_corrections_of_another_file_do_not_count(oscar, lab):
    correction = {"upload": "b" * 32, "mapping": MAPPING.to_json()}
    oscar.call(ASK, values(upload=UPLOAD, mapping=correction))
    assert lab.jobs()[0].payload["mapping"] is None


def test_removing_the_file_cancels_its_check(oscar, lab):
    first = oscar.call(ASK, values(upload=UPLOAD))[ASK]
    assert oscar.call(ASK, values(upload=None, job=first))[ASK] is None
    assert [job.state for job in lab.jobs()] == [JobState.CANCELLED]


def test_nobody_cancels_the_check_of_another(oscar, lab):
    other = lab.job("verify file", "ada")
    oscar.call(ASK, values(upload=UPLOAD, job=other))
    assert lab.jobs()[0].state is JobState.QUEUED
    oscar.call("import-cancel.disabled", {"import-cancel.n_clicks": 1, START: other})
    assert lab.jobs()[0].state is JobState.QUEUED
    assert not lab.jobs()[0].cancel_asked


def watch(visitor, job, ticks=3):
    return visitor.call(WATCH, {"import-verify-poll.n_intervals": ticks, ASK: job})


def test_nothing_is_watched_before_a_check(oscar):
    assert watch(oscar, None).status == 204


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_a_check_that_goes_on_is_asked_for_again(oscar, lab, state):
    job = lab.job("verify file")
    lab.change_job(job, state=state, done=25, total=100)
    answer = watch(oscar, job)
    assert "Checking every row" in text(answer[WATCH])
    assert answer[POLL] == 4
    assert VERIFIED not in answer


def test_a_check_that_waits_long_says_so(oscar, lab, clock):
    job = lab.job("verify file")
    clock.advance(seconds=11)
    assert "Waiting for a free worker" in text(watch(oscar, job)[WATCH])


def test_a_finished_check_shows_what_it_found(oscar, lab):
    job = lab.job("verify file")
    lab.change_job(job, state=JobState.DONE, result=result())
    answer = watch(oscar, job)
    assert answer[VERIFIED] == {"job": job, **result()}
    assert text(answer[WATCH]) == "BDF, comma, UTF-8, 3 rows, 2 s"
    assert POLL not in answer


def test_a_failed_check_says_why(oscar, lab):
    job = lab.job("verify file")
    lab.change_job(job, state=JobState.FAILED, error="The file has <no> columns.")
    answer = watch(oscar, job)
    assert text(answer[WATCH]) == f"The file has <no> columns. Task {job}."
    assert find(answer[WATCH], role="alert")
    assert answer[VERIFIED] == {"job": job, "error": "The file has <no> columns."}
    assert POLL not in answer


def test_a_cancelled_check_changes_nothing(oscar, lab):
    job = lab.job("verify file")
    lab.change_job(job, state=JobState.CANCELLED)
    assert watch(oscar, job).status == 204


@pytest.mark.parametrize("owner", ["ada", "oscar", None])
def test_the_check_of_another_gives_nothing_away(oscar, lab, owner):
    job = 4711
    if owner:  # Oscar's own job of another kind has nothing to show here either
        job = lab.job("verify file" if owner == "ada" else "import file", owner)
        lab.change_job(job, state=JobState.DONE, result=result(rows=98_765))
    answer = watch(oscar, job)
    assert answer.error is None
    assert text(answer[WATCH]) == "This task is not known any more. Start it again."
    assert set(answer[VERIFIED]) == {"job", "error"}
    assert POLL not in answer  # else the page would ask for ever
    assert "98,765" not in str(answer)


def test_the_file_of_another_gives_nothing_away(store, oscar, lab, clock, tmp_path):
    uploaded(store, tmp_path, clock, user_name="ada")
    job = oscar.call(ASK, values(upload=UPLOAD))[ASK]
    Worker(store, tmp_path, clock).work_once()
    answer = watch(oscar, job)
    assert "The uploaded file is not there any more." in text(answer[WATCH])
    assert "verification" not in answer[VERIFIED]


# What was found, and the corrections


def test_what_was_found_is_shown(oscar):
    answer = oscar.call(CONTROLS, values(verified=CHECKED))
    assert answer[CONTROLS] is False
    assert answer["import-sign.value"] == "charge"
    assert answer["import-columns-note.children"] == "3 of 4 imported"
    assert answer["import-zone-box.hidden"] is True
    for part in ("import-columns.children", "import-problems.children"):
        assert nested_lists(answer[part]) == []


def test_a_file_with_several_tests_asks_for_one_and_is_checked_anew_with_it(oscar):
    assert oscar.call(CONTROLS, values(verified=CHECKED))["import-part-box.hidden"] is True
    checked = {**CHECKED, "verification": {**CHECKED["verification"], "parts": ["one", "two"]}}
    answer = oscar.call(CONTROLS, values(verified=checked))
    assert answer["import-part-box.hidden"] is False
    assert (answer["import-part.options"], answer["import-part.value"]) == (["one", "two"], None)
    given = values(verified=checked, upload=UPLOAD, sign="charge", zone="UTC", part="two")
    chosen = oscar.call(CORRECT, given, patterns=controls(), by="import-part.value")[CORRECT]
    assert (chosen["mapping"]["part"], chosen["sign_chosen"]) == ("two", False)
    assert chosen["mapping"]["positive_is_charge"] is None


@pytest.mark.parametrize("verified", [None, {}, {"job": 1, "error": "No."}])
def test_nothing_found_shows_nothing(oscar, verified):
    answer = oscar.call(CONTROLS, values(verified=verified))
    assert answer[CONTROLS] is True
    assert answer["import-columns.children"] is None


def correct(visitor, sign="charge", zone="UTC", known=None, checked=CHECKED, **changes):
    given = values(verified=checked, upload=UPLOAD, mapping=known, sign=sign, zone=zone)
    return visitor.call(CORRECT, given, patterns=controls(**changes), by="import-sign.value")


def test_controls_as_they_were_drawn_correct_nothing(oscar):
    assert correct(oscar).status == 204


def test_a_corrected_column_lets_the_data_decide_the_sign_again(oscar):
    correction = correct(oscar, units={2: "mA"})[CORRECT]
    assert correction["upload"] == UPLOAD["id"]
    assert correction["sign_chosen"] is False
    mapping = Mapping.from_json(correction["mapping"])
    assert mapping.positive_is_charge is None
    assert mapping.columns[2].unit == "mA"


def test_the_sign_that_the_user_chose_is_kept(oscar):
    correction = correct(oscar, sign="discharge")[CORRECT]
    assert (correction["mapping"]["positive_is_charge"], correction["sign_chosen"]) == (False, True)


def test_the_sign_that_the_user_chose_stays_with_the_next_correction(oscar):
    known = {"upload": UPLOAD["id"], "mapping": {}, "sign_chosen": True}
    correction = correct(oscar, known=known, units={2: "mA"})[CORRECT]
    assert (correction["mapping"]["positive_is_charge"], correction["sign_chosen"]) == (True, True)


def test_the_sign_that_was_chosen_for_the_file_before_does_not_count(oscar):
    known = {"upload": "b" * 32, "mapping": {}, "sign_chosen": True}
    correction = correct(oscar, known=known, units={2: "mA"})[CORRECT]
    assert (correction["mapping"]["positive_is_charge"], correction["sign_chosen"]) == (None, False)


def test_a_cleared_unit_corrects_nothing(oscar):
    assert correct(oscar, units={1: None, 2: ""}).status == 204


def test_a_control_without_a_value_corrects_nothing(oscar):
    body = oscar.body(
        CORRECT,
        values(verified=CHECKED, upload=UPLOAD, sign="charge", zone="UTC"),
        patterns=controls(),
    )
    for group in body["inputs"][:2]:
        for one in group:
            del one["value"]  # Dash leaves out what a component does not have yet
    assert oscar.client.post(UPDATE, json=body).status_code == 204


def test_controls_of_a_longer_file_before_correct_nothing(oscar):
    answer = correct(oscar, fields={17: "power"}, units={17: "W"})
    assert (answer.status, answer.error) == (204, None)


@pytest.mark.parametrize(
    "checked", [None, {"job": 1, "error": "x"}, {"job": 1, **result("b" * 32)}]
)
def test_without_a_check_of_this_file_nothing_is_corrected(oscar, checked):
    assert correct(oscar, sign="discharge", checked=checked).status == 204


def test_a_file_with_a_clock_needs_no_start(oscar):
    answer = oscar.call("import-start-box.hidden", values(verified=CHECKED, upload=UPLOAD))
    assert answer == {"import-start-box.hidden": True}


@pytest.mark.parametrize("modified", [1.78e12, None, 0, 1e18, -5])
def test_a_file_without_a_clock_is_asked_for_its_start(visitor, modified):
    checked = {"job": 1, **result(starts_at=None)}
    given = values(verified=checked, upload={**UPLOAD, "modified": modified})
    answer = visitor("oscar", "Europe/Madrid").call("import-start-box.hidden", given)
    assert answer["import-start-box.hidden"] is False
    day, clock = answer["import-start-day.value"], answer["import-start-clock.value"]
    assert datetime.fromisoformat(f"{day}T{clock}")
    if modified == 1.78e12:
        assert (day, clock) == ("2026-05-28", "22:26")


def test_the_start_that_was_typed_stays(oscar):
    given = values(verified={"job": 1, **result(starts_at=None)}, upload=UPLOAD)
    answer = oscar.call(
        "import-start-box.hidden", {**given, "import-start-day.value": "2026-01-01"}
    )
    assert answer == {"import-start-box.hidden": False}


@pytest.mark.parametrize("starts_at", [None, 1.78e9, 1.6e12, -1e11])
def test_the_preview_is_drawn_whatever_the_clock_says(visitor, starts_at):
    given = values(verified={"job": 1, **result(starts_at=starts_at)}, upload=UPLOAD)
    answer = visitor("oscar", "Asia/Kathmandu").call(
        "import-preview.figure", {**given, "shell-theme.data": "dark"}
    )
    assert answer.error is None
    assert len(answer["import-preview.figure"]["data"]) == 2


# The import


def offer(visitor, verified=CHECKED, import_job=None, job=1):
    return visitor.call(OFFER, values(verified=verified, import_job=import_job, job=job))


def test_the_button_says_what_it_will_do(oscar):
    answer = offer(oscar, {"job": 1, **result(rows=14_210)})
    assert answer[OFFER] == "Import 14,210 measures"
    assert answer["import-save.disabled"] is False
    assert answer["import-save-state.children"] is None


def test_a_file_with_an_open_question_cannot_be_imported(oscar):
    question = problem("question", code="sign", place="")
    answer = offer(oscar, {"job": 1, **result(ok=False, problems=[question])})
    assert answer["import-save.disabled"] is True
    assert "Decide the sign of the current" in text(answer["import-save-state.children"])
    assert "bem-bad" in classes(answer["import-save-state.children"])


@pytest.mark.parametrize("verified", [None, {}, {"job": 1, "error": "No."}])
def test_a_file_that_is_not_checked_cannot_be_imported(oscar, verified):
    answer = offer(oscar, verified)
    assert (answer[OFFER], answer["import-save.disabled"]) == ("Import", True)


def test_a_file_is_not_imported_twice_or_while_a_correction_is_checked(oscar, lab):
    assert offer(oscar, import_job=5)["import-save.disabled"] is True
    assert offer(oscar, job=2)["import-save.disabled"] is True
    assert start(oscar, **{START: 5}).status == 204
    assert start(oscar, **{ASK: 2}).status == 204
    assert lab.jobs() == []


def test_the_import_is_one_job_with_all_that_it_needs(visitor, lab):
    battery = lab.battery()
    answer = start(
        visitor("oscar", "Europe/Madrid"),
        **{
            "import-name.value": "<b>Aging</b>",
            "import-description.value": "At 25 °C",
            "import-battery.value": battery,
            "import-start-day.value": "2026-08-24",
            "import-start-clock.value": "08:10",
        },
    )
    (job,) = lab.jobs()
    assert (answer[START], job.kind, job.user_name) == (job.id, "import file", "oscar")
    assert job.payload == {
        "upload": UPLOAD["id"],
        "mapping": MAPPING.to_json(),
        "trust_clock": True,
        "rows": 3,
        "name": "<b>Aging</b>",
        "description": "At 25 °C",
        "battery_id": battery,
        "start": "2026-08-24T06:10:00+00:00",
        "address": "127.0.0.1",
        "time_zone": "Europe/Madrid",
        "known": [],
        "replaced": None,
        "sign_chosen": False,
        "request": answer.request,
    }
    assert answer["import-name-error.children"] == answer["import-battery-error.children"] == ""


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"import-name.value": None}, "name", "The name is missing."),
        ({"import-name.value": "  "}, "name", "The name is missing."),
        ({"import-name.value": "W" * 31}, "name", "The name has 31 characters; shorten it to 30."),
        ({"import-description.value": "W" * 251}, "name", "shorten it to 250."),
        ({"import-battery.value": None}, "battery", "Choose the battery, or add a new one."),
        ({"import-battery.value": ""}, "battery", "Choose the battery, or add a new one."),
        ({"import-battery.value": "x"}, "battery", "Choose the battery, or add a new one."),
        ({"import-battery.value": [1]}, "battery", "Choose the battery, or add a new one."),
    ],
)
def test_a_missing_field_is_said_beside_it_and_nothing_is_imported(
    oscar, lab, changes, field, words
):
    answer = start(oscar, **changes)
    assert words in answer[f"import-{field}-error.children"]
    other = "name" if field == "battery" else "battery"
    assert answer[f"import-{other}-error.children"] == ""
    assert START not in answer
    assert lab.jobs() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"import-upload.data": None},
        {VERIFIED: None},
        {VERIFIED: {"job": 1, "error": "No."}},
        {VERIFIED: {"job": 1, **result("b" * 32)}},
    ],
    ids=["no file", "no check", "failed check", "check of another file"],
)
def test_without_a_checked_file_nothing_is_imported(oscar, lab, changes):
    assert start(oscar, **changes).status == 204
    assert lab.jobs() == []


def test_a_mapping_that_somebody_has_tampered_with_is_refused(oscar, lab):
    broken = {**MAPPING.to_json(), "columns": [{"index": 5}]}
    answer = start(oscar, **{VERIFIED: {"job": 1, **result(mapping=broken)}})
    assert "cannot be read" in answer.error
    assert lab.jobs() == []


@pytest.mark.parametrize("by", ["import-battery.value", f"{VERIFIED}"])
def test_what_the_battery_cannot_have_is_said_when_it_is_chosen(oscar, lab, by):
    battery = lab.battery()
    error = "import-battery-error.children"

    def said(found, number, upload=UPLOAD):
        given = {VERIFIED: {"job": 1, **found}, "import-battery.value": number}
        return oscar.call(error, {**given, "import-upload.data": upload}, by=by)[error]

    asked = said(result(most_v=3802.0), battery)
    assert "3,802 V" in text(asked)
    assert [text(one) for one in of_type(asked, "Button")] == ["It is right as it is"]
    assert not said(result(), battery)
    assert not said(result(most_v=3802.0), None)
    assert said(result("b" * 32, most_v=3802.0), battery) == ""


def test_a_battery_that_is_only_warned_of_is_taken(oscar, lab):
    found = {VERIFIED: {"job": 1, **result(most_v=0.0001)}}
    assert start(oscar, **found, **{"import-battery.value": lab.battery()})[START]


def test_the_zone_of_a_start_that_is_typed_is_named(visitor):
    drawn = visitor("oscar", "Europe/Madrid").call(
        "import-choose.style", {"import-upload.data": UPLOAD}
    )["import-form.children"]
    assert "the file's own date, in Europe/Madrid; correct it" in text(drawn)


@pytest.mark.parametrize(
    ("starts_at", "said"),
    [(1_780_000_000.0, "Started: 28 May 2026, 22:26:40 in Europe/Madrid"), (None, "")],
)
def test_the_start_is_said_as_the_experiment_says_it(visitor, starts_at, said):
    found = {VERIFIED: {"job": 1, **result(starts_at=starts_at)}}
    answer = visitor("oscar", "Europe/Madrid").call("import-started.children", found)
    assert answer["import-started.children"] == said


def follow(visitor, job):
    return visitor.call(FOLLOW, {START: job, "import-import-poll.n_intervals": 3})


def test_an_import_that_goes_on_is_asked_for_again(oscar, lab):
    job = lab.job("import file")
    lab.change_job(job, state=JobState.RUNNING, done=500, total=1000)
    answer = follow(oscar, job)
    assert text(answer[FOLLOW]) == "50 %, 500 of 1,000 rows"
    assert answer[IMPORT_POLL] == 4
    assert START not in answer


def test_an_import_is_followed_after_the_page_was_loaded_again(oscar, lab):
    job = lab.job("import file")
    assert follow(oscar, job)[IMPORT_POLL] == 4
    answer = oscar.call(IMPORT_POLL, {START: job})
    assert answer == {IMPORT_POLL: 1, "import-cancel.style": {}}


def test_a_finished_import_leads_to_its_experiment(oscar, lab):
    job = lab.job("import file")
    lab.change_job(job, state=JobState.DONE, result={"experiment_id": 128})
    answer = follow(oscar, job)
    assert answer[START] is None
    assert answer["import-upload.data"] is None
    assert answer["import-go.href"] == "/experiments/128"
    assert answer[TOAST]["text"] == "The experiment is imported."
    assert IMPORT_POLL not in answer


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": JobState.FAILED, "error": "Row 7: no."}, "Row 7: no. Task {}."),
        ({"state": JobState.CANCELLED}, "Cancelled. Nothing was imported."),
    ],
)
def test_an_import_that_ended_otherwise_keeps_the_file(oscar, lab, changes, words):
    job = lab.job("import file")
    lab.change_job(job, **changes)
    answer = follow(oscar, job)
    assert text(answer[FOLLOW]) == words.format(job)
    assert answer[START] is None
    assert not {"import-upload.data", "import-go.href", IMPORT_POLL} & set(answer)


@pytest.mark.parametrize("owner", ["ada", "oscar", None])
def test_the_import_of_another_gives_nothing_away_and_frees_the_page(oscar, lab, owner):
    job = 4711
    if owner:
        job = lab.job("import file" if owner == "ada" else "verify file", owner)
        lab.change_job(job, state=JobState.DONE, result={"experiment_id": 128})
    answer = follow(oscar, job)
    assert answer.error is None
    assert text(answer[FOLLOW]) == "This task is not known any more. Start it again."
    assert answer[START] is None  # the button works again
    assert not {"import-upload.data", "import-go.href", IMPORT_POLL} & set(answer)
    assert "128" not in str(answer)


def test_an_import_can_be_cancelled(oscar, lab):
    job = lab.job("import file")
    lab.change_job(job, state=JobState.RUNNING)
    oscar.call("import-cancel.disabled", {"import-cancel.n_clicks": 1, START: job})
    assert lab.jobs()[0].cancel_asked


def test_the_file_is_not_removed_while_it_is_imported(oscar):
    given = {"import-remove.n_clicks": 1, START: 5}
    assert oscar.call("import-upload.data", given).status == 204
    answer = oscar.call("import-upload.data", {"import-remove.n_clicks": 1})
    assert answer == {"import-upload.data": None}


def uploaded(store, folder, clock, user_name="oscar") -> None:
    path = upload_path(folder, UPLOAD["id"])
    path.parent.mkdir(parents=True)
    path.write_bytes(CSV)
    add_upload(
        store,
        upload_id=UPLOAD["id"],
        file_name="cell.csv",
        size_bytes=len(CSV),
        sha256=hashlib.sha256(CSV).hexdigest(),
        user_name=user_name,
        now=clock(),
    )


def test_a_file_goes_all_the_way_into_the_database(store, oscar, lab, clock, tmp_path):
    battery = lab.battery()
    uploaded(store, tmp_path, clock)
    worker = Worker(store, tmp_path, clock)
    checking = oscar.call(ASK, values(upload=UPLOAD))[ASK]
    worker.work_once()
    verified = watch(oscar, checking)[VERIFIED]
    offered = offer(oscar, verified, job=checking)
    assert (offered[OFFER], offered["import-save.disabled"]) == ("Import 6 measures", False)
    importing = start(
        oscar,
        **{
            VERIFIED: verified,
            ASK: checking,
            "import-battery.value": battery,
            "import-start-day.value": "2026-08-24",
        },
    )[START]
    worker.work_once()
    address = follow(oscar, importing)["import-go.href"]
    said = text(oscar.open(address))
    for words in ("Aging", "Cell A", "cell.csv", "24 Aug 2026, 00:00:00", "5 s"):
        assert words in said, words


# The new battery


DIALOG = f"{OPEN}.is_open"
FOUND = f"{FORM.part('result')}.data"


def save_battery(visitor, **changes):
    clicks = {f"{SAVE}.n_clicks": 1, "import-new-battery.n_clicks": 1}
    given = {**battery_controls(FORM, {**LITHIUM, **changes}), **clicks}
    return visitor.call(DIALOG, given, by=f"{SAVE}.n_clicks")


def test_a_new_battery_is_the_chosen_one(oscar, lab):
    lab.battery()
    answer = save_battery(oscar)
    made = lab.batteries()[-1]
    assert (made.name, made.technology) == ("Cell B", Technology.LITHIUM)
    assert answer[DIALOG] is False
    assert answer["import-battery.value"] == made.id
    assert len(answer["import-battery.options"]) == 2
    (entry,) = [one for one in lab.audits() if one.action == "add battery"][1:]
    assert entry.user_name == "oscar"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "Cell A", "serial_number": "SN-1"}, "serial_number"),
        ({"cells": None}, "cells"),
        ({"cells": float("nan")}, "cells"),
        ({"capacity_ah": float("inf")}, "capacity_ah"),
        ({"voltage_min_v": 10**400}, "voltage_min_v"),
        ({"technology": None}, "technology"),
        ({"technology": "LeadAcid"}, "lead_acid"),
        ({"fabrication_date": "soon"}, "fabrication_date"),
    ],
    ids=str,
)
def test_a_battery_that_is_refused_keeps_the_dialog_open(oscar, lab, changes, field):
    lab.battery()
    answer = save_battery(oscar, **changes)
    assert answer.error is None
    assert answer[DIALOG] is True
    assert list(answer[FOUND]["problems"]) == [field]
    assert answer[FOUND]["focus"] == field
    assert "import-battery.value" not in answer
    assert len(lab.batteries()) == 1


@pytest.mark.parametrize(
    ("button", "is_open"),
    [("import-new-battery", True), (CANCEL, False)],
)
def test_the_dialog_opens_and_closes(oscar, lab, button, is_open):
    clicks = {"import-new-battery.n_clicks": 1, f"{button}.n_clicks": 1}
    answer = oscar.call(
        DIALOG, {**battery_controls(FORM, LITHIUM), **clicks}, by=f"{button}.n_clicks"
    )
    assert check_token(answer.pop("import-battery--once.data"))  # of the form that opens next
    assert answer == {DIALOG: is_open, FOUND: None}
    assert lab.batteries() == []


def test_a_form_that_has_just_been_drawn_opens_no_dialog(oscar):
    answer = oscar.call(
        DIALOG, {"import-new-battery.n_clicks": None}, by="import-new-battery.n_clicks"
    )
    assert answer[DIALOG] is False


# Who may


def refused(visitor, *call, **named) -> int:
    return visitor.client.post(UPDATE, json=visitor.body(*call, **named)).status_code


def test_a_viewer_changes_nothing(vera, lab):
    before = len(lab.audits())
    assert refused(vera, ASK, values(upload=UPLOAD)) == 403
    assert refused(vera, START, {VERIFIED: CHECKED, "import-upload.data": UPLOAD}) == 403
    assert refused(vera, DIALOG, battery_controls(FORM, LITHIUM), by=f"{SAVE}.n_clicks") == 403
    job = lab.job("verify file")
    assert refused(vera, WATCH, {ASK: job}) == 403
    assert refused(vera, "import-cancel.disabled", {START: job}) == 403
    assert [one.state for one in lab.jobs()] == [JobState.QUEUED]
    assert lab.batteries() == []
    assert {one.action for one in lab.audits()[before:]} == {"refused call"}


def test_a_viewer_does_not_see_the_page(vera):
    assert vera.client.get("/import-experiment").status_code == 403
