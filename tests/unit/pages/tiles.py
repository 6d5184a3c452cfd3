"""What the tiles of the overview say, read from what the page is sent for its script."""

from typing import Any

from pages.monitor.update import Key
from tests.unit.components.tree import find

WORDS = (Key.EXPERIMENT, Key.NOTES, Key.REMARK, Key.RUN, Key.SIMULATED, Key.NEXT)


def sent_with(page: Any) -> dict[str, Any]:
    """Return the update that comes with the page."""
    (store,) = find(page, id="monitor-update")
    data: dict[str, Any] = store["props"]["data"]
    return data


def tiles(page: Any) -> dict[str, str]:
    """Return the words of each station's tile, by its name."""
    return {one[Key.NAME]: tile_words(one) for one in sent_with(page)["stations"].values()}


def tile_words(fields: dict[str, Any]) -> str:
    """Return the words of a tile, as they stand one after the other."""
    readings: list[str] = []
    if fields[Key.READINGS]:
        readings = [fields[Key.VOLTS], "V", fields[Key.AMPERES], fields[Key.READINGS][0]]
    return "".join([fields[Key.NAME], *readings, *(_spoken(fields[key]) for key in WORDS)])


def _spoken(part: Any) -> str:
    """Return words without how long ago something was, of which the script says the rest."""
    if not isinstance(part, list):
        return part if isinstance(part, str) else ""
    if part and part[0] in ("a", "b", "ago"):
        return "" if part[0] == "ago" else str(part[1])
    return "".join(map(_spoken, part))
