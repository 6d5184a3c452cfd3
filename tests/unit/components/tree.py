"""Walking through what a page draws, as components or as the JSON that the browser gets."""

import json
from collections.abc import Iterator
from typing import Any

from plotly.io.json import to_json_plotly


def as_json(drawn: Any) -> Any:
    """What the browser gets; fails for what is no JSON."""
    return json.loads(to_json_plotly(drawn))


def walk(drawn: Any) -> Iterator[dict]:
    """Yield the JSON of every component, those within other properties too."""
    node = as_json(drawn) if not isinstance(drawn, dict | list) else drawn
    yield from _walk(node)


def _walk(node: Any) -> Iterator[dict]:
    if isinstance(node, dict):
        if "props" in node and "type" in node:
            yield node
        for value in node.values():
            yield from _walk(value)
    elif isinstance(node, list):
        for one in node:
            yield from _walk(one)


def find(drawn: Any, **props: Any) -> list[dict]:
    """Return the components that have these properties, by their JSON."""
    return [
        node
        for node in walk(drawn)
        if all(node["props"].get(name) == value for name, value in props.items())
    ]


def of_type(drawn: Any, kind: str) -> list[dict]:
    """Return the components of a type: A, Button, Input."""
    return [node for node in walk(drawn) if node["type"] == kind]


def nested_lists(drawn: Any) -> list[str]:
    """Name the components whose children hold a list within a list, which breaks React."""
    return [
        f"{node['type']} {node['props'].get('id') or node['props'].get('className')}"
        for node in walk(drawn)
        if isinstance(node["props"].get("children"), list)
        and any(isinstance(child, list) for child in node["props"]["children"])
    ]


def text(drawn: Any) -> str:
    """Return the words of a component, as they stand one after the other."""
    return _text(as_json(drawn) if not isinstance(drawn, dict | list | str) else drawn)


def _text(node: Any) -> str:
    if isinstance(node, dict):
        return _text(node.get("props", {}).get("children"))
    if isinstance(node, list):
        return "".join(map(_text, node))
    return "" if node is None else str(node)


def classes(drawn: Any) -> set[str]:
    """Return all class names within."""
    names: set[str] = set()
    for node in walk(drawn):
        for key in ("className", "class_name"):
            names |= set((node["props"].get(key) or "").split())
    return names
