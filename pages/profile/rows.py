"""The compiled rows of a profile, as stations execute them."""

from collections.abc import Sequence

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import note
from components.instruction_labels import instruction_words
from cycling.profile import INSTRUCTION_TABLE, Program, check_station, reference_rows
from cycling.profile.problems import errors_in
from cycling.profile.program.instructions import Instruction
from cycling.terms import Mode
from db.queries.profiles.compiled import CompiledProfile, CompiledRow

MAX_ROWS = 2_000
ROW_PX, MAX_PX = 33, 430
NARROW = {"Row": 58, "SetPoint": 96, "LimitPoint": 100, "LimitType": 96}
SHARES = {"Instruction": 1.25, "From": 1}


def program_rows(program: Program) -> list[Component]:
    """Return the rows of a program as a table, with what the integers alone do not say."""
    flat = reference_rows(program)
    rows = [
        (
            str(row.id),
            _words(origin.instruction),
            f"{row.set_point:,}".replace("-", "−"),
            str(row.limit_type),
            f"{row.limit_point:,}".replace("-", "−"),
            origin.text,
        )
        for row, origin in zip(flat.rows[:MAX_ROWS], flat.origins[:MAX_ROWS], strict=True)
    ]
    parts: list[Component] = []
    if errors_in(check_station(program, INSTRUCTION_TABLE)):
        words = (
            "The whole numbers do not say it all: stations of our own protocol execute the exact "
            "values, others refuse this profile."
        )
        parts.append(html.Div(note("queued", words), className="p-2"))
    heads = ("Row", "Instruction", "SetPoint", "LimitType", "LimitPoint", "From")
    return [*parts, _grid(heads, rows), *_rest(len(flat.rows))]


def compiled_rows(compiled: CompiledProfile) -> list[Component]:
    """Return the rows that an experiment executes, as they are stored."""
    rows = [
        (
            str(row.id),
            instruction_words(row.mode, row.set_point, row.limits, row.max_current_a),
            _place(row),
        )
        for row in compiled.rows[:MAX_ROWS]
    ]
    return [_grid(("Row", "Instruction", "From"), rows), *_rest(len(compiled.rows))]


def _words(step: Instruction) -> str:
    limits = [(str(one.kind), float(one.value)) for one in step.limits]
    most = None if step.max_current_a is None else float(step.max_current_a)
    set_point = 0.0 if step.mode is Mode.WAIT else float(step.set_point)
    return instruction_words(step.mode, set_point, limits, most)


def _place(row: CompiledRow) -> str:
    if row.line is None:
        return ""
    if row.cycle is not None:
        return f"cycle {row.cycle} of {row.cycles}, line {row.line}"
    if row.loops:
        this, of = row.loops[-1]
        return f"round {this} of {of}, line {row.line}"
    return f"line {row.line}"


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Component:
    """Return a grid: only the rows in sight cost anything."""
    columns = [
        {
            "field": head,
            "headerName": head,
            "sortable": False,
            "suppressMovable": True,
            **(
                {"type": "rightAligned", "width": NARROW[head]}
                if head in NARROW
                else {"flex": SHARES[head], "minWidth": 158, "tooltipField": head}
            ),
        }
        for head in heads
    ]
    return dag.AgGrid(
        rowData=[dict(zip(heads, row, strict=True)) for row in rows],
        columnDefs=columns,
        className="bem-grid",
        dashGridOptions={"rowHeight": ROW_PX, "headerHeight": ROW_PX, "animateRows": False},
        style={"height": f"{min(MAX_PX, ROW_PX * (len(rows) + 1) + 2)}px", "width": "100%"},
    )


def _rest(count: int) -> list[Component]:
    if count <= MAX_ROWS:
        return []
    words = f"The first {formatting.number(MAX_ROWS)} of {formatting.number(count)} rows."
    return [html.Div(words, className="t3 small p-3")]
