"""The data of the form: from the browser, from a draft, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cycling.errors import InputError
from cycling.names import check_description, check_name
from cycling.terms import Technology
from pages.add_experiment.ids import ELECTROLYTE_FIELDS, Ids
from pages.profile.choice import CHOOSE, WRITE

MAX_ROWS = 40
MAX_ID = 2**31 - 1
MAX_FIELD = 1_000  # characters of a short field that travel; longer ones are refused anyway
MAX_TEXT = 1_000_001  # one more than a profile may have, so that its error says it


@dataclass(frozen=True)
class Pair:
    """A battery for a station; `connected`: the user says that it is connected there."""

    battery_id: int | None = None
    station_id: int | None = None
    connected: bool = False


@dataclass(frozen=True)
class FormData:
    """The whole form. `source` is CHOOSE for a library version, WRITE for the text.

    `electrolytes` are texts by the ids of their fields; `token` is the form's own number.
    """

    token: str = ""
    name: str = ""
    description: str = ""
    technology: Technology | None = None
    pairs: tuple[Pair, ...] = (Pair(),)
    source: str = WRITE
    version_id: int | None = None
    text: str = ""
    electrolytes: Mapping[str, str] = field(default_factory=dict)
    acknowledged: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as the browser sends them."""
        return {
            "token": self.token,
            "name": self.name,
            "description": self.description,
            "technology": self.technology.value if self.technology else "",
            "pairs": [[one.battery_id, one.station_id, one.connected] for one in self.pairs],
            "source": self.source,
            "version": self.version_id,
            "text": self.text,
            "electrolytes": dict(self.electrolytes),
            "acknowledged": self.acknowledged,
        }


def read_form(plain: object) -> FormData:
    """Read a form; what is missing or no such value is empty, whoever sent it."""
    if not isinstance(plain, Mapping):
        return FormData()
    amounts = plain.get("electrolytes")
    amounts = amounts if isinstance(amounts, Mapping) else {}
    return FormData(
        token=_text(plain.get("token"), 40),
        name=_text(plain.get("name")),
        description=_text(plain.get("description")),
        technology=next((one for one in Technology if one == plain.get("technology")), None),
        pairs=tuple(_pairs(plain.get("pairs"))) or (Pair(),),
        source=CHOOSE if plain.get("source") == CHOOSE else WRITE,
        version_id=_id(plain.get("version")),
        text=_text(plain.get("text"), MAX_TEXT),
        electrolytes={name: _text(amounts.get(name)) for name in ELECTROLYTE_FIELDS},
        acknowledged=plain.get("acknowledged") is True,
    )


def text_problems(form: FormData) -> dict[str, str]:
    """Return what is wrong with name and description, by the id of the field."""
    problems: dict[str, str] = {}
    if not form.name.strip():
        problems[Ids.NAME] = "Give the experiment a name."
    for control, check, text in (
        (Ids.NAME, check_name, form.name),
        (Ids.DESCRIPTION, check_description, form.description),
    ):
        try:
            check(text)
        except InputError as error:
            problems.setdefault(control, str(error))
    return problems


def profile_problem(form: FormData) -> str:
    """Say that no profile is chosen or written; blank if one is."""
    if form.source == CHOOSE:
        return "" if form.version_id else "Choose a profile, or write one."
    return "" if form.text.strip() else "Write the profile, choose one, or upload one as text."


def _pairs(rows: object) -> Iterator[Pair]:
    for one in rows[:MAX_ROWS] if isinstance(rows, list) else ():
        if isinstance(one, list) and len(one) == 3:
            yield Pair(_id(one[0]), _id(one[1]), one[2] is True)


def _text(value: object, longest: int = MAX_FIELD) -> str:
    if not isinstance(value, str):
        return ""
    return value[:longest].encode(errors="replace").decode()  # half a character is a question mark


def _id(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= MAX_ID else None
