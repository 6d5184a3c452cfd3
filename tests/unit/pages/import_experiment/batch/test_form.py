"""Several files at once: checked, asked about in a table, imported each by its own task, once."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from dash import ALL

from bem.worker.loop import Worker
from cycling.formats import Field
from cycling.formats.columns.mapping import Inference
from db.commands.form_tokens import new_token
from db.limits import USUAL
from db.queries.experiments.detail import experiment_facts
from db.terms import JobState
from pages.battery.form import Form as BatteryForm
from pages.import_experiment.ids import Ids
from tests.unit.components.tree import find, nested_lists, of_type, text
from tests.unit.pages.battery_forms import LITHIUM, battery_controls
from tests.unit.pages.files import MAPPING, problem, result, upload

BATCH, BOX, TABLE = "import-batch.data", "import-batch-box.hidden", "import-batch-table.children"
SHOW, STATE = "import-drop-box.hidden", "import-batch-state.children"
SAVE = "import-batch-save.n_clicks"
KINDS = ("take", "name", "battery", "day", "clock", "sign", "again")
TOGETHER = {"type": "import-batch-together", "row": -1}
ALL_ZONES = {"type": "import-batch-zone", "row": -1}
HEADER = "Test Time / s,Unix Time / s,Voltage / V,Current / A"


def content(begins_s: int, rows: int = 6) -> bytes:
    rows = [f"{n},{begins_s + n},{3 + n / 100},1" for n in range(rows)]
    return "\n".join([HEADER, *rows, ""]).encode()


@pytest.fixture
def checked(oscar, lab):
    """Files of that many results, each with its check done."""

    def check(*results: dict[str, Any]) -> list[dict[str, Any]]:
        batch = []
        for number, found in enumerate(results):
            job = lab.job("verify file")
            lab.change_job(job, state=JobState.DONE, result=found)
            batch.append({"upload": upload(number), "check": job})
        return batch

    return check


def show(visitor, batch, upload=None):
    return visitor.call(SHOW, {BATCH: batch, "import-upload.data": upload})


def controls(rows: list[dict[str, Any]]) -> dict[str, list]:
    return {
        f"import-batch-{kind}": [
            ({"type": f"import-batch-{kind}", "row": number}, row.get(kind))
            for number, row in enumerate(rows)
        ]
        for kind in KINDS
    }


def confirm(visitor, batch, *rows, token=None, together=False):
    values = {BATCH: batch} | ({"import-batch-once.data": token} if token else {})
    patterns = controls(list(rows)) | {"import-batch-together": [(TOGETHER, together)]}
    return visitor.call(BATCH, values, by=SAVE, patterns=patterns)


def take(battery: object = "Cell A", **other: Any) -> dict[str, Any]:
    return {"take": True, "name": "Aging", "battery": battery, **other}


def test_nothing_shows_before_several_files_came(oscar):
    answer = show(oscar, None)
    assert (answer[SHOW], answer[BOX]) == (False, True)


def test_each_file_is_checked_by_a_task_of_its_own(oscar, lab):
    batch = oscar.call(BATCH, {"import-batch-added.data": [upload(0), upload(1)]})[BATCH]
    assert [one["upload"]["name"] for one in batch] == ["cell 0.csv", "cell 1.csv"]
    assert [(job.id, job.kind) for job in lab.jobs()] == [
        (one["check"], "verify file") for one in batch
    ]
    answer = show(oscar, batch)
    assert answer[BOX] is False
    assert answer["import-batch-working.data"] is True
    assert answer["import-batch-poll.max_intervals"] == 1
    assert text(answer[TABLE]).count("Waiting for its turn") == 2
    assert answer["import-batch-save.style"] == {"display": "none"}


def test_too_many_are_refused(oscar, lab):
    answer = oscar.call(BATCH, {"import-batch-added.data": [upload(n) for n in range(201)]})
    assert "too many at once" in answer.error
    assert lab.jobs() == []


def test_what_is_asked_stands_in_its_row(oscar, lab, checked):
    lab.battery("cell 0")
    sign = problem("question", code="sign", text="Which sign?")
    broken = problem("error", code="no-time", text="The time is blank.")
    earlier = {
        "experiment_id": 12,
        "name": "Aging",
        "file_name": "cell.csv",
        "user_name": "ada",
        "imported_at": "2026-11-20T14:00:00+00:00",
        "files": 1,
        "same_file": True,
    }
    batch = checked(
        result(rows=10_412),
        result(ok=False, problems=[sign]),
        result(ok=False, problems=[broken]),
        {**result(), "earlier": [earlier]},
        result(starts_at=None),
    )
    answer = show(oscar, batch)
    assert answer["import-batch-working.data"] is False
    drawn = answer[TABLE]
    assert nested_lists(drawn) == []
    rows = of_type(of_type(drawn, "Tbody")[0], "Tr")
    assert "10,412" in text(rows[0])
    (battery,) = find(rows[0], id={"type": "import-batch-battery", "row": 0})
    assert battery["props"]["value"].endswith(": cell 0, SN SN-1")
    (name,) = find(rows[0], id={"type": "import-batch-name", "row": 0})
    assert name["props"]["value"] == "cell 0"
    assert "The time is blank." in text(rows[2])
    (chosen,) = find(rows[2], id={"type": "import-batch-take", "row": 2})
    assert (chosen["props"]["value"], chosen["props"]["disabled"]) == (False, True)
    assert "Experiment 12, Aging" in text(rows[3])
    (day,) = find(rows[4], id={"type": "import-batch-day", "row": 4})
    assert day["props"]["value"] == "2026-05-28"
    labels = [cell["props"]["data-label"] for cell in of_type(rows[0], "Td")]
    assert labels == ["Import", "File", "Rows", "Battery", "Name", "Start", "To decide"]


@pytest.mark.parametrize(("unit", "said"), [("day first", True), ("Unix s", False)])
def test_the_zone_of_a_clock_that_names_none_stands_under_the_start(oscar, checked, unit, said):
    found = result(starts_at=1_700_000_000.0)
    mapping = replace(MAPPING.with_column(0, Field.CLOCK, unit), time_zone="Europe/Madrid")
    found["verification"]["mapping"] = mapping.to_json()
    drawn = text(show(oscar, checked(found))[TABLE])
    assert ("Its clock is of Europe/Madrid. If it is not, open it alone." in drawn) is said
    assert ("Its clock" in drawn) is said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"battery": ""}, "cell 0.csv: Choose the battery."),
        ({"battery": "nobody"}, "cell 0.csv: No battery has 'nobody'"),
        ({"battery": ["x"]}, "cell 0.csv: Choose the battery."),
        ({"name": " "}, "cell 0.csv: The name is missing."),
        ({"take": None}, "No file is chosen"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_imported(oscar, lab, checked, changes, words):
    lab.battery()
    answer = confirm(oscar, checked(result()), take(**changes))
    assert words in answer[STATE]
    assert BATCH not in answer
    assert len(lab.jobs()) == 1


def test_questions_want_an_answer_each_in_its_row(oscar, lab, checked):
    lab.battery()
    sign = problem("question", code="sign")
    batch = checked(result(ok=False, problems=[sign]))
    assert "Choose what current above zero does" in confirm(oscar, batch, take())[STATE]
    confirm(oscar, batch, take(sign="discharge"))
    assert lab.jobs()[-1].payload["mapping"]["positive_is_charge"] is False


def test_all_that_is_missing_is_named_each_at_its_row(oscar, lab, checked):
    lab.battery()
    sign = problem("question", code="sign")
    batch = checked(result(), result(ok=False, problems=[sign]), result())
    answer = confirm(oscar, batch, take(""), take("nobody"), take())
    assert answer[STATE] == ("2 files lack an answer, each in its row: cell 0.csv, cell 1.csv.")
    assert len(lab.jobs()) == 3
    missing = {"import-batch-missing.data": answer["import-batch-missing.data"]}
    drawn = oscar.call(SHOW, {BATCH: batch, **missing})[TABLE]
    rows = of_type(of_type(drawn, "Tbody")[0], "Tr")
    assert "Choose the battery." in text(rows[0])
    assert "No battery has 'nobody'" in text(rows[1])
    assert "Choose what current above zero does." in text(rows[1])
    assert "Choose the battery." not in text(rows[2])


def test_a_sign_that_was_chosen_is_remembered(oscar, lab, checked):
    lab.battery()
    batch = checked(result(ok=False, problems=[problem("question", code="sign")]), result())
    confirm(oscar, batch, take(sign="charge"), take())
    loads = [job.payload for job in lab.jobs() if job.kind == "import file"]
    assert [one["sign_chosen"] for one in loads] == [True, False]


def test_what_there_is_to_know_unfolds(oscar, checked):
    sign, gap = problem("question", code="sign", text="Which sign?"), problem()
    batch = checked(result(ok=False, problems=[sign, gap], problem_count=5), result())
    drawn = show(oscar, batch)[TABLE]
    (details,) = of_type(drawn, "Details")
    assert text(details) == "2 things to knowRow 7: Gap of 2 h before this row.and 3 more of these"


def test_who_waits_says_so_and_a_worker_that_works_is_not_missed(oscar, lab, checked, clock):
    batch = checked(result())
    waiting = [lab.job("verify file") for _ in range(2)]
    batch += [{"upload": upload(n + 1), "check": job} for n, job in enumerate(waiting)]
    assert text(show(oscar, batch)[TABLE]).count("Waiting for its turn") == 2
    lab.change_job(waiting[0], state=JobState.RUNNING)
    said = [text(row) for row in of_type(show(oscar, batch)[TABLE], "Tr")][1:]
    assert "Checking, 0 %" in said[1]
    assert "Waiting for its turn" in said[2]
    lab.change_job(waiting[0], state=JobState.QUEUED)

    lab.change_job(batch[0]["check"], ended_at=clock() + timedelta(seconds=55))
    clock.advance(seconds=60)
    assert "bem worker" not in text(show(oscar, batch)[TABLE])
    clock.advance(seconds=60)
    assert text(show(oscar, batch)[TABLE]).count("bem worker") == 2


class TestZone:
    """The zone of clocks that name none is chosen once for all files."""

    @pytest.fixture
    def batch(self, checked):
        local, named = result(), result()
        for found, unit in ((local, "day first"), (named, "Unix s")):
            mapping = replace(MAPPING.with_column(0, Field.CLOCK, unit), time_zone="UTC")
            found["verification"]["mapping"] = mapping.to_json()
        return checked(local, named)

    def choose(self, oscar, batch, zone):
        by = {"id": ALL_ZONES, "property": "value"}
        given = {"import-batch-zone": [(ALL_ZONES, zone)]}
        return oscar.call(BATCH, {BATCH: batch}, by=by, patterns=given)

    def test_files_with_such_a_clock_are_checked_again(self, oscar, lab, batch):
        assert find(show(oscar, batch)[TABLE], id=ALL_ZONES)
        after = self.choose(oscar, batch, "America/Santiago")[BATCH]
        assert after[1]["check"] == batch[1]["check"]
        job = lab.jobs()[-1]
        assert (job.id, len(lab.jobs())) == (after[0]["check"], 3)
        assert job.payload["time_zone"] == "America/Santiago"
        (choice,) = find(show(oscar, after[1:])[TABLE], id=ALL_ZONES) or [None]
        assert choice is None

    def test_one_that_was_drawn_or_does_not_exist_changes_nothing(self, oscar, lab, batch):
        after = self.choose(oscar, batch, "America/Santiago")[BATCH]
        for zone in ("America/Santiago", "Mars/Olympus", None):
            self.choose(oscar, after, zone)
        assert len(lab.jobs()) == 3

    def test_the_clock_is_read_in_it(self, store, oscar, clock, tmp_path, received):
        rows = [f"2026-03-0{n + 1} 10:00:00;{3 + n / 10};1" for n in range(6)]
        data = "\n".join(["Date;Voltage (V);Current (A)", *rows]).encode()
        batch = oscar.call(BATCH, {"import-batch-added.data": [received(0, data)]})[BATCH]
        worker = Worker(store, tmp_path, clock)
        worker.work_once()
        batch = self.choose(oscar, batch, "Etc/GMT+5")[BATCH]
        worker.work_once()
        assert "Its clock is of Etc/GMT+5" in text(show(oscar, batch)[TABLE])


def test_what_the_battery_cannot_have_is_not_imported(oscar, lab, checked):
    lab.battery()
    answer = confirm(oscar, checked(result(most_v=3802.0)), take())
    assert "cell 0.csv: " in answer[STATE]
    assert "open the file alone" in answer[STATE]
    assert len(lab.jobs()) == 1


def test_the_chosen_files_become_tasks_once(oscar, lab, checked):
    battery = lab.battery()
    batch, token = checked(result(), result(), result()), new_token()
    rows = take(f"{battery}: Cell A, SN SN-1"), {"take": False}, take(name="Other")
    after = confirm(oscar, batch, *rows, token=token)[BATCH]
    loads = [job for job in lab.jobs() if job.kind == "import file"]
    assert [one["load"] for one in after] == [loads[0].id, None, loads[1].id]
    assert [job.payload["name"] for job in loads] == ["Aging", "Other"]
    assert [job.payload["battery_id"] for job in loads] == [battery, battery]
    again = confirm(oscar, batch, *rows, token=token)
    assert "sent twice" in again[STATE]
    assert len(lab.jobs()) == 5
    assert "Left out" in text(show(oscar, after)[TABLE])


def test_what_was_inferred_unfolds_with_what_there_is_to_know(oscar, checked):
    seen = Inference("sign", "Voltage rises in 41 of 42 steps with a positive current.")
    mapping = replace(MAPPING, inferred=(seen,)).to_json()
    batch = checked(result(mapping=mapping), result(mapping=mapping, problems=[problem()]))
    first, second = of_type(show(oscar, batch)[TABLE], "Details")
    assert text(first) == f"1 inferredSign of the current: {seen.text}"
    assert text(second).startswith("1 thing to know, 1 inferredRow 7: Gap of 2 h")


@pytest.mark.parametrize(
    ("severity", "button"),
    [("question", "Open it alone to answer"), ("error", "Open it alone to correct")],
)
def test_a_file_that_is_left_out_says_why_and_how_it_comes_in(
    oscar, lab, checked, severity, button
):
    lab.battery()
    asked = problem(severity, code="counter", text="The current adds up to 1 Ah.")
    batch = checked(result(), result(ok=False, problems=[asked]), result())
    drawn = show(oscar, batch)[TABLE]
    assert "To open alone before the import, as the rows say: 1 file." in text(drawn)
    row = of_type(of_type(drawn, "Tbody")[0], "Tr")[1]
    assert asked["text"] in text(row)
    assert [text(one) for one in of_type(row, "Button")] == [button]
    after = confirm(oscar, batch, take(), {"take": False}, {"take": False})[BATCH]
    said = [text(one) for one in of_type(show(oscar, after)[TABLE], "Tr")]
    assert "Left out: Row 7: The current adds up to 1 Ah." in said[2]
    assert "Left out: it was not ticked." in said[3]
    assert find(show(oscar, after)[TABLE], id={"type": "import-batch-alone", "row": 1})


def test_the_zone_of_a_clock_is_folded(oscar, checked):
    mapping = replace(MAPPING.with_column(0, Field.CLOCK, "day first"), time_zone="Europe/Madrid")
    found = result(starts_at=1_700_000_000.0, mapping=mapping.to_json())
    (details,) = of_type(show(oscar, checked(found))[TABLE], "Details")
    assert text(of_type(details, "Summary")) == "Europe/Madrid"


class TestFits:
    """What the battery cannot have is said as soon as it is chosen."""

    FITS = f"{Ids.batch_fits(ALL)}.children"

    def compare(self, oscar, batch, batteries, changed):
        def ids(kind):
            return {place: {"type": f"import-batch-{kind}", "row": place} for place in batteries}

        patterns = {
            "import-batch-battery": [(ids("battery")[n], text) for n, text in batteries.items()],
            "import-batch-fits": [(one, None) for n, one in ids("fits").items() if n >= 0],
        }
        by = {"id": ids("battery")[changed], "property": "value"}
        answer = oscar.call(self.FITS, {BATCH: batch}, by=by, patterns=patterns)
        return {json.loads(key.split(".")[0])["row"]: text(one) for key, one in answer.items()}

    def test_of_the_row_that_was_changed(self, oscar, lab, checked):
        lab.battery()
        batch = checked(result(most_v=3802.0), result(most_v=3802.0), result())
        said = self.compare(oscar, batch, {0: "Cell A", 1: "Cell A", 2: "x", -1: None}, 0)
        assert list(said) == [0]
        assert "3,802 V" in said[0]
        assert "open the file alone" in said[0]

    def test_of_all_that_have_none(self, oscar, lab, checked):
        lab.battery()
        refused = result(most_v=3802.0, ok=False, problems=[problem("error")])
        batch = checked(result(most_v=3802.0), result(), refused, result())
        said = self.compare(oscar, batch, {0: "", 1: "x", 2: None, 3: None, -1: "Cell A"}, -1)
        assert "3,802 V" in said.pop(0)
        assert "No battery has 'x'" in said.pop(1)
        assert said == {2: "", 3: ""}

    def test_what_is_a_warning_is_imported(self, oscar, lab, checked):
        lab.battery()
        empty = checked(result(most_v=0.0001))
        (said,) = self.compare(oscar, empty, {0: "Cell A"}, 0).values()
        assert "goes up to only 0.0001 V" in said
        assert "open the file" not in said
        assert confirm(oscar, empty, take())[BATCH][0]["load"]


class TestNewBattery:
    """A battery is added without leaving the table."""

    FORM = BatteryForm("import-batch-cell")
    DIALOG = "import-batch-cell--dialog.is_open"
    BUTTON: ClassVar = {"type": "import-batch-new-battery", "row": -1}

    def call(self, oscar, by, batch=None, clicks=1):
        patterns = {"import-batch-new-battery": [(self.BUTTON, clicks)]}
        given = {**battery_controls(self.FORM, LITHIUM), BATCH: batch}
        return oscar.call(self.DIALOG, given, by=by, patterns=patterns)

    def test_it_is_proposed_for_all_files_without_one(self, oscar, lab, checked):
        batch = checked(result(), result())
        button = {"id": self.BUTTON, "property": "n_clicks"}
        assert find(show(oscar, batch)[TABLE], id=self.BUTTON)
        assert self.DIALOG not in self.call(oscar, button, clicks=None)
        assert self.call(oscar, button)[self.DIALOG] is True
        assert self.call(oscar, "import-batch-cell--cancel.n_clicks")[self.DIALOG] is False
        answer = self.call(oscar, "import-batch-cell--save.n_clicks", batch)
        assert answer[self.DIALOG] is False
        (made,) = lab.batteries()
        drawn = show(oscar, answer[BATCH])[TABLE]
        (of_all,) = find(drawn, id={"type": "import-batch-battery", "row": -1})
        assert of_all["props"]["value"].startswith(f"{made.id}: Cell B, SN ")
        offered = of_type(drawn, "Option")
        assert of_all["props"]["value"] in [one["props"]["value"] for one in offered]

    def test_one_that_is_refused_keeps_the_dialog_open(self, oscar, lab):
        given = battery_controls(self.FORM, {**LITHIUM, "name": None})
        answer = oscar.call(self.DIALOG, given, by="import-batch-cell--save.n_clicks")
        assert answer[self.DIALOG] is True
        assert answer["import-batch-cell--result.data"]["focus"] == "name"
        assert lab.batteries() == []


def test_one_battery_is_for_all_files_without_one(oscar, lab, checked):
    own, of_all = lab.battery("Cell A"), lab.battery("Cell B")
    batch = checked(result(), result(), result())
    (battery,) = find(show(oscar, batch)[TABLE], id={"type": "import-batch-battery", "row": -1})
    assert not battery["props"].get("value")
    rows = controls([take(""), take("Cell A"), take(None)])
    rows["import-batch-battery"].append((battery["props"]["id"], "Cell B"))
    oscar.call(BATCH, {BATCH: batch}, by=SAVE, patterns=rows)
    loads = [job for job in lab.jobs() if job.kind == "import file"]
    assert [job.payload["battery_id"] for job in loads] == [of_all, own, of_all]


def test_files_that_came_before_have_one_answer_together(oscar, lab, checked):
    lab.battery()
    earlier = {
        "experiment_id": 12,
        "name": "Aging",
        "file_name": "cell.csv",
        "user_name": "ada",
        "imported_at": "2026-11-20T14:00:00+00:00",
        "files": 1,
        "same_file": True,
    }
    of_all = {"type": "import-batch-again", "row": -1}
    before = {**result(), "earlier": [earlier]}
    assert not find(show(oscar, checked(before, result()))[TABLE], id=of_all)
    batch = checked(before, result(), before)
    (choice,) = find(show(oscar, batch)[TABLE], id=of_all)
    rows = controls([take(), take(), take()])
    rows["import-batch-again"].append((of_all, choice["props"]["value"]))
    asked = oscar.call(BATCH, {BATCH: batch}, by=SAVE, patterns=rows)[STATE]
    assert "2 files lack an answer" in asked
    rows["import-batch-again"][-1] = (of_all, "new")
    oscar.call(BATCH, {BATCH: batch}, by=SAVE, patterns=rows)
    loads = [job.payload for job in lab.jobs() if job.kind == "import file"]
    assert [one["known"] for one in loads] == [[12], [], [12]]


class TestBeginnings:
    """A file that has grown, and its beginning, in one batch."""

    @pytest.fixture
    def batch(self, store, oscar, lab, clock, tmp_path, received):
        lab.battery()
        whole = content(1_700_000_000, rows=40)
        parts = [content(1_700_000_000, rows=20), whole, content(1_700_000_000, rows=20)]
        parts[2] = parts[2].replace(b",1\n", b",2\n")  # another test that begins at the same time
        uploads = [received(n, one) for n, one in enumerate(parts)]
        self.worker = Worker(store, tmp_path, clock)
        batch = oscar.call(BATCH, {"import-batch-added.data": uploads})[BATCH]
        while self.worker.work_once():
            pass
        return batch

    def test_the_beginning_is_asked_about_in_its_row(self, oscar, lab, batch):
        rows = of_type(of_type(show(oscar, batch)[TABLE], "Tbody")[0], "Tr")
        said = ["cell 1.csv has these measures, and more." in text(row) for row in rows]
        assert said == [True, False, False]
        answer = confirm(oscar, batch, take(), take(), take())
        assert answer[STATE].startswith("cell 0.csv: Leave it out, or import it as new")
        assert not [job for job in lab.jobs() if job.kind == "import file"]

    @pytest.mark.parametrize(
        ("first", "made"), [({"take": False}, 2), (take(again="new"), 3)], ids=["left out", "new"]
    )
    def test_the_answer_is_followed(self, oscar, lab, batch, first, made):
        confirm(oscar, batch, first, take(), take())
        while self.worker.work_once():
            pass
        loads = [job for job in lab.jobs() if job.kind == "import file"]
        assert [job.state for job in loads] == [JobState.DONE] * made

    def test_it_is_added_when_the_whole_comes_later(self, oscar, lab, store, batch):
        confirm(oscar, batch, take(name="First"), {"take": False}, {"take": False})
        while self.worker.work_once():
            pass
        whole = {"upload": batch[1]["upload"]}
        again = oscar.call(BATCH, {"import-batch-added.data": [whole["upload"]]})[BATCH]
        while self.worker.work_once():
            pass
        drawn = show(oscar, again)[TABLE]
        (select,) = find(drawn, id={"type": "import-batch-again", "row": 0})
        assert [one["value"] for one in select["props"]["options"]] == ["add", "new"]
        confirm(oscar, again, take(again="add", name="Other"))
        while self.worker.work_once():
            pass
        made = lab.jobs()[-2].result or lab.jobs()[-1].result
        facts = experiment_facts(store, made["experiment_id"])
        assert (facts.name, facts.measures) == ("First", 40)
        assert "has the number" in text(oscar.open("/experiments/1"))

    def test_alone_it_is_no_part_of_another(self, oscar, lab, batch):
        confirm(oscar, batch, take(), {"take": False}, {"take": False})
        assert lab.jobs()[-1].kind == "import file"


def test_as_new_it_is_imported_beside_another_import_of_it(
    store, oscar, lab, clock, tmp_path, received
):
    lab.battery()
    worker = Worker(store, tmp_path, clock)

    def bring(first, *answers):
        uploads = [received(first + n, content(1_700_000_000)) for n in range(len(answers))]
        batch = oscar.call(BATCH, {"import-batch-added.data": uploads})[BATCH]
        while worker.work_once():
            pass
        confirm(oscar, batch, *answers)
        while worker.work_once():
            pass

    bring(0, take())
    bring(1, take(again="new"), take(again="new"))  # the second does not know of the first
    loads = [job for job in lab.jobs() if job.kind == "import file"]
    assert [job.result for job in loads] == [{"experiment_id": n} for n in (1, 2, 3)]


def test_the_checks_of_others_give_nothing_away(visitor, checked):
    batch = checked(result(rows=98_765))
    answer = show(visitor("ada"), batch)
    assert "98,765" not in str(answer)
    assert "Choose it again" in text(answer[TABLE])


def test_one_import_or_all_are_cancelled(oscar, lab):
    jobs = [lab.job("import file") for _ in range(3)]
    check = lab.job("verify file")
    batch = [{"upload": upload(n), "check": check, "load": job} for n, job in enumerate(jobs)]
    one = {"type": "import-batch-cancel", "row": 1}
    stop = "import-batch-stop.disabled"
    pressed = {"import-batch-cancel": [(one, 1)]}
    oscar.call(stop, {BATCH: batch}, by={"id": one, "property": "n_clicks"}, patterns=pressed)
    states = [job.state for job in lab.jobs()[:3]]
    assert states == [JobState.QUEUED, JobState.CANCELLED, JobState.QUEUED]
    oscar.call(
        stop, {BATCH: batch, "import-batch-stop.n_clicks": 1}, by="import-batch-stop.n_clicks"
    )
    assert {job.state for job in lab.jobs()[:3]} == {JobState.CANCELLED}


def test_a_file_is_opened_alone(oscar):
    batch = [{"upload": upload(n), "check": n + 1} for n in range(2)]
    one = {"type": "import-batch-alone", "row": 1}
    given = {BATCH: batch}
    answer = oscar.call(
        BATCH,
        given,
        by={"id": one, "property": "n_clicks"},
        patterns={"import-batch-alone": [(one, 1)]},
    )
    assert answer["import-upload.data"] == upload(1)
    assert answer[BATCH] == batch[:1]
    assert show(oscar, batch, upload(1))[BOX] is True


def test_all_are_put_aside(oscar):
    batch = [{"upload": upload(0), "check": 1}]
    answer = oscar.call(BATCH, {BATCH: batch}, by="import-batch-clear.n_clicks")
    assert answer == {BATCH: None}


def test_files_go_all_the_way_into_the_database(store, oscar, lab, clock, tmp_path, received):
    lab.battery()
    uploads = [received(0, content(1_700_000_000)), received(1, content(1_700_100_000))]
    uploads += [received(2, b"nothing"), received(3, content(1_700_000_000), name="same.csv")]
    worker = Worker(store, tmp_path, clock)
    batch = oscar.call(BATCH, {"import-batch-added.data": uploads})[BATCH]
    for _ in batch:
        worker.work_once()
    asked = text(show(oscar, batch)[TABLE])
    assert "No table was found in cell 2.csv" in asked
    answer = confirm(oscar, batch, take(), take(), take(), take())
    batch = answer[BATCH]
    while worker.work_once():
        pass
    shown = show(oscar, batch)
    said = text(shown[TABLE])
    assert said.count("Experiment ") >= 2
    assert "It came before" in said  # the same file under another name
    assert shown["import-batch-working.data"] is False
    assert len(find(shown[TABLE], href="/experiments/1")) == 1


class TestOneExperiment:
    """Files that are the parts of one run."""

    @pytest.fixture
    def batch(self, store, oscar, lab, clock, tmp_path, received):
        """Make files that begin at these moments, checked; and a worker for their import."""
        lab.battery()

        def made(*begins_s: int) -> tuple[list[dict[str, Any]], Worker]:
            uploads = [received(n, content(one)) for n, one in enumerate(begins_s)]
            worker = Worker(store, tmp_path, clock)
            batch = oscar.call(BATCH, {"import-batch-added.data": uploads})[BATCH]
            while worker.work_once():
                pass
            return batch, worker

        return made

    def test_it_is_offered_where_two_can_be_imported(self, oscar, checked):
        bad = result(problems=[problem("error")])
        for good, offered in ((1, 0), (2, 1)):
            shown = show(oscar, checked(*[result()] * good, bad))
            assert len(find(shown[TABLE], id=TOGETHER)) == offered

    def test_all_measures_are_in_it_in_the_order_of_their_clocks(self, oscar, lab, store, batch):
        files, worker = batch(1_700_100_000, 1_700_000_000)
        rows = take("", name=""), take(name="Whole run")
        files = confirm(oscar, files, *rows, together=True)[BATCH]
        assert files[0]["load"] == files[1]["load"]
        while worker.work_once():
            pass
        (job,) = (job for job in lab.jobs() if job.kind == "import file")
        assert job.result == {"experiment_id": 1}
        assert text(show(oscar, files)[TABLE]).count("Experiment 1") == 2
        facts = experiment_facts(store, 1)
        assert (facts.name, facts.measures) == ("Whole run", 12)
        assert [one.file_name for one in facts.source.files] == ["cell 1.csv", "cell 0.csv"]

    def test_files_that_overlap_are_refused(self, oscar, lab, batch):
        files, _worker = batch(1_700_000_000, 1_700_000_003)
        said = confirm(oscar, files, take(), take(), together=True)[STATE]
        assert "they overlap" in said
        assert not [job for job in lab.jobs() if job.kind == "import file"]

    def test_without_the_battery_of_the_first_nothing_is_imported(self, oscar, lab, batch):
        files, _worker = batch(1_700_000_000, 1_700_100_000)
        answer = confirm(oscar, files, take(""), take(), together=True)
        assert "lack an answer" in answer[STATE]
        assert not [job for job in lab.jobs() if job.kind == "import file"]


def test_a_kept_file_is_downloaded_from_its_experiment(
    store, oscar, lab, clock, tmp_path, received, monkeypatch
):
    monkeypatch.setitem(oscar.client.application.extensions, "bem.data_dir", tmp_path)
    lab.battery()
    data = content(1_700_000_000)
    uploads = [received(0, data), received(1, content(1_700_100_000))]
    worker = Worker(store, tmp_path, clock, replace(USUAL, keep_files=1))
    batch = oscar.call(BATCH, {"import-batch-added.data": uploads})[BATCH]
    while worker.work_once():
        pass
    confirm(oscar, batch, take(), take())
    while worker.work_once():
        pass
    page = oscar.open("/experiments/1")
    (link,) = find(page, href="/experiments/1/files/0")
    assert text(link) == "cell 0.csv"
    with oscar.client.get("/experiments/1/files/0") as answer:
        assert (answer.status_code, answer.data) == (200, data)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="cell 0.csv"'
    assert oscar.client.get("/experiments/1/files/1").status_code == 404
