"""What the form of a new experiment begins with: nothing, a battery, a draft, an earlier one."""

from dataclasses import dataclass, replace

from components.electrolytes import amount_id
from cycling.battery.electrolyte import QUANTITIES
from cycling.errors import NotFoundError
from db.engine import Database
from db.queries.experiments.form_choices import offered_batteries, offered_stations
from db.queries.experiments.template import ExperimentPattern, experiment_pattern, find_draft
from db.queries.profiles.library import version_text
from pages.add_experiment.form_data import FormData, Pair, read_form
from pages.add_experiment.ids import PREFIX
from pages.profile.choice import CHOOSE
from pages.sent import MAX_SHOWN, asked_id


@dataclass(frozen=True)
class InitialForm:
    """The filled form, the name under which its tab keeps it, and a message about it."""

    form: FormData
    storage_name: str
    message: str = ""
    is_problem: bool = False


def initial_form(database: Database, query: dict[str, str], token: str) -> InitialForm:
    """Return what an address asks for; what does not exist gives an empty form that says so."""
    unknown, names = [], [one for one in BEGINNINGS if one in query]
    for name in names:
        try:
            initial = BEGINNINGS[name](
                database, asked_id(KINDS.get(name, name), query[name]), token
            )
        except NotFoundError as error:
            unknown.append(str(error))
        else:
            if not unknown:
                return _without(initial, query, names[1:])
    words = " ".join([*dict.fromkeys(unknown), "The form is empty."]) if unknown else ""
    return InitialForm(FormData(token=token), "new", words, is_problem=bool(unknown))


def _without(initial: InitialForm, query: dict[str, str], names: list[str]) -> InitialForm:
    """Say that a form which begins with one thing leaves out the others of the address."""
    if not names:
        return initial
    listed = ", ".join(f"“{name}={str(query[name])[:MAX_SHOWN]}”" for name in names)
    words = f"The address asks for {listed} too, which the form leaves out: choose it here."
    return replace(initial, message=f"{initial.message} {words}".strip(), is_problem=True)


def _draft(database: Database, draft_id: int, _token: str) -> InitialForm:
    draft = find_draft(database, draft_id)
    form = read_form({**draft.typed, "token": draft.token})
    numbered = "" if draft.number == draft_id else f" It has the number {draft.number} now."
    return InitialForm(form, f"draft-{draft.number}", f"Draft of {draft.user_name}.{numbered}")


def _like(database: Database, experiment_id: int, token: str) -> InitialForm:
    pattern = experiment_pattern(database, experiment_id)
    in_use = {one.id for one in offered_stations(database)}
    form = FormData(
        token=token,
        name=pattern.name,
        description=pattern.description,
        technology=pattern.technology,
        pairs=(
            Pair(pattern.battery_id, pattern.station_id if pattern.station_id in in_use else None),
        ),
        text=pattern.profile.text,
        electrolytes=_amounts(pattern),
    )
    words = [f"Copied from experiment {experiment_id}."]
    if not form.text.strip():
        words.append("It has no profile: choose or write one.")
    if form.pairs[0].station_id is None:
        words.append("Its station takes no experiments: choose another one.")
    return InitialForm(form, f"like-{experiment_id}", " ".join(words))


def _battery(database: Database, battery_id: int, token: str) -> InitialForm:
    batteries = offered_batteries(database, [battery_id])
    if not batteries:
        raise NotFoundError(f"There is no battery {battery_id}.")
    offered = batteries[0]
    place = offered.bound_to or offered.confirmed_on
    form = FormData(
        token=token,
        technology=offered.technology,
        pairs=(Pair(battery_id, place.id if place else None),),
    )
    return InitialForm(form, f"battery-{battery_id}")


def _station(database: Database, station_id: int, token: str) -> InitialForm:
    station = next((one for one in offered_stations(database) if one.id == station_id), None)
    if station is None:
        raise NotFoundError(f"There is no station {station_id} that takes experiments.")
    confirmed = station.now.confirmed
    pair = Pair(confirmed.id if confirmed else None, station_id)
    return InitialForm(FormData(token=token, pairs=(pair,)), f"station-{station_id}")


def _profile(database: Database, version_id: int, token: str) -> InitialForm:
    version_text(database, version_id)
    form = FormData(token=token, source=CHOOSE, version_id=version_id)
    return InitialForm(form, f"profile-{version_id}")


KINDS = {"like": "experiment"}  # of what a name in the address is, if not its own
BEGINNINGS = {
    "draft": _draft,
    "like": _like,
    "battery": _battery,
    "station": _station,
    "profile": _profile,
}


def _amounts(pattern: ExperimentPattern) -> dict[str, str]:
    return {
        amount_id(PREFIX, polarity, quantity): str(value)
        for polarity, values in pattern.electrolytes.items()
        for quantity, value in zip(QUANTITIES, values, strict=True)
    }
