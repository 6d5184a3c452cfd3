"""What the stores of this page hold, in the user's tab: the file, and how its check ended."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from components.sent import Sent
from pages.sent import sent_as

MAX_CODE = 60
Word = Annotated[str, Meta(max_length=MAX_CODE)]


class Upload(TypedDict):
    """A file that was uploaded; `modified` is in Unix ms."""

    id: str
    name: str
    size: int
    modified: NotRequired[float | None]


class Problem(TypedDict):
    """Something in the file to correct, to decide or to know."""

    severity: Literal["error", "question", "warning"]
    code: str
    place: str
    column: str | int | None
    text: str


class Sign(TypedDict):
    """What the file says about the sign of its current."""

    text: str


class Preview(TypedDict):
    """Points of the whole file, of the same number."""

    time_s: list[float | None]
    voltage_v: list[float | None]
    current_a: list[float | None]


class Verification(TypedDict):
    """What the page reads of a verification; the worker writes more."""

    mapping: dict[str, Any]
    ok: bool
    rows: int
    problems: list[Problem]
    problem_count: int
    sign: Sign
    starts_at: float | None
    duration_s: float | None
    trust_clock: bool
    most_v: NotRequired[float | None]
    most_a: NotRequired[float | None]
    most_ah: NotRequired[float | None]
    most_step_id: NotRequired[float | None]
    parts: NotRequired[list[str]]
    preview: Preview


class Earlier(TypedDict):
    """An experiment that the file, or the same measures, became before."""

    experiment_id: int
    name: str
    file_name: str
    user_name: str
    imported_at: str
    files: int
    same_file: bool
    has_grown: NotRequired[bool]
    beginning: NotRequired[bool]


class Remembered(TypedDict):
    """The corrections of an earlier file of the same layout, with which this one is read."""

    layout: str
    file_name: str
    user_name: str
    at: str
    words: str


class Verified(TypedDict, total=False):
    """How a check ended: with a verification, or why there is none."""

    job: int
    upload: str
    error: str | None
    sample: list[str]
    facts: dict[str, str]
    earlier: list[Earlier]
    remembered: Remembered | None
    verification: Verification


class Correction(TypedDict, total=False):
    """What the user has corrected of a file's mapping."""

    upload: str
    mapping: dict[str, Any]
    sign_chosen: bool


def read_upload(given: Sent) -> dict[str, Any] | None:
    """Return the file, None while there is none. Raises InputError for what is no file."""
    upload: dict[str, Any] | None = sent_as(given or None, Upload | None)
    return upload


def read_verified(given: Sent) -> dict[str, Any] | None:
    """Return how the check ended, None before that. Raises InputError for what is no end of it."""
    verified: dict[str, Any] | None = sent_as(given or None, Verified | None)
    return verified


def read_correction(given: Sent) -> dict[str, Any] | None:
    """Return a correction, None while there is none. Raises InputError for what is none."""
    correction: dict[str, Any] | None = sent_as(given or None, Correction | None)
    return correction


class BatchFile(TypedDict):
    """One of several files: its upload, the task that checks it and the one that imports it.

    `zone` is the one that was chosen for local clocks, `battery` the one that was added for files
    without one, `reason` why the file is not imported with the others, `accepted` the codes of
    questions to which the answer is that it is right as it is, `options` the units that were chosen
    for its columns, as `--map` takes them.
    """

    upload: Upload
    check: int
    load: NotRequired[int | None]
    zone: NotRequired[str | None]
    battery: NotRequired[str | None]
    reason: NotRequired[str | None]
    accepted: NotRequired[list[Word]]
    options: NotRequired[list[Word]]


def read_batch(given: Sent) -> list[dict[str, Any]]:
    """Return the files that came together, none before that. Raises InputError for others."""
    files: list[dict[str, Any]] | None = sent_as(given or None, list[BatchFile] | None)
    return files or []


def read_uploads(given: Sent) -> list[dict[str, Any]]:
    """Return uploads that came together. Raises InputError for what are none."""
    uploads: list[dict[str, Any]] | None = sent_as(given or None, list[Upload] | None)
    return uploads or []


def read_missing(given: Sent) -> dict[int, str]:
    """Return what is missing, by the places of the files. Raises InputError for what is none."""
    texts: dict[str, str] = sent_as(given or {}, dict[str, str])
    return {int(place): text for place, text in texts.items() if place.isdecimal()}
