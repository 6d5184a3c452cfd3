"""Measuring in Chromium: from the click to the drawn list and graph.

A script that is there before the page notes when the mouse button was released and when Plotly said
that it has drawn points which it had not drawn before. What it notes survives a change of the page.
"""

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Page, sync_playwright

from bench.lines import Goal, Line
from bench.peers import Peer
from bench.site.fill import Filled, fill
from bench.site.web import Served, Tab, add_viewer
from bench.site.work import add_battery, add_experiments
from tests.machine import CHROMIUM, is_root

PATIENCE_S = 60
LOOK_EVERY_MS = 10
WEB_WORKERS = 2
LIST, OPEN = "browser: list is drawn", "browser: graph opens"
ZOOMS = {  # parts of the graph's width, one after the other
    "browser: first zoom": (0.30, 0.70),
    "browser: second zoom": (0.35, 0.65),
    "browser: third zoom": (0.45, 0.55),
}
LIST_GOAL = Goal("2 s", most=2.0)
GRAPH_GOAL = Goal("1 s", most=1.0)

NOTES = """
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const note = (name, value) => sessionStorage.setItem("bench-" + name, JSON.stringify(value));
  addEventListener("mouseup", () => note("click", now()), true);
  const drawn = (graph) => {
    const trace = graph._fullData && graph._fullData[0];
    if (!trace || !trace.x || trace.x.length < 2) return;
    const points = [trace.x.length, String(trace.x[0]), String(trace.x[trace.x.length - 1])];
    note("drawn", { points: points.join(" "), at: now() });
  };
  const watched = new WeakSet();
  const look = () => {
    const graph = document.querySelector("#experiment-graph .js-plotly-plot");
    if (graph && graph.on && !watched.has(graph)) {
      watched.add(graph);
      graph.on("plotly_afterplot", () => drawn(graph));
      drawn(graph);
    }
    const cell = document.querySelector(".ag-center-cols-container .ag-row a");
    if (cell && cell.textContent) {
      if (!window.benchListed) note("listed", { start: performance.timeOrigin, at: now() });
      window.benchListed = true;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
FORGET = (
    "['click', 'drawn', 'listed'].forEach((name) => sessionStorage.removeItem('bench-' + name))"
)


class Drawn(TypedDict):
    """What is drawn, and since when (Unix ms)."""

    points: str
    at: float


def browser_lines(
    peer: Peer, folder: Path, measures: int, experiments: int, runs: int
) -> list[Line]:
    """Measure on one engine; each run opens the list, one experiment and zooms into it."""
    add_experiments(peer.database, experiments)
    filled = fill(peer.database, measures, add_battery(peer.database))
    add_viewer(peer.database)
    took: dict[str, list[float]] = defaultdict(list)
    home = folder / f"browser-{peer.engine}"
    with (
        Served(home, peer.url, workers=WEB_WORKERS) as served,
        opened_browser(served, NOTES) as page,
    ):
        if runs > 1:
            list(_run(page, filled))  # the first time the web workers load what they need
        for _ in range(runs):
            for work, seconds in _run(page, filled):
                took[work].append(seconds)
    return [_line(peer, work, seconds, filled, experiments) for work, seconds in took.items()]


@contextmanager
def opened_browser(served: Served, notes: str) -> Iterator[Page]:
    """A page of a signed-in browser that looks nowhere but at our server, with a script in it."""
    chromium = CHROMIUM.find()
    if chromium is None:
        raise RuntimeError("Chromium is not installed. On Debian: apt-get install chromium")
    flags = ["--disable-gpu", "--disable-background-networking"]
    flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    flags += ["--no-sandbox"] if is_root() else []
    tab = Tab(served.port)
    name, _, value = tab.cookie.partition("=")
    tab.close()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        context = browser.new_context(
            base_url=served.url, viewport={"width": 1400, "height": 900}, locale="en-GB"
        )
        context.add_cookies([{"name": name, "value": value, "url": served.url}])
        context.add_init_script(notes)
        yield context.new_page()
        browser.close()


def _run(page: Page, filled: Filled) -> Iterator[tuple[str, float]]:
    page.goto("/experiments")
    page.evaluate(FORGET)
    page.reload()
    listed = json.loads(_wait(page, "listed"))
    yield LIST, (listed["at"] - listed["start"]) / 1000
    page.goto("/experiments?q=Bench")
    page.evaluate(FORGET)
    page.wait_for_load_state("networkidle")  # nobody clicks while the page is still coming
    page.locator(f'.ag-row a[href="/experiments/{filled.experiment_id}"]').click()
    now = _newly_drawn(page, "")
    yield OPEN, _since_click(page, now)
    page.wait_for_load_state("networkidle")
    for work, (first, last) in ZOOMS.items():
        before: Drawn = json.loads(_wait(page, "drawn"))
        _drag(page, first, last)
        now = _newly_drawn(page, before["points"])
        yield work, _since_click(page, now)


def _drag(page: Page, first: float, last: float) -> None:
    """Draw a box across the graph."""
    box = page.locator("#experiment-graph .nsewdrag").first.bounding_box()
    if box is None:
        raise RuntimeError("The graph is not on the page.")
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + first * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], height, steps=6)
    page.mouse.up()


def _newly_drawn(page: Page, before: str) -> Drawn:
    """Wait until other points are drawn than before."""
    for _ in range(PATIENCE_S * 1000 // LOOK_EVERY_MS):
        drawn: Drawn = json.loads(_wait(page, "drawn"))
        if drawn["points"] != before:
            return drawn
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise RuntimeError("The graph was not drawn anew.")


def _since_click(page: Page, drawn: Drawn) -> float:
    return (drawn["at"] - float(_wait(page, "click"))) / 1000


def _wait(page: Page, name: str) -> str:
    """Return what the script has noted; Playwright's own waiting needs eval, which pages forbid."""
    for _ in range(PATIENCE_S * 1000 // LOOK_EVERY_MS):
        noted = page.evaluate(f"sessionStorage.getItem('bench-{name}')")
        if noted is not None:
            return str(noted)
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise RuntimeError(f"The page did not come to {name!r} in {PATIENCE_S} s.")


def _line(peer: Peer, work: str, seconds: list[float], filled: Filled, experiments: int) -> Line:
    is_list = work == LIST
    return Line(
        work,
        peer.engine,
        statistics.median(seconds),
        size=experiments if is_list else filled.measures,
        worst=max(seconds),
        goal=LIST_GOAL if is_list else GRAPH_GOAL,
        note="" if is_list else filled.note,
    )
