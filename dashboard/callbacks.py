"""What a callback request must look like: Dash answers everything else with a traceback."""

from collections.abc import Mapping
from typing import Any

from dash import Dash
from flask import request
from werkzeug.exceptions import BadRequest

Callback = Mapping[str, Any]


def requested_callback(app: Dash) -> tuple[Callback, dict[str, Any]]:
    """Return the callback that this request names, and the request's body.

    Raises BadRequest for a body that the callback could not have sent.
    """
    body = _body()
    name = body.get("output")
    callback: Callback | None = app.callback_map.get(name) if isinstance(name, str) else None
    if callback is None or "callback" not in callback:  # those that run in the browser have none
        raise BadRequest("This page is older than the server. Reload it; nothing was changed.")
    given_ids = (
        (body.get("inputs", []), callback["inputs"]),
        (body.get("state", []), callback["state"]),
    )
    fits = (
        all(_values_fit(given, declared) for given, declared in given_ids)
        and _outputs_fit(body.get("outputs"), callback)
        and _is_texts(body.get("changedPropIds", []))
    )
    if not fits:
        raise BadRequest
    return callback, body


def asked_path(body: Mapping[str, Any]) -> str:
    """Return the address in a request to Dash's router. Raises BadRequest if there is none."""
    for given in body["inputs"]:
        if given["id"] == "_pages_location" and given["property"] == "pathname":
            path = given.get("value")
            if isinstance(path, str):
                return path
    raise BadRequest


def _body() -> dict[str, Any]:
    if not request.is_json:
        raise BadRequest
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest from error
    if not isinstance(body, dict):
        raise BadRequest
    return body


def _values_fit(given: object, declared: list[dict[str, str]]) -> bool:
    """Whether the values are those of the declared components, in their order."""
    if not isinstance(given, list) or len(given) != len(declared):
        return False
    return all(_value_fits(one, spec) for one, spec in zip(given, declared, strict=True))


def _value_fits(given: object, spec: Mapping[str, str]) -> bool:
    if not spec["id"].startswith("{"):
        named = (given.get("id"), given.get("property")) if isinstance(given, dict) else None
        return named == (spec["id"], spec["property"])
    members = given if isinstance(given, list) else [given]
    return all(
        isinstance(one, dict)
        and isinstance(one.get("id"), dict)
        and one.get("property") == spec["property"]
        for one in members
    )


def _outputs_fit(given: object, callback: Callback) -> bool:
    if callback["no_output"]:
        return True
    declared = callback["output"]
    if not isinstance(declared, list | tuple):
        return _is_output(given)
    return (
        isinstance(given, list)
        and len(given) == len(declared)
        and all(_is_output(one) for one in given)
    )


def _is_output(given: object) -> bool:
    """Whether this names a component's property, or those that a pattern has found."""
    members = given if isinstance(given, list) else [given]
    return all(
        isinstance(one, dict)
        and isinstance(one.get("id"), str | dict)
        and isinstance(one.get("property"), str)
        for one in members
    )


def _is_texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)
