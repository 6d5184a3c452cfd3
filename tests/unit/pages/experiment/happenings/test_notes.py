"""Notes on the experiment page: who may write them, the form, deleting one."""

from datetime import UTC, datetime, timedelta

import pytest

from cycling.terms import ExperimentStatus
from db.commands.audit import By
from db.commands.experiments.notes import NewNote, add_note, delete_note
from db.queries.experiments.detail import experiment_notes
from tests.unit.components.tree import find, nested_lists, of_type, text
from tests.unit.dashboard.world import callback_body
from tests.unit.pages.lab import BEGIN
from tests.unit.pages.visitor import UPDATE, shown

FORM, DIALOG, LIST = (
    "experiment-note-form.hidden",
    "experiment-note-delete-dialog.is_open",
    "experiment-notes.children",
)
SAVE, CHOSEN = "experiment-note-save.n_clicks", "experiment-note-delete-chosen.data"
SURE = "experiment-note-delete-sure.n_clicks"
AT = BEGIN + timedelta(minutes=10)
AT_MS = AT.timestamp() * 1000


@pytest.fixture
def experiment(lab) -> int:
    made = lab.experiment("Aging", lab.battery())
    lab.measures(made, 3_600)
    return made


@pytest.fixture
def write(store, experiment, clock):
    """Let Oscar have written a note."""

    def write(words: str = "Door open", at: datetime | None = None) -> int:
        new = NewNote(experiment, words, at)
        return add_note(store, new, by=By("oscar", "", clock()))

    return write


def save(visitor, experiment, words, at=None, by=SAVE, clicks=1):
    values = {
        by: clicks,
        "experiment-note-text.value": words,
        "experiment-note-at.data": at,
        "experiment-id.data": experiment,
        "experiment-noted.data": 3,
    }
    return visitor.call(FORM, values, by=by)


def test_a_note_that_marks_a_time_is_written(oscar, store, experiment):
    answer = save(oscar, experiment, "Door open", AT_MS)
    assert answer[FORM] is True
    assert answer["experiment-noted.data"] == 4
    assert answer["experiment-note-text.value"] is None
    (note,) = experiment_notes(store, experiment)
    assert (note.text, note.at, note.user_name) == ("Door open", AT, "oscar")


@pytest.mark.parametrize(
    ("words", "at", "sentence"),
    [
        ("", None, "The note is empty. Write what happened."),
        (None, None, "The note is empty. Write what happened."),
        ("x" * 501, None, "The note has 501 characters; shorten it to 500."),
        ("Door", "soon", "The time cannot be read."),
        ("Door", True, "The time cannot be read."),
        ("Door", 1e300, "The time cannot be read."),
        ("Door", [1], "The time cannot be read."),
    ],
)
def test_a_wrong_note_is_said_and_nothing_typed_is_lost(
    oscar, store, experiment, words, at, sentence
):
    answer = save(oscar, experiment, words, at)
    assert answer["experiment-note-error.children"].startswith(sentence)
    assert answer[FORM] is False
    assert "experiment-note-text.value" not in answer
    assert "experiment-noted.data" not in answer
    assert experiment_notes(store, experiment) == ()


def test_the_form_opens_and_closes(oscar, experiment):
    opened = save(oscar, experiment, "half", by="experiment-note-add.n_clicks")
    assert opened[FORM] is False
    assert "experiment-note-text.value" not in opened
    closed = save(oscar, experiment, "half", by="experiment-note-cancel.n_clicks")
    assert closed[FORM] is True
    assert closed["experiment-note-text.value"] is None


def test_the_form_does_nothing_when_it_only_appears(oscar, experiment):
    assert save(oscar, experiment, None, clicks=None).status == 204


def test_viewers_read_and_are_offered_nothing_else(vera, web, write, experiment, store):
    note = write("Door open")
    page = vera.open(f"/experiments/{experiment}")
    assert "Door open" in text(shown(page, "experiment-notes")["children"])
    for absent in ("experiment-note-add", "experiment-note-form", "experiment-note-delete-dialog"):
        assert not find(page, id=absent)
    assert not find(page, **{"data-bem-note": str(note)})
    app = web.extensions["bem.dash"]
    for output in app.callback_map:
        if "experiment-note-" in output and "callback" in app.callback_map[output]:
            answer = vera.client.post(UPDATE, json=callback_body(app, output))
            assert answer.status_code == 403, output
    assert len(experiment_notes(store, experiment)) == 1


