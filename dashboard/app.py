"""The one assembly of the web server."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from dash import Dash
from dash.development.base_component import Component
from flask import Flask, has_request_context
from flask_login import current_user

from components import shell
from dashboard import errors
from dashboard.access import guard
from dashboard.battery_files import add_battery_files
from dashboard.chosen_files import add_chosen_files
from dashboard.files import add_files
from dashboard.health import add_health
from dashboard.login import add_login
from dashboard.metrics import add_metrics
from dashboard.page_registry import addresses_for, load_pages
from dashboard.previews import add_previews
from dashboard.scripts import keep_scripts
from dashboard.security import protect
from dashboard.settings import WebSettings
from db.commands.users import ARGON2, Hasher
from db.engine import Database
from db.terms import Role

ROOT = Path(__file__).resolve().parent.parent
TITLE = "Battery Experiments Manager"

# The theme script stands before the style sheets, so that a dark page is never painted white.
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<script src="/assets/early/theme.js"></script>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
{%css%}
</head>
<body>
{%app_entry%}
<footer>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""


def utc_now() -> datetime:
    """Return the time; the clock that everything takes unless a test gives another."""
    return datetime.now(UTC)


def create_app(
    settings: WebSettings,
    database: Database,
    *,
    clock: Callable[[], datetime] = utc_now,
    hasher: Hasher = ARGON2,
    pages: str = "pages",
) -> Flask:
    """Build the web server, ready for its first request.

    `pages` is the package with the page files. Dash's object is in `extensions["bem.dash"]`.
    """
    server = Flask("dashboard", root_path=str(ROOT / "dashboard"), static_folder=None)
    server.secret_key = settings.secret_key
    server.extensions["bem.database"] = database
    server.extensions["bem.clock"] = clock
    server.extensions["bem.data_dir"] = settings.data_dir
    server.extensions["bem.limits"] = settings.limits
    protect(server, settings)
    errors.register(server)
    add_login(server, settings, hasher)
    add_health(server, database)
    add_metrics(server, settings, database)
    add_files(server, settings)
    add_chosen_files(server)
    add_battery_files(server)
    add_previews(server)
    guard(server, settings)
    server.extensions["bem.dash"] = _add_dash(server, pages)
    keep_scripts(server)
    warm_up(server)
    return server


def warm_up(server: Flask) -> None:
    """Let Dash finish its set-up, which it leaves to the first request.

    What fails here fails the start; in a request Dash would go on half set up. Dash also keeps new
    callbacks in one list for all applications: taken here, the next one finds it empty.
    """
    with server.test_request_context("/login"):
        server.preprocess_request()
    app: Dash = server.extensions["bem.dash"]
    server.extensions["bem.script_hashes"] = list(app.csp_hashes())


def _add_dash(server: Flask, pages: str) -> Dash:
    app = Dash(
        name="dashboard",
        server=server,
        use_pages=True,
        pages_folder="",  # load_pages does it
        assets_folder=str(ROOT / "assets"),
        assets_path_ignore=["^early$"],
        include_pages_meta=False,
        index_string=INDEX,
        title=TITLE,
        update_title=None,
        suppress_callback_exceptions=True,  # else Dash draws every page at the start
        on_error=errors.on_callback_error,
        add_log_handler=False,  # it would write to standard output
        use_async=False,
        enable_mcp=False,
    )
    app.layout = _frame
    shell.register(app)
    load_pages(pages)
    return app


def _frame() -> Component:
    """Return the frame for whoever is signed in; Dash also asks before anybody is."""
    if has_request_context() and current_user.is_authenticated:
        name, role = current_user.name, current_user.role
    else:
        name, role = "", Role.ADMIN
    return shell.layout(name, role, addresses_for(role))
