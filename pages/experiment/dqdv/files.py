"""The curves of the tab of dQ/dV as CSV, as they are drawn."""

import numpy as np

from cycling.formats.write import csv_rows
from db.measures.export import csv_file_name
from pages.experiment.dqdv.address import Curve, Show
from pages.experiment.dqdv.curves import MILLI, Curves, points

HEADS = {
    Curve.DQDV: ("voltage_v", "dqdv_ah_per_v"),
    Curve.DVDQ: ("charge_ah", "dvdq_v_per_ah"),
}


def csv_text(curves: Curves) -> str:
    """Return one line a point: its cycle, its half, and both coordinates."""
    view = curves.view
    x, y = HEADS[Curve.DQDV if view.show is Show.MAP else view.curve]
    y = f"difference_of_{y}" if curves.is_difference else y
    pieces = [f"cycle,half,{x},{y}\n"]
    for place in curves.drawn:
        half, columns = curves.halves[place], points(curves, place)
        count = len(columns[0])
        lines = csv_rows([np.full(count, half.cycle), *columns], count).decode()
        pieces += [line.replace(",", f",{half.direction},", 1) for line in lines.splitlines(True)]
    return "".join(pieces)


def file_name(experiment_id: int, name: str, curves: Curves) -> str:
    """Return a name that says of what they are and how they were made."""
    view = curves.view
    of = csv_file_name(experiment_id, name).removesuffix(".bdf.csv")
    is_dqdv = view.curve is Curve.DQDV or view.show is Show.MAP
    how = f"{curves.width_v * MILLI:.3g}mV-" if is_dqdv else ""
    smooth = f"smoothed{view.smoothing:g}x" if view.smoothing else "raw"
    return f"{of}-{'dqdv' if is_dqdv else 'dvdq'}-{view.half}-{how}{smooth}.csv"
