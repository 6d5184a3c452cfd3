"""Deleting experiments, stations and profiles on their pages: asked, named, for admins only."""

from functools import partial

import pytest

from cycling.terms import ExperimentStatus
from db.commands.audit import By
from db.commands.experiments.notes import NewNote, add_note
from db.commands.profiles import save_profile
from db.commands.stations.changes import delete_station
from db.models import DeletedExperiment
from pages.experiment.ids import DELETE as DELETE_EXPERIMENT
from pages.experiment.ids import Ids as Experiment
from pages.live.ids import Ids as Live
from pages.profile.ids import DELETE as DELETE_PROFILE
from pages.profile.ids import Ids as Profile
from pages.stations.ids import CHANGE
from pages.stations.ids import Ids as Stations
from tests.integration.db.queries.stations.test_units import Lab as Units
from tests.unit.components.tree import find, text
from tests.unit.pages.visitor import UPDATE, shown

TOAST = "shell-toasts-store.data"
BY = partial(By, "oscar", "")


class TestAnExperiment:
    def press(self, visitor, experiment: int, button: str, typed: str | None = None, **token: str):
        given = {f"{Experiment.EXPERIMENT}.data": experiment, f"{button}.n_clicks": 1}
        if button == DELETE_EXPERIMENT.sure:
            given[f"{DELETE_EXPERIMENT.name}.value"] = typed
            given |= {f"{DELETE_EXPERIMENT.once}.data": one for one in token.values()}
        first = f"{DELETE_EXPERIMENT.dialog}.is_open"
        return visitor.call(first, given, by=f"{button}.n_clicks")

    def test_is_named_with_all_that_is_lost_and_deleted_once_its_name_is_typed(
        self, visitor, lab, clock
    ):
        ada, experiment = visitor("ada"), lab.experiment("Ageing", lab.battery())
        lab.measures(experiment, 1200)
        add_note(lab.database, NewNote(experiment, "Swapped the leads"), by=BY(clock()))
        assert find(ada.open(f"/experiments/{experiment}"), id=DELETE_EXPERIMENT.open)
        asked = self.press(ada, experiment, DELETE_EXPERIMENT.open)
        assert asked[f"{DELETE_EXPERIMENT.dialog}.is_open"] is True
        assert asked[f"{DELETE_EXPERIMENT.box}.hidden"] is False
        words = text(asked[f"{DELETE_EXPERIMENT.question}.children"])
        assert f"Ageing, experiment {experiment}, is deleted with 1,200 measures and 1 note." in (
            words
        )

        mistyped = self.press(ada, experiment, DELETE_EXPERIMENT.sure, "Agein")
        assert (
            "Type the experiment's name, Ageing" in mistyped[f"{DELETE_EXPERIMENT.error}.children"]
        )
        done = self.press(ada, experiment, DELETE_EXPERIMENT.sure, "Ageing")
        assert done[f"{DELETE_EXPERIMENT.go}.href"] == "/experiments"
        assert done[TOAST]["text"] == (
            f"Experiment {experiment} (Ageing) is deleted. Its 1,200 measures are being removed."
        )
        assert lab.audits()[-1].action == "delete experiment"

    def test_that_a_second_click_deletes_is_done_and_not_gone(self, visitor, lab):
        ada, experiment = visitor("ada"), lab.experiment("Ageing", lab.battery())
        asked = self.press(ada, experiment, DELETE_EXPERIMENT.open)
        token = asked[f"{DELETE_EXPERIMENT.once}.data"]
        sure = partial(self.press, ada, experiment, DELETE_EXPERIMENT.sure, "Ageing", token=token)
        assert "is deleted" in sure()[TOAST]["text"]
        again = sure()
        assert again[TOAST]["text"] == "It is done."
        assert again[f"{DELETE_EXPERIMENT.go}.href"] == "/experiments"
        assert again[f"{DELETE_EXPERIMENT.dialog}.is_open"] is False

    def test_that_runs_is_kept_and_says_what_to_do(self, visitor, lab):
        status = ExperimentStatus.RUNNING
        experiment = lab.experiment("Ageing", lab.battery(), status=status)
        asked = self.press(visitor("ada"), experiment, DELETE_EXPERIMENT.open)
        words = text(asked[f"{DELETE_EXPERIMENT.question}.children"])
        assert words.endswith("is kept. It is running: stop it, or wait until it has ended.")
        assert asked[f"{DELETE_EXPERIMENT.box}.hidden"] is True
        assert asked[f"{DELETE_EXPERIMENT.sure}.style"] == {"display": "none"}
        sure = self.press(visitor("ada"), experiment, DELETE_EXPERIMENT.sure, "Ageing")
        assert "It is running" in sure[f"{DELETE_EXPERIMENT.error}.children"]

    def test_is_nothing_that_an_operator_deletes(self, oscar, lab):
        experiment = lab.experiment("Ageing", lab.battery())
        assert not find(oscar.open(f"/experiments/{experiment}"), id=DELETE_EXPERIMENT.open)
        assert not find(oscar.open(f"/experiments/{experiment}"), id=DELETE_EXPERIMENT.dialog)
        given = {
            f"{Experiment.EXPERIMENT}.data": experiment,
            f"{DELETE_EXPERIMENT.name}.value": "Ageing",
            f"{DELETE_EXPERIMENT.sure}.n_clicks": 1,
        }
        first, by = f"{DELETE_EXPERIMENT.dialog}.is_open", f"{DELETE_EXPERIMENT.sure}.n_clicks"
        body = oscar.body(first, given, by=by)
        assert oscar.client.post(UPDATE, json=body).status_code == 403
        assert "Ageing" in text(oscar.open(f"/experiments/{experiment}"))

    def test_whose_station_somebody_looks_at_is_not_drawn_by_halves(self, visitor, vera, store):
        units = Units(store)
        station = units.station(units.ours, "Station 07")
        ended = {"status": ExperimentStatus.FINISHED, "finished_at": units.now}
        cell, profile = units.rows.battery("NMC-031", "1"), units.rows.profile("Rest")
        experiment = units.rows.experiment("Ageing", station, cell, profile, **ended)
        units.rows.measures(experiment, station, 50)
        given = {
            f"{Live.STATION}.data": station,
            f"{Live.EXPERIMENT}.data": experiment,
            f"{Live.CHANNELS}.value": ["voltage"],
            "shell-theme.data": "light",
        }
        by = f"{Live.AGAIN}.data"
        drawn = vera.call(f"{Live.GRAPH}.figure", given, by=by)[f"{Live.GRAPH}.figure"]
        assert drawn["data"]
        self.press(visitor("ada"), experiment, DELETE_EXPERIMENT.sure, "Ageing")
        drawn = vera.call(f"{Live.GRAPH}.figure", given, by=by)[f"{Live.GRAPH}.figure"]
        assert drawn["data"] == []
        assert "(Ageing) was deleted by ada on" in str(drawn["layout"]["annotations"])

    def test_that_somebody_has_open_says_who_has_deleted_it(self, visitor, vera, lab):
        ada, experiment = visitor("ada"), lab.experiment("Ageing", lab.battery())
        lab.measures(experiment, 50)
        self.press(ada, experiment, DELETE_EXPERIMENT.sure, "Ageing")
        says = f"Experiment {experiment} (Ageing) was deleted by ada on "
        own, light = {f"{Experiment.EXPERIMENT}.data": experiment}, {"shell-theme.data": "light"}
        for output, by, state in (
            (f"{Experiment.GRAPH}.figure", f"{Experiment.CHANNELS}.value", light),
            (f"{Experiment.OVERVIEW}.figure", "shell-theme.data", light),
            (f"{Experiment.STATISTICS}.children", f"{Experiment.EXPERIMENT}.data", {}),
            (f"{Experiment.PREPARING}.children", f"{Experiment.PREPARING_POLL}.n_intervals", {}),
        ):
            answer = vera.call(output, {**own, **state}, by=by)
            assert says in (answer.error or ""), output
        assert says in text(vera.open(f"/experiments/{experiment}"))
        for address in ("report.html", "preview.svg"):
            refused = vera.client.get(f"/experiments/{experiment}/{address}")
            assert (refused.status_code, says in refused.text) == (404, True), address
        again = self.press(ada, experiment, DELETE_EXPERIMENT.open)
        assert says in again[TOAST]["text"]
        assert self.press(ada, experiment, DELETE_EXPERIMENT.sure, "Ageing")[
            f"{DELETE_EXPERIMENT.error}.children"
        ].startswith(says)
        with lab.database.read() as session:
            assert session.get_one(DeletedExperiment, experiment).user_name == "ada"


