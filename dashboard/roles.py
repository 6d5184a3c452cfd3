"""Who may do what: one table each for addresses and callbacks; pages name their role themselves.

What is missing here is refused. A test walks every route, page and callback of the application.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from components.sent import Sent
from dashboard.security import ASSETS, CALLBACK, PREVIEW, SUITES
from db.terms import Role

# Flask endpoints that need no login. "metrics" asks for a token of its own.
PUBLIC = frozenset({ASSETS, "login", "sign_in", "health", "metrics"})

# Flask endpoints that show a page, whose role is in Dash's page registry.
PAGES = frozenset({"/", "/<path:path>"})

# Other Flask endpoints.
ROUTE_ROLES: Mapping[str, Role] = {
    SUITES: Role.VIEWER,
    CALLBACK: Role.VIEWER,  # and then by the callback, below
    "/_dash-layout": Role.VIEWER,
    "/_dash-dependencies": Role.VIEWER,
    "/_favicon.ico": Role.VIEWER,
    "audit_csv": Role.ADMIN,
    "batteries_csv": Role.VIEWER,
    "battery_life_csv": Role.VIEWER,
    "chosen_cycles": Role.VIEWER,
    "chosen_measures": Role.VIEWER,
    "comparison_csv": Role.VIEWER,
    "comparison_report": Role.VIEWER,
    "cycles_file": Role.VIEWER,
    "/_reload-hash": Role.ADMIN,  # a tool of Dash's developers
    "logout": Role.VIEWER,
    "measures_csv": Role.VIEWER,
    "measures_parquet": Role.VIEWER,
    "original_file": Role.VIEWER,
    PREVIEW: Role.VIEWER,
    "report_html": Role.VIEWER,
    "upload": Role.OPERATOR,
}

# Callbacks, by the beginning of the ids that they read and write, up to a "-". The longest
# beginning that is listed counts: "experiment-stop-button" is found as "experiment-stop" before
# "experiment". Of all ids of a callback the strictest role counts.
CALLBACK_ROLES: Mapping[str, Role] = {
    "_pages_content": Role.VIEWER,  # and the role of the page that is asked for
    "_pages_store": Role.VIEWER,
    "_pages_location": Role.VIEWER,
    "_pages_dummy": Role.VIEWER,
    "shell": Role.VIEWER,
    "account": Role.VIEWER,
    "batteries": Role.VIEWER,
    "battery": Role.VIEWER,
    "battery-add": Role.OPERATOR,
    "battery-edit": Role.OPERATOR,
    "battery-delete": Role.ADMIN,
    "compare": Role.VIEWER,
    "dqdv": Role.VIEWER,
    "cycles": Role.VIEWER,
    "cycles-choose": Role.OPERATOR,
    "experiments": Role.VIEWER,
    "experiment": Role.VIEWER,
    "experiment-delete": Role.ADMIN,
    "experiment-edge": Role.OPERATOR,
    "experiment-note": Role.OPERATOR,
    "experiment-rename": Role.OPERATOR,
    "experiment-rules": Role.OPERATOR,
    "experiments-owner": Role.OPERATOR,
    "experiments-rules": Role.ADMIN,
    "experiments-tag": Role.OPERATOR,
    "experiments-tags": Role.OPERATOR,
    "import": Role.OPERATOR,
    "profiles": Role.VIEWER,
    "profile": Role.VIEWER,
    "profile-write": Role.OPERATOR,
    "profile-delete": Role.ADMIN,
    "pulses": Role.VIEWER,
    "pulses-tick": Role.OPERATOR,
    "monitor": Role.VIEWER,
    "monitor-alarm": Role.OPERATOR,
    "monitor-confirm": Role.OPERATOR,
    "queue": Role.VIEWER,
    "queue-change": Role.OPERATOR,
    "addexp": Role.OPERATOR,
    "live": Role.VIEWER,
    "live-command": Role.OPERATOR,
    "stations": Role.VIEWER,
    "stations-change": Role.OPERATOR,
    "station-edit": Role.OPERATOR,
    "users": Role.ADMIN,
    "audit": Role.ADMIN,
}


def callback_role(callback: Mapping[str, Any]) -> Role | None:
    """Return the role that a callback of Dash's `callback_map` needs; None if it is not listed."""
    roles = [_id_role(component_id) for component_id in _ids(callback)]
    if not roles or None in roles:
        return None
    return strictest(role for role in roles if role is not None)


def strictest(roles: Iterable[Role]) -> Role:
    """Return the role that may do the most."""
    return max(roles, key=list(Role).index)


def _ids(callback: Mapping[str, Any]) -> Iterable[str]:
    """Yield every component id that a callback names; pattern-matching ones by their type.

    Inputs and states count too: a page's button may write nothing but a toast of the shell.
    """
    output = callback["output"]
    outputs = output if isinstance(output, list | tuple) else [output]
    for one in outputs:
        yield _plain(one.component_id)
    for one in (*callback["inputs"], *callback["state"]):
        yield _plain(one["id"])


def _plain(component_id: Sent) -> str:
    if isinstance(component_id, str) and component_id.startswith("{"):
        component_id = json.loads(component_id)
    if isinstance(component_id, dict):
        return str(component_id.get("type", ""))
    return str(component_id)


def _id_role(component_id: str) -> Role | None:
    words = component_id.split("-")
    for length in range(len(words), 0, -1):
        role = CALLBACK_ROLES.get("-".join(words[:length]))
        if role is not None:
            return role
    return None