def test_entries_say_who_when_and_lead_to_their_time(oscar, write, experiment):
    write("First", AT + timedelta(minutes=5))
    write("No time")
    write("Second\nline <b>", AT)
    page = oscar.open(f"/experiments/{experiment}")
    entries = find(page, className="bem-entry")
    assert [text(one["props"]["children"][-3:]) for one in entries][1].startswith("No time")
    assert text(entries[0]).startswith("124 Aug 2026, 06:20:02Second\nline <b>oscar, 20 Nov 2026")
    assert text(entries[2]).startswith("224 Aug 2026, 06:25:02First")
    (link,) = [one for one in of_type(entries[0], "Button") if "data-bem-window" in one["props"]]
    first, last = map(int, link["props"]["data-bem-window"].split(","))
    assert (first + last) / 2 == AT_MS
    assert nested_lists(page) == []


def test_many_notes_are_folded(oscar, write, experiment):
    for number in range(30):
        write(f"Note {number}")
    listed = shown(oscar.open(f"/experiments/{experiment}"), "experiment-notes")
    (folded,) = of_type(listed, "Details")
    assert text(of_type(folded, "Summary")[0]) == "Show 22 more"
    assert len(find(listed, className="bem-entry")) == 30


def test_the_list_is_read_again_after_a_change(vera, write, experiment):
    write("Door open", AT)
    values = {"experiment-noted.data": 1, "experiment-id.data": experiment}
    answer = vera.call(LIST, values, by="experiment-noted.data")
    assert "Door open" in text(answer[LIST])


def test_without_notes_the_card_says_so(vera, experiment):
    assert "No notes yet." in text(vera.open(f"/experiments/{experiment}"))


def test_an_experiment_without_a_graph_takes_notes_too(oscar, lab):
    queued = {"status": ExperimentStatus.QUEUED, "begun_at": None, "finished_at": None}
    page = oscar.open(f"/experiments/{lab.experiment('Waiting', lab.battery(), **queued)}")
    assert find(page, id="experiment-note-add")
    assert find(page, id="experiment-note-form")
    assert "Click into the graph" not in text(page)


def remove(visitor, note, by):
    values = {CHOSEN: {"note": note, "asked": 1}}
    if by != CHOSEN:
        values[by] = 1
    return visitor.call(DIALOG, values, by=by)


def test_deleting_asks_first_and_names_the_note(oscar, store, write, experiment):
    note = write("Door open", AT)
    asked = remove(oscar, note, CHOSEN)
    assert asked[DIALOG] is True
    words = asked["experiment-note-delete-question.children"]
    assert "Door open" in text(words)
    assert "It also goes from the graph." in text(words)
    assert nested_lists(words) == []
    assert len(experiment_notes(store, experiment)) == 1
    gone = remove(oscar, note, SURE)
    assert gone[DIALOG] is False
    assert gone["experiment-note-delete-done.data"] == {"note": note, "asked": 1}
    assert experiment_notes(store, experiment) == ()


def test_a_note_that_somebody_else_has_deleted_is_said_and_goes_from_the_list(oscar, store, write):
    note = write()
    delete_note(store, note, by=By("ada", "", datetime.now(UTC)))
    asked, sure = remove(oscar, note, CHOSEN), remove(oscar, note, SURE)
    assert "Somebody has deleted it already" in asked["shell-toasts-store.data"]["text"]
    assert asked[DIALOG] is False
    assert "Somebody has deleted it already" in sure["experiment-note-delete-error.children"]
    for answer in (asked, sure):
        assert answer["experiment-note-delete-done.data"] == {"note": note, "asked": 1}


@pytest.mark.parametrize("chosen", [None, 5, "5", {}, {"note": "5"}, {"note": None}], ids=str)
def test_odd_choices_change_nothing(oscar, chosen):
    answer = oscar.call(DIALOG, {CHOSEN: chosen, SURE: 1}, by=SURE)
    assert answer.status == 204


def test_notes_and_alarms_are_marked_in_the_graph(vera, write, experiment):
    write("Door open", AT)
    write("No time")
    values = {
        "experiment-channels.value": ["voltage"],
        "shell-theme.data": "light",
        "experiment-time.value": "elapsed",
        "experiment-id.data": experiment,
    }
    layout = vera.call("experiment-graph.figure", values)["experiment-graph.figure"]["layout"]
    (line,), (label,) = layout["shapes"], layout["annotations"]
    assert line["x0"] == label["x"] == pytest.approx(10)
    assert label["text"] == "1"
    assert label["hovertext"] == "24 Aug 2026, 06:20:02<br>Door open<br>oscar"
