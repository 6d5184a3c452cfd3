"""A look that a page takes by itself keeps nothing that a person does waiting.

Dash does not call what an output of something that is under way may call: a check of what was
typed would come only after the answer to a look at the laboratory.
"""

from collections.abc import Iterable
from typing import Any

from components.shell import Ids as Shell

PULSE = f"{Shell.PULSE}.data"
FRAME = {PULSE, f"{Shell.THEME}.data", f"{Shell.NARROW}.data"}
CONSTANT = {"experiment-id.data"}  # set with the page


def properties(wires: Iterable[Any]) -> set[str]:
    return {f"{one['id']}.{one['property']}" for one in wires}


def outputs(spec: dict[str, Any]) -> set[str]:
    found = spec["output"] if isinstance(spec["output"], list) else [spec["output"]]
    named = (f"{one.component_id}.{one.component_property}" for one in found if one)
    return {one.partition("@")[0] for one in named}


def test_nothing_that_a_person_does_waits_for_a_pulse(assembled):
    callbacks = list(assembled[0].extensions["bem.dash"].callback_map.values())
    calls = {PULSE}
    for spec in callbacks:  # what a script makes of it, at once
        if PULSE in properties(spec["inputs"]) and "callback" not in spec:
            calls |= outputs(spec)
    looks = [one for one in callbacks if "callback" in one and calls & properties(one["inputs"])]
    assert len(looks) > 5
    waiting = []
    for look in looks:
        for other in callbacks:
            inputs = properties(other["inputs"])
            by_person = inputs - outputs(look) - properties(look["inputs"]) - FRAME - CONSTANT
            if other is not look and inputs & outputs(look) and by_person:
                waiting.append((sorted(by_person), sorted(inputs & outputs(look))))
    assert waiting == []
