"""What the form of a new experiment begins with: nothing, a battery, a draft, an earlier one."""

from dataclasses import dataclass

from cycling.errors import NotFoundError
from db.engine import Database
from db.queries.batteries.detail import battery_sheet
from db.queries.experiments.drafts import find_draft
from db.queries.experiments.form_choices import offered_batteries, offered_stations
from db.queries.experiments.template import ExperimentPattern, experiment_pattern
from db.queries.profiles.library import version_text
from pages.add_experiment.form_data import CHOOSE, Pair, Typed, typed_from
from pages.add_experiment.ids import QUANTITIES, Ids


@dataclass(frozen=True)
class Beginning:
    """The filled form, the name under which its tab keeps it, and what to say about it."""

    typed: Typed
    kept_as: str
    words: str = ""
    is_problem: bool = False


def beginning(database: Database, query: dict[str, str], token: str) -> Beginning:
    """Return what an address asks for; what does not exist gives an empty form that says so."""
    try:
        for name, make in (("draft", _draft), ("like", _like), ("battery", _battery)):
            if name in query:
                return make(database, _number(query[name]), token)
        if "profile" in query:
            return _profile(database, _number(query["profile"]), token)
    except NotFoundError as error:
        return Beginning(Typed(token=token), "new", f"{error} The form is empty.", is_problem=True)
    return Beginning(Typed(token=token), "new")


def _draft(database: Database, draft_id: int, _token: str) -> Beginning:
    draft = find_draft(database, draft_id)
    typed = typed_from({**draft.typed, "token": draft.token})
    return Beginning(typed, f"draft-{draft_id}", f"Draft of {draft.user_name}.")


def _like(database: Database, experiment_id: int, token: str) -> Beginning:
    pattern = experiment_pattern(database, experiment_id)
    in_use = {one.id for one in offered_stations(database)}
    typed = Typed(
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
    if not typed.text.strip():
        words.append("It has no profile: choose or write one.")
    if typed.pairs[0].station_id is None:
        words.append("Its station takes no experiments: choose another one.")
    return Beginning(typed, f"like-{experiment_id}", " ".join(words))


def _battery(database: Database, battery_id: int, token: str) -> Beginning:
    sheet = battery_sheet(database, battery_id)
    (offered,) = offered_batteries(database, [battery_id])
    place = offered.bound_to or offered.confirmed_on
    typed = Typed(
        token=token,
        technology=sheet.battery.technology,
        pairs=(Pair(battery_id, place.id if place else None),),
    )
    return Beginning(typed, f"battery-{battery_id}")


def _profile(database: Database, version_id: int, token: str) -> Beginning:
    version_text(database, version_id)
    typed = Typed(token=token, source=CHOOSE, version_id=version_id)
    return Beginning(typed, f"profile-{version_id}")


def _amounts(pattern: ExperimentPattern) -> dict[str, str]:
    return {
        Ids.quantity(polarity, quantity): str(value)
        for polarity, values in pattern.electrolytes.items()
        for quantity, value in zip(QUANTITIES, values, strict=True)
    }


def _number(text: object) -> int:
    """Return an id of the address. Raises NotFoundError for anything else."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    raise NotFoundError("The address names nothing that exists.")
