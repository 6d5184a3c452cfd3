"""A browser with a page of ours: sends what Dash sends, and reads the answers."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Flask

from components.shell import Ids as Frame
from dashboard.login import SESSION_COOKIE
from db.commands.form_tokens import new_token
from pages.context import NARROW_COOKIE, ZONE_COOKIE
from tests.unit.components.tree import find, walk
from tests.unit.dashboard.world import router_body

UPDATE = "/_dash-update-component"
TOASTS = "shell-toasts-store"
FRAME = {value for name, value in vars(Frame).items() if name.isupper()}


class Answer(dict):
    """What a callback changes: `answer["some-id.property"]`; what it leaves is not in it."""

    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.request = response.headers["X-Request-Id"]
        body = json.loads(response.text) if self.status == 200 else {}
        super().__init__(
            {
                f"{component}.{name}": value
                for component, properties in body.get("response", {}).items()
                for name, value in properties.items()
            }
        )
        beside = body.get("sideUpdate") or {}
        for component in beside.keys() - {TOASTS}:
            self.update({f"{component}.{name}": one for name, one in beside[component].items()})
        toast = beside.get(TOASTS, {}).get("data", {})
        is_failure = "id" in toast  # the number of a request that went wrong
        self.error = toast.get("text") if is_failure else None
        if toast and not is_failure:
            self[f"{TOASTS}.data"] = toast


class Visitor:
    """Somebody who is signed in."""

    def __init__(self, web: Flask, token: str, *, zone: str = "", narrow: bool = False) -> None:
        self.client = web.test_client()
        self._app = web.extensions["bem.dash"]
        self.client.set_cookie(SESSION_COOKIE, token)
        self.client.set_cookie(ZONE_COOKIE, zone)
        self.client.set_cookie(NARROW_COOKIE, "1" if narrow else "0")

    def call(
        self,
        first_output: str,
        values: dict[str, Any] | None = None,
        *,
        by: str | dict | None = None,
        patterns: dict[str, list[tuple[dict, Any]]] | None = None,
    ) -> Answer:
        """Ask a callback, named by its first output: `call("import-mapping.data", {...})`.

        `values` are by "id.property"; `by` is the id.property that changed, `patterns` are the
        ids and values of pattern-matching inputs, by the type in their ids.
        """
        body = self.body(first_output, values, by=by, patterns=patterns)
        return Answer(self.client.post(UPDATE, json=body))

    def body(self, first_output, values=None, *, by=None, patterns=None) -> dict[str, Any]:
        """Return what the browser sends for a callback."""
        callback, spec = self._callback(first_output, by)
        values, patterns = values or {}, patterns or {}

        def given(one: dict[str, str]) -> Any:
            if one["id"].startswith("{"):
                found = patterns.get(json.loads(one["id"])["type"], [])
                is_id = one["property"] == "id"
                return [
                    {"id": key, "property": one["property"], "value": key if is_id else value}
                    for key, value in found
                ]
            name = f"{one['id']}.{one['property']}"
            usual = new_token() if one["id"].endswith("-once") else None
            if name == by and one["property"] == "n_clicks":
                usual = 1  # what calls was clicked
            value = values.get(name, usual)
            return {"id": one["id"], "property": one["property"], "value": value}

        known = {f"{one['id']}.{one['property']}" for one in (*spec["inputs"], *spec["state"])}
        assert set(values) <= known, f"{set(values) - known} are not asked for by {first_output}"
        outputs = spec["output"]

        def place(one: Any) -> Any:
            if not isinstance(one.component_id, dict):
                return {"id": one.component_id, "property": one.component_property}
            rows = patterns.get(one.component_id["type"], [])
            return [{"id": key, "property": one.component_property} for key, _value in rows]

        named = [place(one) for one in (outputs if isinstance(outputs, list) else [outputs])]
        return {
            "output": callback,
            "outputs": named if isinstance(outputs, list) else named[0],
            "inputs": [given(one) for one in spec["inputs"]],
            "state": [given(one) for one in spec["state"]],
            "changedPropIds": [] if by is None else [by if isinstance(by, str) else _written(by)],
        }

    def open(self, path: str, search: str = "") -> Any:
        """Follow a link; return the page as JSON."""
        answer = self.client.post(UPDATE, json=router_body(self._app, path, search))
        assert answer.status_code == 200, answer.text
        body = json.loads(answer.text)
        assert not body.get("sideUpdate"), body["sideUpdate"]
        page = body["response"]["_pages_content"]["children"]
        self._check_outputs(page)
        return page

    def _check_outputs(self, page: Any) -> None:
        """No callback that is called by itself misses some of its inputs or outputs here.

        Dash makes that an error in the browser, each time: of the frame, or of a store.
        """
        ids = (one["props"].get("id") for one in walk(page))
        here = {one for one in ids if isinstance(one, str)} | FRAME
        for name, spec in self._app.callback_map.items():
            outputs = spec["output"] if isinstance(spec["output"], list) else [spec["output"]]
            written = {one.component_id for one in outputs if isinstance(one.component_id, str)}
            asked = {one["id"] for one in spec["inputs"] if not one["id"].startswith("{")}
            calls = {one["id"] for one in spec["inputs"] if one["property"] == "data"}
            if calls & here and written & here:
                missing = (asked | written) - here
                assert not missing, f"{name[:60]}: {missing} are not there"

    def callback_of(self, first_output: str, by: str) -> str:
        """Return the name of a callback in Dash's map."""
        return self._callback(first_output, by)[0]

    def _callback(self, first_output: str, by: str | dict | None) -> tuple[str, dict]:
        """Return a callback by its first output, and by what calls it where two have the same."""
        found = list(self._beginning_with(first_output))
        called = [one for one in found if _calls(by, one[1])]
        if not found:
            raise AssertionError(f"no callback begins with {first_output}")
        return (called or found)[0]

    def _beginning_with(self, first_output: str) -> Iterator[tuple[str, dict]]:
        for name, spec in self._app.callback_map.items():
            outputs = spec["output"]
            if not outputs:
                continue
            first = outputs[0] if isinstance(outputs, list) else outputs
            plain = f"{first.component_id}.{first.component_property}".split("@")[0]
            if plain == first_output and "callback" in spec:
                yield name, spec


def _calls(by: str | dict | None, spec: dict) -> bool:
    """Whether a change of `by` calls a callback: a component, or one of a pattern by its type."""
    if isinstance(by, dict):
        patterns = (one["id"] for one in spec["inputs"] if one["id"].startswith("{"))
        return any(json.loads(one)["type"] == by["id"]["type"] for one in patterns)
    return by in [f"{one['id']}.{one['property']}" for one in spec["inputs"]]


def _written(component: dict) -> str:
    name, component_id = component["property"], component["id"]
    return json.dumps(component_id, sort_keys=True, separators=(",", ":")) + f".{name}"


def shown(drawn: Any, component_id: str) -> dict:
    """Return the properties of the component with this id in a page."""
    (found,) = find(drawn, id=component_id)
    return found["props"]
