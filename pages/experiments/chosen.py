"""Experiments that were chosen, as an address names them: "1-3, 7"."""

from collections.abc import Sequence

from components.sent import Sent
from cycling.errors import InputError
from pages.sent import MAX_SHOWN, asked_values

MAX_CHOSEN = 100
MAX_TEXT = 1000


def chosen_text(given: Sent) -> str:
    """Return what an address or a field says of chosen experiments, as one text."""
    return ", ".join(asked_values(given))[:MAX_TEXT]


def read_chosen(text: str) -> tuple[list[int], list[str]]:
    """Return the experiments that a text names, in their order, and in sentences what is wrong."""
    ids: dict[int, None] = {}
    unknown = []
    for part in text.replace("\N{EN DASH}", "-").replace(",", " ").replace("#", "").split():
        first, _dash, last = part.partition("-")
        if not _is_number(first) or (_dash and not _is_number(last)):
            unknown.append(part)
            continue
        low, high = sorted((int(first), int(last or first)))
        ids |= dict.fromkeys(range(low, min(high, low + MAX_CHOSEN) + 1))
    problems = []
    if unknown:
        words = " ".join(unknown)[:MAX_SHOWN]
        problems.append(f"“{words}” names no experiments. Write their numbers, like 12, 15-20.")
    if len(ids) > MAX_CHOSEN:
        problems.append(
            f"At most {MAX_CHOSEN} experiments are taken at once: the others are left out."
        )
    return list(ids)[:MAX_CHOSEN], problems


def chosen_ids(given: Sent) -> list[int]:
    """Return the experiments that an address names. Raises InputError where it names none."""
    ids, problems = read_chosen(chosen_text(given))
    if problems or not ids:
        raise InputError(problems[0] if problems else "Choose experiments first: none is named.")
    return ids


def ranges(ids: Sequence[int]) -> str:
    """Return ids as a text: "1-3, 7"; where they are not in the order of numbers, one by one."""
    parts: list[list[int]] = []
    for one in ids:
        if parts and one == parts[-1][1] + 1:
            parts[-1][1] = one
        else:
            parts.append([one, one])
    return ", ".join(f"{low}-{high}" if low < high else str(low) for low, high in parts)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
