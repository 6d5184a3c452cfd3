"""The callbacks that the application says it has, and the bodies that a browser makes of that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.site.callbacks import Body

DEPENDENCIES = "/_dash-dependencies"
Part = dict[str, str]


@dataclass(frozen=True)
class Form:
    """What one callback reads and writes."""

    output: str
    inputs: Sequence[Part]
    state: Sequence[Part]

    @property
    def writes(self) -> list[str]:
        """The properties that it writes, as `id.property`."""
        return self.output.removeprefix("..").removesuffix("..").split("...")

    @property
    def reads(self) -> list[str]:
        """The properties that it reads, as `id.property`."""
        return [name_of(part) for part in (*self.inputs, *self.state)]

    def body(self, changed: str, values: Mapping[str, object]) -> Body:
        """Return what a browser sends when `changed` has changed; what is not named is None."""
        if unknown := set(values) - set(self.reads):
            raise ValueError(f"The callback of {self.output} does not read {sorted(unknown)}.")
        outputs = [_part(name) for name in self.writes]
        return {
            "output": self.output,
            "outputs": outputs if self.output.startswith("..") else outputs[0],
            "inputs": [_filled(part, values) for part in self.inputs],
            "state": [_filled(part, values) for part in self.state],
            "changedPropIds": [changed],
        }


class Forms:
    """All callbacks of the application that the server answers, from its own list of them."""

    def __init__(self, dependencies: Iterable[Mapping[str, object]]) -> None:
        self._forms = [
            Form(str(one["output"]), _parts(one["inputs"]), _parts(one["state"]))
            for one in dependencies
            if not one.get("clientside_function")
        ]

    def body(self, writes: str, changed: str, values: Mapping[str, object]) -> Body:
        """Return the body for the callback that writes one property when another has changed."""
        found = [
            form for form in self._forms if writes in form.writes and changed in _names(form.inputs)
        ]
        if len(found) != 1:
            raise ValueError(f"{len(found)} callbacks write {writes} when {changed} changes.")
        return found[0].body(changed, values)


def name_of(part: Mapping[str, str]) -> str:
    """Return a part of a callback as `id.property`."""
    return f"{part['id']}.{part['property']}"


def _parts(given: object) -> list[Part]:
    assert isinstance(given, list)
    return [{"id": one["id"], "property": one["property"]} for one in given]


def _names(parts: Sequence[Part]) -> list[str]:
    return [name_of(part) for part in parts]


def _part(name: str) -> Part:
    id_, _, property_ = name.partition(".")
    return {"id": id_, "property": property_}


def _filled(part: Part, values: Mapping[str, object]) -> dict[str, object]:
    return {**part, "value": values.get(name_of(part))}
