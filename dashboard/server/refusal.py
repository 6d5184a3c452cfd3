"""The answer to a request that no application sees: its address or head cannot be taken."""

import json
import logging
import secrets
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from gunicorn.http import errors
from jinja2 import Environment, FileSystemLoader, select_autoescape

from dashboard.per_minute import PerMinute

MAX_LINES = 60  # a minute of an address, in the log
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
HEAD = (
    "HTTP/1.1 {status:d} {phrase}\r\nConnection: close\r\nContent-Type: {kind}; charset=utf-8\r\n"
    "Content-Length: {length}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'\r\n"
    "X-Request-Id: {number}\r\n\r\n"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """A status of HTTP, and what a person reads."""

    status: HTTPStatus
    sentence: str
    title: str = "This request cannot be read"


ADDRESS_TOO_LONG = Refusal(
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "The address is longer than 8,000 characters. Shorten it, for instance by removing filters.",
    "Too long",
)
HEAD_TOO_LONG = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The head of the request is too long. Delete the cookies of this site and try again.",
    "Too long",
)
GET_WITH_BODY = Refusal(HTTPStatus.BAD_REQUEST, "A GET request has no body here.")
UNREADABLE = Refusal(
    HTTPStatus.BAD_REQUEST,
    "The request is not in the form that the server expects. Nothing was changed.",
)
BROKEN = Refusal(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong on the server. Your data is as it was before.",
    "Something went wrong",
)
KINDS: dict[type[Exception], Refusal] = {
    errors.InvalidResponseHeader: BROKEN,
    errors.InvalidResponseHeaderName: BROKEN,
    errors.ConfigurationProblem: BROKEN,
    errors.LimitRequestLine: ADDRESS_TOO_LONG,
    errors.LimitRequestHeaders: HEAD_TOO_LONG,
    errors.UnsupportedTransferCoding: Refusal(
        HTTPStatus.NOT_IMPLEMENTED, "The body is in a form that the server cannot read."
    ),
    errors.ExpectationFailed: Refusal(
        HTTPStatus.EXPECTATION_FAILED, "The server cannot do what the request expects."
    ),
    errors.ParseException: UNREADABLE,
}


def refusal_of(error: Exception) -> Refusal:
    """Return what is said about an error that gunicorn has met before or around the application."""
    return next((one for kind, one in KINDS.items() if isinstance(error, kind)), BROKEN)


class Refusals:
    """Words refusals and notes them in the log, of very many in a minute only that more were."""

    def __init__(self) -> None:
        self._counts = PerMinute()

    def answer(
        self, refusal: Refusal, address: str, *, page: bool, error: Exception | None = None
    ) -> bytes:
        """Return the whole answer: a page for a person, else JSON, each with its number."""
        number = secrets.token_hex(4)
        self._note(refusal, address, number, error)
        body = (_page if page else _json)(refusal, number).encode()
        head = HEAD.format(
            status=refusal.status,
            phrase=refusal.status.phrase,
            kind="text/html" if page else "application/json",
            length=len(body),
            number=number,
        )
        return head.encode() + body

    def _note(self, refusal: Refusal, address: str, number: str, error: Exception | None) -> None:
        count = self._counts.count(address)
        if count == MAX_LINES + 1:
            logger.warning("what=more-refused address=%r", address)
        if count > MAX_LINES:
            return
        logger.log(
            logging.ERROR if refusal is BROKEN else logging.INFO,
            "what=refused request=%s status=%d address=%r said=%r cause=%r",
            number,
            refusal.status,
            address,
            refusal.sentence,
            type(error).__name__ if error else "-",
            exc_info=error if refusal is BROKEN else None,
        )


def _json(refusal: Refusal, number: str) -> str:
    return json.dumps({"error": refusal.sentence, "id": number})


def _page(refusal: Refusal, number: str) -> str:
    return (
        _templates()
        .get_template("error.html")
        .render(
            title=refusal.title,
            sentence=refusal.sentence,
            request_id=number,
            unexpected=refusal is BROKEN,
            theme="light",
            link="/",
            link_text="Go to the start page",
        )
    )


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape())
