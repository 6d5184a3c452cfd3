"""The life of a battery as a file: a row for each cycle, with the metrics that are drawn."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

import numpy as np

from cycling.analysis.campaign.cells import BY_NAME
from cycling.analysis.campaign.courses import OF_CHARGE
from cycling.formats.columns.labels import neutralised
from pages.battery.life.address import View
from pages.battery.life.reading import Joined

ALONG = ("equivalent_full_cycles", "throughput_ah", "days")
HEADS = ("experiment", "name", "cycle_of_experiment", "cycle", *ALONG, "rate")
FLAGS = ("complete", "formation", "uneven")


def address_of(battery_id: int, view: View) -> str:
    """Return the address of the file."""
    return f"/batteries/{battery_id}/life.csv?{urlencode(view.query, doseq=True)}"


def life_pieces(joined: Joined) -> Iterator[bytes]:
    """Yield lines; a value is blank where it is not known. Days are those of the view's axis."""
    metrics = [one for one in joined.view.metrics if one not in ALONG]
    yield _line(*HEADS, *FLAGS, *(_head(joined, one) for one in metrics))
    life = joined.life
    if life is None:
        return
    cell = life.cell
    columns = [cell.columns[name] for name in (*ALONG, *metrics)]
    flags = [cell.is_complete, cell.is_formation, cell.is_uneven]
    for row, place in enumerate(life.part.tolist()):
        one = joined.with_cycles[place]
        numbers = [_text(values[row]) for values in columns]
        yield _line(
            *(one.id, neutralised(one.name), life.own_number[row], cell.number[row]),
            *numbers[: len(ALONG)],
            cell.rate.label(row),
            *(int(flag[row]) for flag in flags),
            *numbers[len(ALONG) :],
        )


def _head(joined: Joined, metric: str) -> str:
    """Return the head of a column; that of a charge has its unit where that is not Ah."""
    unit = joined.unit(metric)
    if metric not in OF_CHARGE or unit == "Ah":
        return metric
    return f"{BY_NAME[metric].label} / {unit}"


def _text(value: float) -> str:
    return f"{value:.15g}" if np.isfinite(value) else ""


def _line(*cells: object) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
