"""The dialog that registers a battery from within the import: the same form in a smaller frame."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html

from pages.battery.form import Filling, Form, fields

FORM = Form("import-battery")
OPEN = FORM.part("dialog")
SAVE = FORM.part("save")
CANCEL = FORM.part("cancel")
FOUND = FORM.part("found")
ONCE = FORM.part("once")


def dialog(manufacturers: Sequence[str] = ()) -> dbc.Modal:
    """Return the dialog, closed."""
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("New battery"), close_button=True),
            dbc.ModalBody(
                [
                    fields(FORM, Filling(values={}, manufacturers=manufacturers)),
                    dcc.Store(id=ONCE),
                    html.Div(id=FORM.part("side"), className="bem-stack bem-below"),
                ]
            ),
            dbc.ModalFooter(
                [
                    html.Span(id=FORM.part("state"), className="bem-bad small", role="status"),
                    dbc.Button("Cancel", id=CANCEL, color="secondary"),
                    dbc.Button("Add battery", id=SAVE, color="primary"),
                ]
            ),
        ],
        id=OPEN,
        is_open=False,
        scrollable=True,
        size="lg",
    )
