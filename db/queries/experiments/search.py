"""What a search of the experiments looks through: each word by itself, in any order."""

from sqlalchemy import ColumnElement, String, and_, cast, false, or_, select

from db.models import (
    Battery,
    BatteryDetails,
    CyclerStation,
    Experiment,
    LeadAcid,
    Lithium,
    Note,
    Plan,
    Profile,
)
from db.queries.lists import MAX_TEXT, mentions

MAX_WORDS = 12
OF_BATTERIES = (Battery.name, Battery.serial_number, Battery.manufacturer, Battery.model)
CHEMISTRIES = (
    (Lithium.battery_id, Lithium.chemistry),
    (LeadAcid.battery_id, LeadAcid.chemistry),
    (BatteryDetails.battery_id, BatteryDetails.chemistry),
)


def is_found(of: type[Experiment] | type[Plan], searched: str) -> ColumnElement[bool]:
    """Whether every word of a text is somewhere in what an experiment is called and made with.

    That is its name, description and notes, its battery (name, serial number, manufacturer, model,
    chemistry), its profile and its station. The few batteries, profiles and stations are looked
    through once for each word, and not joined to every experiment.
    """
    words = list(dict.fromkeys(searched.split()))
    if len(searched) > MAX_TEXT or len(words) > MAX_WORDS:
        return false()
    return and_(*(_has(of, word) for word in words))


def _has(of: type[Experiment] | type[Plan], word: str) -> ColumnElement[bool]:
    number = Plan.experiment_id if of is Plan else Experiment.id
    chemistries = [
        Battery.id.in_(select(id_).where(mentions((cast(column, String(40)),), word)))
        for id_, column in CHEMISTRIES
    ]
    batteries = select(Battery.id).where(or_(mentions(OF_BATTERIES, word), *chemistries))
    stations = select(CyclerStation.id).where(mentions((CyclerStation.name,), word))
    profiles = select(Profile.id).where(mentions((Profile.name,), word))
    notes = select(Note.experiment_id).where(mentions((Note.text,), word))
    # + 0 hides the index: the rows are read in the order that is asked for
    return or_(
        mentions((of.name, of.description), word),
        (of.battery_id + 0).in_(batteries),
        (of.station_id + 0).in_(stations),
        (of.profile_id + 0).in_(profiles),
        number.in_(notes),
    )
