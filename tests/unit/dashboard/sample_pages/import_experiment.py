from dash import ALL, Input, Output, callback, html, register_page

from db.commands import audit
from db.commands.audit import By
from db.terms import Role
from pages.context import database, now, viewer

register_page(__name__, path="/import-experiment", role=Role.OPERATOR)


def layout():
    return html.Button(id="import-go")


@callback(Output("import-result", "children"), Input("import-go", "n_clicks"))
def _write(_clicks):
    with database().write() as session:
        audit.record(
            session,
            By(viewer().name, "", now()),
            "import",
            "experiment 1",
        )
    return "done"


@callback(Output("shell-toasts-store", "data"), Input("import-undo", "n_clicks"))
def _undo(_clicks):
    return {"kind": "done", "text": "undone"}


@callback(Input("import-quiet", "n_clicks"))
def _quiet(_clicks):
    return None


@callback(
    Output("experiments-chosen", "children"),
    Output({"type": "import-remove", "part": ALL}, "children"),
    Input({"type": "import-remove", "part": ALL}, "n_clicks"),
)
def _remove(clicks):
    return "", ["" for _ in clicks]
