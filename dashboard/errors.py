"""How a failure is told: a page to a person, JSON to a script, a toast to a page that is open."""

import logging
import traceback
from pathlib import Path

import dash
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from cycling.errors import BemError, ConflictError, InputError, NotFoundError, UnavailableError
from dashboard.per_minute import PerMinute
from pages.context import THEME_COOKIE, request_id

PAGES = {"/", "/<path:path>", "login", "sign_in"}  # endpoints that a person opens in the browser
TOASTS = "shell-toasts-store"
LEAST_OF_OURS = 500  # of the HTTP statuses
MOST_OF_A_PATH = 200  # characters in the log
MOST_OF_A_LINE, MOST_LINES = 300, 100  # of a traceback; a forged value may be in it
MOST_REFUSED = 60  # lines a minute of a user at an address
OURS = str(Path(__file__).resolve().parent.parent)

logger = logging.getLogger(__name__)

TITLES = {
    400: "This request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not possible here",
    413: "Too large",
    429: "Too many tries",
    503: "Not reachable for the moment",
}
SENTENCES = {
    400: "The request is not in the form that the server expects. Nothing was changed.",
    401: "Your login has expired or you are not signed in.",
    403: "Your role does not allow this. An admin can give you another one.",
    404: "There is nothing at this address. Check it, or go to the start page.",
    405: "This address does not take this kind of request. Nothing was changed.",
    411: "The request does not say how long it is. Send it with a Content-Length.",
    413: "What was sent is larger than the server takes. Nothing was stored.",
    503: "The database cannot be reached. Nothing is lost; try again in a moment.",
}
UNEXPECTED = "Something went wrong on the server. Your data is as it was before."
STATUS = {UnavailableError: 503, NotFoundError: 404, ConflictError: 409, InputError: 400}


def register(server: Flask) -> None:
    """Answer every error in our words; nobody but the log sees a traceback."""
    server.extensions["bem.refusals"], server.extensions["bem.errors"] = PerMinute(), PerMinute()
    server.register_error_handler(HTTPException, _http)
    server.register_error_handler(BemError, _ours)
    server.register_error_handler(dash.exceptions.DependencyException, _no_such_script)
    server.register_error_handler(Exception, _unexpected)


def answer(status: int, sentence: str | None = None, *, unexpected: bool = False) -> Response:
    """Return a page for a person and `{"error": sentence}` for a script.

    The page has the request's number; for a script it is in the header, and in the body of an
    unexpected error too.
    """
    text = sentence or SENTENCES.get(status, UNEXPECTED)
    if not wants_page():
        body = {"error": text, "id": request_id()} if unexpected else {"error": text}
        return make_response(jsonify(body), status)
    page = render_template(
        "error.html",
        title=TITLES.get(status, "Something went wrong"),
        sentence=text,
        request_id=request_id(),
        unexpected=unexpected,
        theme=theme(),
        link="/login" if status == 401 else "/",
        link_text="Sign in" if status == 401 else "Go to the start page",
    )
    return make_response(page, status)


def wants_page() -> bool:
    """Whether a person sees the answer, rather than a script."""
    accepted = request.headers.get("Accept", "")
    if "text/html" in accepted:
        return True
    is_page = request.endpoint in PAGES and request.method != "OPTIONS"
    return is_page and "json" not in accepted and not request.path.startswith("/_")


def theme() -> str:
    """Return the colour theme that this browser had last."""
    return "dark" if request.cookies.get(THEME_COOKIE) == "dark" else "light"


def on_callback_error(error: Exception) -> None:
    """Log an error of a callback and show it as a toast; the page stays as it is.

    One of the three places with a broad net: Dash hands every exception of a callback here.
    """
    number = request_id()
    if isinstance(error, BemError):
        text = str(error)
        log_refusal(_status_of(error), text, error.__cause__)
    else:
        unknown = f"{UNEXPECTED} Tell an admin this number: {number}"
        text = SENTENCES[503] if _is_of_database(error) else unknown
        _log(error)
    dash.set_props(TOASTS, {"data": {"kind": "error", "text": text, "id": number}})


def log_refusal(status: int, sentence: str, cause: BaseException | None = None) -> None:
    """Write one line about a request that was not carried out; a warning where it is our side.

    Of very many in a minute only that more were.
    """
    user = getattr(g.get("_login_user"), "name", "-")  # asking now could ask the database again
    level = logging.WARNING if status >= LEAST_OF_OURS else logging.INFO
    count = current_app.extensions["bem.refusals"].count(f"{user} {request.remote_addr}")
    if count > MOST_REFUSED:
        if count == MOST_REFUSED + 1:
            logger.log(level, "what=more-refused user=%r address=%r", user, request.remote_addr)
        return
    logger.log(
        level,
        "what=refused request=%s status=%s user=%r method=%s path=%r said=%r cause=%r",
        request_id(),
        status,
        user,
        request.method,
        request.path[:MOST_OF_A_PATH],
        sentence,
        str(cause or "-")[:MOST_OF_A_PATH],
    )


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # made by abort(Response), or a redirect of the router
        return make_response(error.get_response(request.environ))
    status = error.code or 500
    said_by_us = error.description if error.description != type(error).description else None
    log_refusal(status, said_by_us or SENTENCES.get(status, UNEXPECTED))
    result = answer(status, said_by_us)
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            result.headers[name] = value
    return result


def _ours(error: BemError) -> Response:
    status = _status_of(error)
    log_refusal(status, str(error), error.__cause__)
    return answer(status, str(error))


def _status_of(error: BemError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def _no_such_script(_error: Exception) -> Response:
    return answer(404)


def _unexpected(error: Exception) -> Response:
    _log(error)
    return answer(503 if _is_of_database(error) else 500, unexpected=True)


def _is_of_database(error: Exception) -> bool:
    return isinstance(error, OperationalError | InterfaceError)


def _log(error: Exception) -> None:
    """Log an error with its traceback: once a minute for each place where one breaks."""
    where = f"{request.method} {request.path[:MOST_OF_A_PATH]}"
    count = current_app.extensions["bem.errors"].count(_place(error))
    if count > 1:
        if count <= MOST_REFUSED:
            logger.error(
                "what=error request=%s where=%r as-before=%r",
                request_id(),
                where,
                str(error)[:MOST_OF_A_PATH],
            )
        return
    trace = "".join(traceback.format_exception(error)).splitlines()[-MOST_LINES:]
    cut = "\n".join(line[:MOST_OF_A_LINE] for line in trace)
    logger.error("what=error request=%s where=%r\n%s", request_id(), where, cut)


def _place(error: Exception) -> str:
    """Return what broke, and the last line of ours on the way there."""
    steps = traceback.extract_tb(error.__traceback__)
    of_ours = [
        one for one in steps if one.filename.startswith(OURS) and ".venv" not in one.filename
    ]
    last = of_ours[-1] if of_ours else None
    where = f"{last.filename.removeprefix(OURS)}:{last.lineno}" if last else "-"
    return f"{type(error).__name__} {where}"