class TestAProfile:
    def press(self, visitor, profile: int, button: str, **token: str):
        given = {f"{Profile.VERSION}.data": {"profile": profile}, f"{button}.n_clicks": 1}
        given |= {f"{DELETE_PROFILE.once}.data": one for one in token.values()}
        first = f"{DELETE_PROFILE.dialog}.is_open"
        return visitor.call(first, given, by=f"{button}.n_clicks")

    @pytest.fixture
    def profile(self, store, clock) -> int:
        saved = save_profile(
            store, name="Ageing", description="", text="WAIT, 1h\n", by=BY(clock())
        )
        return saved.profile_id

    def test_is_named_and_deleted(self, visitor, profile: int):
        ada = visitor("ada")
        assert find(ada.open(f"/profiles/{profile}"), id=DELETE_PROFILE.open)
        asked = self.press(ada, profile, DELETE_PROFILE.open)
        assert asked[f"{DELETE_PROFILE.title}.children"] == "Delete Ageing?"
        words = text(asked[f"{DELETE_PROFILE.question}.children"])
        assert words.startswith(f"Ageing, profile {profile}, is deleted with its only version")
        token = asked[f"{DELETE_PROFILE.once}.data"]
        done = self.press(ada, profile, DELETE_PROFILE.sure, token=token)
        assert done[f"{DELETE_PROFILE.go}.href"] == "/profiles"
        assert done[TOAST]["text"] == "The profile Ageing is deleted."
        assert "There is no profile" in text(ada.open(f"/profiles/{profile}"))
        twice = self.press(ada, profile, DELETE_PROFILE.sure, token=token)
        assert twice[TOAST]["text"] == "It is done."
        assert twice[f"{DELETE_PROFILE.go}.href"] == "/profiles"
        again = self.press(ada, profile, DELETE_PROFILE.sure)
        assert "does not exist any more" in again[f"{DELETE_PROFILE.error}.children"]
        assert "There is no profile" in self.press(ada, profile, DELETE_PROFILE.open)[TOAST]["text"]

    def test_is_nothing_that_an_operator_deletes(self, oscar, profile: int):
        assert not find(oscar.open(f"/profiles/{profile}"), id=DELETE_PROFILE.open)
        given = {f"{Profile.VERSION}.data": {"profile": profile}}
        by = f"{DELETE_PROFILE.sure}.n_clicks"
        body = oscar.body(f"{DELETE_PROFILE.dialog}.is_open", {**given, by: 1}, by=by)
        assert oscar.client.post(UPDATE, json=body).status_code == 403
        assert "Ageing" in text(oscar.open(f"/profiles/{profile}"))


