"""Whether the processes of this machine do their work, judged by what they write themselves.

A worker and a master node beat from the loop that does the work: one that hangs goes silent. A
number of a process that has ended says nothing; after a restart it may be given out again, so of
two rows with the same number the newer one counts.
"""

import json
import os
import socket
from collections.abc import Callable, Iterable, Sequence

from bem.services import read_settings
from cycling.errors import BemError
from db.heartbeats import Process, read_processes
from db.terms import MASTER_NODE, WAITING, WORKER, node_trouble

WORKER_SILENT_S = 60.0
MASTER_NODE_SILENT_S = 10.0
PATIENCE_S = 4.0
USUAL_URL = "http://127.0.0.1:8050"


def answer(arguments: Sequence[str]) -> str | None:
    """Carry out `bem health` and return what it says; None if this is another command.

    Only as services write it. Raises BemError if a process does not work.
    """
    match arguments:
        case ["health", "web"]:
            return check_web(USUAL_URL)
        case ["health", "web", "--url", url]:
            return check_web(url)
        case ["health", "worker"]:
            return check_worker(read_settings().database_url)
        case ["health", "master-node"]:
            return check_master_node(read_settings().database_url)
    return None


def runs(process_id: int) -> bool:
    """Whether a process of this number runs on this machine."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def check_worker(database_url: str, is_running: Callable[[int], bool] = runs) -> str:
    """Say how this machine's workers are. Raises BemError unless all of them beat."""
    mine = _of_this_machine(read_processes(database_url, WORKER), is_running)
    return f"{_beats(mine, 'worker', WORKER_SILENT_S)}."


def check_master_node(database_url: str, is_running: Callable[[int], bool] = runs) -> str:
    """Say how this machine's master nodes are.

    Raises BemError unless all of them beat and have their broker.
    """
    mine = _of_this_machine(read_processes(database_url, MASTER_NODE, WAITING), is_running)
    beats = _beats(mine, "master node", MASTER_NODE_SILENT_S)
    alive = [one for one in mine if one.lives]
    for one in alive:
        if trouble := node_trouble(one.detail):
            does = "leads" if one.leads else "waits to take over"
            raise BemError(f"The master node {does}, but {trouble}.")
    if not any(one.leads for one in alive):
        return f"{beats}; it waits to take over."
    return f"{beats}; it leads, and has its broker."


def check_web(url: str) -> str:
    """Say that a web server answers and has its database. Raises BemError if not."""
    import urllib.error
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    address = f"{url.rstrip('/')}/health"
    try:
        with opener.open(address, timeout=PATIENCE_S) as answer:
            state = json.load(answer)["database"]
    except urllib.error.HTTPError as error:
        error.close()
        raise BemError(f"{address} answers {error.code}: the database is away.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BemError(f"{address} does not answer ({error}).") from error
    return f"The web server works; its database answered in {state['seconds']} s."


def _of_this_machine(
    processes: Iterable[Process], is_running: Callable[[int], bool]
) -> tuple[Process, ...]:
    """Return those that run here, the newest row of each process number."""
    host = socket.gethostname()[:40]
    newest: dict[int, Process] = {}
    for one in processes:
        other = newest.get(one.process_id)
        if one.host == host and (other is None or one.silent_s < other.silent_s):
            newest[one.process_id] = one
    return tuple(one for one in newest.values() if is_running(one.process_id))


def _beats(mine: tuple[Process, ...], what: str, patience_s: float) -> str:
    if not mine:
        raise BemError(f"No {what} of this machine has said that it lives.")
    slowest = max(mine, key=lambda one: one.silent_s)
    if slowest.silent_s > patience_s:
        raise BemError(
            f"The {what} with the process number {slowest.process_id} hangs: "
            f"it was last heard {slowest.silent_s:.0f} s ago."
        )
    return f"The {what} works: it was last heard {slowest.silent_s:.0f} s ago"
