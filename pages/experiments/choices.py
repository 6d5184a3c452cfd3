"""What each filter of the experiments table offers; no Dash in it."""

from db.engine import Database
from db.queries.experiments.choices import Choice, Choices, filter_choices
from db.queries.experiments.filters import Filter
from pages.experiments.filters import FACETS, View

Offered = dict[str, list[Choice]]


def offered(database: Database, view: View, wanted: Filter) -> Offered:
    """Return the values that leave a row, and those that are chosen although they leave none.

    Dash takes a chosen value away as soon as its options do not have it: a view that is empty for
    the moment would lose its filter.
    """
    known = _by_facet(filter_choices(database, wanted))
    lost = {name: set(view.facets[name]) - {one.value for one in known[name]} for name in FACETS}
    if not any(lost.values()):
        return known
    everything = _by_facet(filter_choices(database, Filter()))
    for name in FACETS:
        labels = {one.value: one.label for one in everything[name]}
        known[name] += [Choice(value, labels.get(value, value), 0) for value in lost[name]]
        known[name].sort(key=lambda one: one.label.lower())
    return known


def _by_facet(choices: Choices) -> Offered:
    return {
        "technology": list(choices.technologies),
        "status": list(choices.statuses),
        "battery": list(choices.batteries),
        "station": list(choices.stations),
        "profile": list(choices.profiles),
    }
