"""Deleting a profile of the library: the question that names it, the deed; for admins."""

from dash import Input, State, html

from components.sent import Sent
from db.commands.audit import By
from db.commands.profiles import delete_profile
from db.queries.profiles.library import LibraryFacts, library_profile
from db.queries.references import profile_kept_because
from pages.ask import Done, Question, ask_then_do, done_before
from pages.context import database
from pages.profile.ids import DELETE, Ids
from pages.sent import sent_id


def ask_deletion(_chosen: Sent, version: Sent) -> Question:
    """Ask before a profile is deleted, naming it; say what keeps it."""
    profile = library_profile(database(), sent_id(version, "profile"))
    return question(profile, profile_kept_because(database(), profile.id))


def delete(by: By, _chosen: Sent, version: Sent) -> Done:
    """Delete the profile."""
    name = delete_profile(database(), sent_id(version, "profile"), by=by)
    return Done(f"The profile {name} is deleted.", "/profiles")


def question(profile: LibraryFacts, kept_because: str) -> Question:
    """Name the profile and say what is lost with it, or why it is kept."""
    named = html.B(f"{profile.name}, profile {profile.id}")
    if kept_because:
        words = [html.P([named, f", is kept. {kept_because}"])]
        return Question(f"{profile.name} cannot be deleted", words, keep="Keep it")
    count = len(profile.versions)
    versions = "its only version" if count == 1 else f"its {count} versions"
    lost = f", is deleted with {versions} and all rows that were compiled from it."
    words = [
        html.P([named, lost]),
        html.P("No experiment has used it. The audit trail keeps the text of its last version."),
    ]
    return Question(
        f"Delete {profile.name}?", words, go="Delete profile", danger=True, keep="Keep it"
    )


ask_then_do(
    DELETE,
    ask_deletion,
    delete,
    opens=[Input(DELETE.open, "n_clicks")],
    state={"version": State(Ids.VERSION, "data")},
    again=done_before("/profiles"),
)
