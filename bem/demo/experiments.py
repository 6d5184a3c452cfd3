"""What the demo's stations run: profiles as text, and which battery runs which where."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("experiments.toml")


@dataclass(frozen=True)
class DemoExperiment:
    """An experiment of the demo: where, on what, and its profile for the library."""

    token: str
    station: str
    battery: str
    name: str
    description: str
    profile: str
    text: str


def demo_experiments() -> list[DemoExperiment]:
    """Return the experiments in the order in which they are queued."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    experiments = []
    for row in table["experiment"]:
        text = table["texts"][row["text"]].format(**row.pop("values"))
        experiments.append(DemoExperiment(**{**row, "text": text}))
    return experiments
