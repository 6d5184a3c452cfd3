"""The report of an experiment: what is in it, and what must never be."""

import itertools
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import numpy as np
import pytest

from cycling.terms import ExperimentStatus, LimitType, Mode
from db import series
from db.models import (
    Alarm,
    Channel,
    CompiledVersion,
    Experiment,
    ImportSource,
    Instruction,
    Note,
    ProfileVersion,
    UsedMeasure,
)
from db.queries.profiles.uses import source_of
from db.series import ChannelInfo
from pages.experiment.profile.card import profile_card
from pages.experiment.report.document import drawn_channels
from tests.running_lab import RunningLab
from tests.unit.components.tree import text as text_of
from tests.unit.pages.lab import BEGIN

EVIL = '<script>alert("1")</script> & <b>'


class Document(HTMLParser):
    """What a browser makes of the file: tags, scripts, and the text that is seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.scripts: list[str] = []
        self.words = ""
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag) -> None:
        self._in = ""

    def handle_data(self, data) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif not self._in:
            self.words += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def fetch(visitor):
    def get(experiment_id: int, name: str = "vera", zone: str = "Europe/Madrid"):
        return visitor(name, zone=zone).client.get(f"/experiments/{experiment_id}/report.html")

    return get


@pytest.fixture
def cycled(lab) -> int:
    """An experiment with instructions, alarms, notes, a temperature and its file."""
    profile = lab.profile("1C")
    experiment = lab.experiment(EVIL, lab.battery(), profile_id=profile, description=EVIL)
    lab.measures(experiment, 100, extended={7: np.full(100, 25.5)})
    at = BEGIN + timedelta(seconds=30)
    with lab.database.write() as session:
        session.add(
            UsedMeasure(id=7, station_id=1, device_id=1, available_measure_id=1, custom_name="T")
        )
        session.flush()
        session.add_all(
            [
                Channel(used_measure_id=7, name=EVIL, unit="degC"),
                Instruction(
                    id=0,
                    profile_id=profile,
                    mode=Mode.CC,
                    set_point=1500,
                    limit_type=LimitType.VOLTAGE,
                    limit_point=4200,
                ),
                Instruction(
                    id=1,
                    profile_id=profile,
                    mode=Mode.WAIT,
                    set_point=600_000,
                    limit_type=LimitType.TIME,
                    limit_point=600_000,
                ),
                Alarm(experiment_id=experiment, id=1, at=at, code=12, value=-4210),
                Note(experiment_id=experiment, at=at, text=EVIL, user_name="oscar", created_at=at),
                ImportSource(
                    experiment_id=experiment,
                    file_name=EVIL,
                    sha256="ab" * 32,
                    format="BDF",
                    mapping={},
                    measures=100,
                    user_name="oscar",
                    beat_at=at,
                    published_at=at,
                ),
            ]
        )
    return experiment


def test_it_is_a_file_with_the_experiments_name(fetch, cycled):
    answer = fetch(cycled)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    name = answer.headers["Content-Disposition"]
    assert name == f'attachment; filename="{cycled}-script-alert-1-script-b-report.html"'


def test_everything_is_in_it(fetch, cycled):
    words = Document(fetch(cycled).text).words
    for said in (
        "Cell A SN SN-1",
        "Lithium, NMC, 1 cell",
        "24 Aug 2026, 08:10:02",
        "2026-08-24 06:10:02 UTC",
        "Europe/Madrid",
        "Whole experiment",
        "41.25 mAh",  # 99 s at 1.5 A
        "CC",
        "4.2 V",
        "10 min",
        "−4210",
        "oscar",
        "ab" * 32,
        "SQLite bem.sqlite",
        "Battery Experiments Manager",
    ):
        assert said in words, said


def test_a_table_and_a_profile_that_fit_on_a_page_are_not_cut_on_paper(fetch, cycled):
    document = Document(fetch(cycled).text)
    (table,) = [one for one in document.all("div") if "dense" in one.get("class", "")]
    assert "short" in table["class"]
    style = re.search(r"@media print \{(.*?)</style>", fetch(cycled).text, re.DOTALL)
    assert style
    assert re.search(r"\.short, \.program:not\(\.long\) \{ break-inside: avoid; \}", style[1])


def test_a_run_that_is_not_over_says_as_of_when_its_facts_and_its_statistics_are(
    fetch, cycled, lab
):
    assert "As of" not in fetch(cycled).text
    with lab.database.write() as session:
        session.get_one(Experiment, cycled).status = ExperimentStatus.PAUSED
    facts, statistics = fetch(cycled).text.split('id="statistics"')
    assert "As of" in facts
    assert "Measures until 24 Aug 2026, 08:11:41" in statistics.split("<table>")[0]


def test_what_people_typed_stays_text(fetch, cycled):
    found = Document(fetch(cycled).text)
    assert len(found.all("script")) == 3  # Plotly, the figure, what draws it
    assert found.all("b") == []
    assert found.words.count(EVIL) >= 4  # name, description, file, note
    figure = json.loads(found.scripts[1])
    drawn = json.dumps(figure)
    assert "<script" not in drawn
    assert "alert" in drawn


def test_it_loads_nothing(fetch, cycled):
    text = fetch(cycled).text
    found = Document(text)
    loading = [
        (tag, name)
        for tag, attributes in found.tags
        for name in ("src", "href", "srcset", "data", "action", "poster")
        if name in attributes
    ]
    assert loading == []
    assert found.all("link") == []
    without_plotly = text.replace(max(found.scripts, key=len), "")
    assert not re.search(r"https?://|url\(|@import", without_plotly)


def test_plotly_is_in_it_once(fetch, cycled):
    scripts = Document(fetch(cycled).text).scripts
    assert [len(one) > 1_000_000 for one in scripts].count(True) == 1


def test_the_graph_has_all_channels_on_elapsed_time(fetch, cycled):
    figure = json.loads(Document(fetch(cycled).text).scripts[1])
    assert [trace["name"][:7] for trace in figure["data"]] == ["Voltage", "Current", "&lt;scr"]
    assert figure["layout"]["xaxis"]["range"] == [0.0, 99.0]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Test time / s"
    assert len(figure["layout"]["annotations"]) == 2  # the alarm and the note


def test_a_profile_of_ours_is_its_text_and_not_its_instructions(fetch, cycled, lab):
    text = "WAIT, 1h\n" + "CC, 1C, VOLTAGE, 4.2\nCC, -1C, VOLTAGE, 2.5\n" * 9
    with lab.database.write() as session:
        version = ProfileVersion(
            number=0,
            name="Cycle life of a pouch cell at 45 degrees",
            text=text,
            comment="",
            summary={},
            user_name="ada",
            created_at=BEGIN,
        )
        session.add(version)
        session.flush()
        made = session.get_one(Experiment, cycled).profile_id
        session.add(CompiledVersion(version_id=version.id, capacity="3", profile_id=made))
    found = Document(fetch(cycled).text)
    assert found.words.count("CC, 1C, VOLTAGE, 4.2") == 1
    assert "4 to 19the 2 lines before, 8 more times" in found.words
    assert "Instructions of the profile" not in found.words
    # as on its page, whole: the fixed profile's own name may be cut
    whole = "Cycle life of a pouch cell at 45 degrees, written for this experiment"
    assert whole in found.words
    with lab.database.read() as session:
        profile_id = session.get_one(Experiment, cycled).profile_id
    assert text_of(profile_card(source_of(lab.database, profile_id))).count(whole) == 1


def test_on_paper_there_are_no_buttons_and_the_profile_comes_after_what_happened(fetch, cycled):
    text = fetch(cycled).text
    assert ".modebar-container { display: none !important; }" in text
    ids = [one["id"] for one in Document(text).all("h2")]
    assert ids == ["facts", "measures", "statistics", "alarms", "notes", "profile", "origin"]


def test_it_can_be_read_aloud(fetch, cycled):
    found = Document(fetch(cycled).text)
    assert found.all("html") == [{"lang": "en"}]
    assert len(found.all("h1")) == 1
    assert {one["scope"] for one in found.all("th")} == {"row", "col", "colgroup"}
    assert len(found.all("caption")) == len(found.all("table")) > 2
    graph = next(one for one in found.all("div") if one.get("id") == "graph")
    assert graph["role"] == "img"
    assert graph["aria-label"].startswith("Voltage, Current")
    headings = {one["id"] for one in found.all("h2")}
    assert {one["aria-labelledby"] for one in found.all("section")} == headings


def test_without_measures_it_says_so(fetch, lab):
    answer = fetch(lab.experiment("Waits", lab.battery(), begun_at=None, finished_at=None))
    found = Document(answer.text)
    assert "This experiment has no measures." in found.words
    assert "It has no instructions." in found.words
    assert found.scripts == []
    assert len(answer.text) < 20_000


def test_who_takes_it_out_is_recorded(fetch, cycled, lab):
    fetch(cycled)
    entry = lab.audits()[-1]
    assert (entry.action, entry.user_name) == ("export", "vera")
    assert (entry.target, entry.detail) == (f"experiment {cycled}", {"format": "html"})


def test_one_that_is_not_there(fetch, lab):
    before = len(lab.audits())
    assert fetch(4711).status_code == 404
    assert len(lab.audits()) == before


def test_a_stranger_is_asked_to_sign_in(web):
    assert web.test_client().get("/experiments/1/report.html").status_code == 401


def test_a_page_has_room_for_five_units():
    channels = [ChannelInfo(f"x{n}", f"C{n}", f"u{n % 7}", n) for n in range(14)]
    assert [one.name for one in drawn_channels(channels)] == [
        *("C0", "C1", "C2", "C3", "C4"),
        *("C7", "C8", "C9", "C10", "C11"),
    ]


def test_the_head_of_the_statistics_is_never_alone_on_a_page(vera, lab):
    made = lab.experiment("Aging", lab.battery())
    lab.measures(made, 50)
    page = vera.client.get(f"/experiments/{made}/report.html").text
    start = page[page.index('<div class="start">') :].partition("</div>\n<div")[0]
    assert '<h2 id="statistics">' in start
    assert '<dl class="readings">' in start
    assert ".start { break-inside: avoid; }" in page
    assert "caption, .start { break-after: avoid; }" in page


def test_facts_and_statistics_are_of_the_same_measures(vera, store, monkeypatch):
    """A simulated station at 100x records while the report is made."""
    running = RunningLab(store)
    place, cell = running.station("Station 04", running.unit()), running.battery("NMC-018", "1")
    run = running.experiment("Cycle life", place, cell, running.profile("P", cycles=100))
    running.run(run, place)
    running.measures(run, place, 10)
    opened, came = series.opened, itertools.count(10)

    def opened_while_it_records(*asked):
        running.measures(run, place, 1, first=next(came))
        return opened(*asked)

    monkeypatch.setattr(series, "opened", opened_while_it_records)
    words = Document(vera.client.get(f"/experiments/{run}/report.html").text).words
    times = re.findall(r"Test time(?:, recorded)?\s*([\d.]+ s)", words)
    assert len(times) > 1
    assert len(set(times)) == 1, times