class TestAStation:
    def press(self, visitor, station: int, by: str):
        given = {f"{CHANGE.chosen}.data": {"do": "delete", "of": station, "asked": 1}}
        return visitor.call(f"{CHANGE.dialog}.is_open", given, by=by)

    def test_is_named_and_deleted(self, visitor, store):
        units = Units(store)
        ada, station = visitor("ada"), units.station(units.ours, "Station 07")
        search = f"?station={station}"
        assert find(ada.open("/stations", search), **{"data-bem-do": "delete"})
        asked = self.press(ada, station, f"{CHANGE.chosen}.data")
        assert asked[f"{CHANGE.title}.children"] == "Delete Station 07?"
        words = text(asked[f"{CHANGE.question}.children"])
        assert words.startswith("Station 07 is deleted with its set-up")
        done = self.press(ada, station, f"{CHANGE.sure}.n_clicks")
        assert done[f"{CHANGE.go}.href"] == "/stations"
        assert done[TOAST]["text"] == "The station Station 07 is deleted."
        assert f"{CHANGE.done}.data" not in done
        assert "There is no station" in text(ada.open("/stations", search))

    def test_with_a_battery_is_kept_and_says_why(self, visitor, store):
        units = Units(store)
        station = units.station(units.ours, "Station 07")
        units.rows.confirm(station, units.rows.battery("NMC-031", "1"))
        asked = self.press(visitor("ada"), station, f"{CHANGE.chosen}.data")
        assert asked[f"{CHANGE.title}.children"] == "Station 07 cannot be deleted now"
        assert "NMC-031 is confirmed there" in text(asked[f"{CHANGE.question}.children"])
        assert asked[f"{CHANGE.sure}.style"] == {"display": "none"}
        refused = self.press(visitor("ada"), station, f"{CHANGE.sure}.n_clicks")
        assert "NMC-031 is confirmed there" in refused[f"{CHANGE.error}.children"]

    def test_is_nothing_that_an_operator_deletes(self, oscar, store):
        units = Units(store)
        station = units.station(units.ours, "Station 07")
        search = f"?station={station}"
        assert not find(oscar.open("/stations", search), **{"data-bem-do": "delete"})
        for by in (f"{CHANGE.chosen}.data", f"{CHANGE.sure}.n_clicks"):
            assert "An admin deletes stations" in str(self.press(oscar, station, by))
        assert "Station 07" in text(oscar.open("/stations", search))

    def test_that_somebody_looks_at_says_that_it_is_gone(self, vera, store, clock):
        units = Units(store)
        station = units.station(units.ours, "Station 07")
        page = vera.open("/stations", f"?station={station}")
        view = {f"{Stations.VIEW}.data": shown(page, Stations.VIEW)["data"]}
        delete_station(store, station, by=BY(clock()))
        answer = vera.call(f"{Stations.HEAD}.children", view, by=f"{Stations.ASK}.data")
        assert answer.error is None
        assert "There is no station" in text(answer[f"{Stations.BODY}.children"])
        live = {f"{Live.STATION}.data": station, f"{Live.ASK}.data": {}}
        answer = vera.call(f"{Live.UPDATE}.data", live, by=f"{Live.ASK}.data")
        assert answer.error is None
        assert "There is no station" in text(answer[f"{Live.HEAD}.children"])
