"""The electrolytes of a redox-flow stack during an experiment, as people give them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from cycling.terms import Polarity

QUANTITIES = ("volume", "soc", "min-flow", "max-flow")
MAX_AMOUNT = 1_000_000


@dataclass(frozen=True)
class Electrolyte:
    """The electrolyte of one side, in whole mL, % and mL/min."""

    polarity: Polarity
    volume: int
    initial_soc: int
    min_flow_rate: int
    max_flow_rate: int

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `to_json` was made of."""
        return cls(**{**plain, "polarity": Polarity(plain["polarity"])})

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "polarity": self.polarity.value}


def side_problems(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the texts of one side, by its QUANTITIES."""
    amounts = {name: _amount(texts.get(name, "")) for name in QUANTITIES}
    problems = {name: "Give a whole number." for name, one in amounts.items() if one is None}
    volume, soc, least, most = amounts.values()
    if volume == 0:
        problems["volume"] = "Give a volume above 0."
    if soc is not None and soc > 100:
        problems["soc"] = "Give 0 to 100 %."
    if least is not None and most is not None and least > most:
        problems["max-flow"] = "At least the lowest flow rate."
    return problems


def electrolyte(polarity: Polarity, texts: Mapping[str, str]) -> Electrolyte:
    """Return the electrolyte of texts that have no problems."""
    return Electrolyte(polarity, *(_amount(texts[name]) or 0 for name in QUANTITIES))


def _amount(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return None
    return int(text) if int(text) <= MAX_AMOUNT else None
