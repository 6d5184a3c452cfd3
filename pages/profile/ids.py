"""Ids of a profile's page, whose parts live in several files."""

from pages.ask import AskIds


class Ids:
    """Ids of a profile's page.

    Those of `profile-write` are for operators.
    """

    VERSION = "profile-version"
    VIEW = "profile-view"
    PROBLEMS = "profile-problems"
    COMPARE = "profile-compare"
    DIFFERENCE = "profile-difference"
    SHOW_ROWS = "profile-show-rows"
    ROWS = "profile-rows"
    FILE = "profile-file"
    GO = "profile-write-go"
    DUPLICATE = "profile-write-duplicate"
    ARCHIVE = "profile-write-archive"

    @staticmethod
    def download(kind: str) -> str:
        """Id of the entry that sends the profile in a format."""
        return f"profile-download-{kind}"


DELETE = AskIds("profile-delete")  # deletes the profile; for admins
