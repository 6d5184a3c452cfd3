"""Ids of Add experiment, whose parts live in several files."""

from components.electrolytes import amount_ids
from components.sent import PatternId
from pages.profile.choice import ChoiceIds

PREFIX = "addexp"
PROFILE = "addexp-profile"
CHOICE = ChoiceIds(PREFIX)
EDITOR = CHOICE.editor


class Ids:
    """Ids of this page; `assets/js/add-experiment.js` knows most of them."""

    BEGIN = "addexp-begin"
    RESTORE = "addexp-restore"
    FORM = "addexp-form"
    TYPED = "addexp-typed"
    AGAIN = "addexp-again"
    LABORATORY = "addexp-laboratory"  # a version of what the form can choose from
    SEND = "addexp-send"
    RESULT = "addexp-result"
    ANSWER = "addexp-answer"
    SINK = "addexp-sink"
    GO = "addexp-go"
    NAME = "addexp-name"
    DESCRIPTION = "addexp-description"
    TECHNOLOGY = "addexp-technology"
    ROWS = "addexp-rows"
    ADD_ROW = "addexp-add-row"
    OFFERS = "addexp-offers"  # what each pair can choose from now, for the script
    EMPTY_ROW = "addexp-empty-row"  # a pair of which nothing is chosen, for the script
    ELECTROLYTES = "addexp-electrolytes"
    ACKNOWLEDGE = "addexp-acknowledge"
    HAZARDS = "addexp-hazards"
    GRAPH = "addexp-graph"
    NO_GRAPH = "addexp-no-graph"
    DRAWN = "addexp-drawn"
    ABOUT = "addexp-about"
    STATS = "addexp-stats"
    LIMITS = "addexp-limits"
    SUMMARY = "addexp-summary"
    SAVE = "addexp-save"
    DRAFT = "addexp-draft"
    STATE = "addexp-state"
    SAVED = "addexp-saved"

    battery = PatternId("addexp-battery", "row")  # the choice of a battery
    station = PatternId("addexp-station", "row")  # the choice of a station
    # The box that says that the battery is connected:
    connected = PatternId("addexp-connected", "row")
    remove = PatternId("addexp-remove", "row")  # the button that takes a pair away
    note = PatternId("addexp-note", "row")  # the place for what is said of a pair


# The electrolyte fields in the order in which they travel.
ELECTROLYTE_FIELDS = amount_ids(PREFIX)
