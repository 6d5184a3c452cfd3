"""Fixtures for tests in a real browser: the served application, Chromium, and a page in it."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)
from selenium.webdriver import ChromeOptions

from tests.conftest import ServerUrls, require
from tests.databases import ENGINES, create, drop, sqlite_url
from tests.machine import CHROMEDRIVER, CHROMIUM, HEADLESS, is_root
from tests.served import PASSWORD, Served

ARTIFACTS = Path("test-artifacts")
TIMEOUT_MS = 120_000  # two workers with two browsers share two cores, slow ones at times
TRACES = bool(os.environ.get("BEM_TEST_TRACE"))
FAILED = pytest.StashKey[bool]()
UNANSWERED = "Callback failed: the server did not respond"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # With RenderDocument a page that is closed while it goes to another address may never close,
    # and one that was clicked may draw no more (playwright issue 42068): 21 of 60 tries, none
    # without. Of a switch that is given twice the last counts, so Playwright's own stand here too.
    "--disable-features=RenderDocument,AvoidUnnecessaryBeforeUnloadCheckSync,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,"
    "PaintHolding",
    # Nothing but our own server may be looked up, whatever a page or Chromium itself asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    # A test begins in a process that has the scripts already: a quarter less processor time.
    "--process-per-site",
    *(["--no-sandbox"] if is_root() else []),
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Note for the teardown of `page` whether the test has failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def pytest_setup_options() -> ChromeOptions:
    """Tell dash[testing] how to start Chromium."""
    require(CHROMEDRIVER)
    options = ChromeOptions()
    options.binary_location = require(CHROMIUM)
    for flag in ["--headless=new", *FLAGS]:
        options.add_argument(flag)
    return options


@pytest.fixture(scope="session")
def applications() -> Iterator[dict[str, Served]]:
    """The running application of each engine, once a test has asked for it."""
    running: dict[str, Served] = {}
    yield running
    for engine, application in running.items():
        application.close()
        if engine == "mysql":  # the other servers go with all they have
            drop(application.database_url)


@pytest.fixture(params=ENGINES)
def served(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    server_urls: ServerUrls,
    applications: dict[str, Served],
) -> Served:
    """The application, running on each engine in turn, with its users and nothing else in it.

    The processes are started once; the rows of the last test are taken away.
    """
    engine: str = request.param
    if engine not in applications:
        folder = tmp_path_factory.mktemp(f"served-{engine}")
        if engine == "sqlite":
            url = sqlite_url(folder / "bem.sqlite")
        else:
            url = server_urls(engine, "served")
            create(url)
        applications[engine] = Served(folder, url)
    elif engine != "sqlite":
        server_urls(engine, "served")  # starts a server that a test has killed
    applications[engine].reset()
    return applications[engine]


@pytest.fixture
def sign_in(served: Served) -> Callable[[Page, str], None]:
    """`sign_in(page, "operator")`: the page's browser is signed in as that role's user.

    Straight through the address that the form posts to: tests of the form fill it in themselves.
    """

    def sign_in(page: Page, role: str) -> None:
        answer = page.request.post(
            f"{served.url}/login",
            form={"username": role, "password": PASSWORD},
            headers={"Origin": served.url},
            max_redirects=0,
        )
        assert answer.status in (302, 303), f"signing in as {role}: {answer.status}"

    return sign_in


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """What starts the system's Chromium."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=TIMEOUT_MS)
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """A second browser, for tests of two people at once."""
    with chromium.launch(executable_path=require(HEADLESS), args=FLAGS) as launched:
        yield launched


@dataclass
class Watch:
    """What goes wrong in a page without being seen: errors, and requests to other hosts."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    aborted: int = 0  # questions of a page that was left: Dash says of each that nobody answered

    def expect(self, pattern: str) -> None:
        """Let messages pass that match a pattern (a test of a refusal: "status of 403")."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """Return what no pattern matches."""
        messages = [
            message
            for message in self.found
            if not any(re.search(pattern, message) for pattern in self.expected)
        ]
        unanswered = [message for message in messages if UNANSWERED in message]
        excused = unanswered if len(unanswered) <= self.aborted else []
        return [message for message in messages if message not in excused]

    @contextmanager
    def attached(self, context: BrowserContext) -> Iterator[None]:
        """Listen to every page of a browser context."""
        listeners = {
            "console": self._console,
            "weberror": lambda error: self.found.append(f"page error: {error.error}"),
            "request": lambda request: self._request(request.url),
            "requestfailed": self._request_failed,
        }
        for event, listener in listeners.items():
            context.on(event, listener)
        try:
            yield
        finally:
            for event, listener in listeners.items():
                context.remove_listener(event, listener)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"console: {message.text} ({message.location['url']})")

    def _request_failed(self, request: Request) -> None:
        by_the_browser = request.failure == "net::ERR_ABORTED"  # never by the server
        self.aborted += by_the_browser and "_dash-update-component" in request.url

    def _request(self, address: str) -> None:
        parts = urlsplit(address)
        ours = parts.hostname in ("127.0.0.1", "localhost")
        if not ours and parts.scheme not in ("data", "blob"):
            self.found.append(f"request to a foreign host: {address}")


@contextmanager
def only_from(page: Page, control: str) -> Iterator[None]:
    """Let questions pass that a control asks (`id.property`); others of the page are lost.

    A login that has ended is met by the click of a test then, not by the page's next pulse.
    """

    def pass_or_lose(route: Route) -> None:
        asked = route.request.post_data or ""
        route.fallback() if control in asked else route.fulfill(status=204)

    address = re.compile("_dash-update-component")
    page.route(address, pass_or_lose)
    try:
        yield
    finally:
        page.unroute(address, pass_or_lose)


@pytest.fixture
def watch() -> Watch:
    """What the page's teardown looks at; `watch.expect(...)` lets an error pass."""
    return Watch()


class Contexts:
    """One browser for each address, with its profile on the disk.

    There Chromium keeps the compiled scripts of the pages, which it does for no profile in memory:
    a page takes half the processor time. A page of the address stays open, so that the process in
    which all pages of one site are drawn lives on between the tests.
    """

    def __init__(self, chromium: BrowserType, folder: Path) -> None:
        self._chromium = chromium
        self._folder = folder
        self._kept: dict[str, BrowserContext] = {}

    def emptied(self, address: str) -> BrowserContext:
        """Return the context without pages, cookies and anything that pages have stored."""
        if address not in self._kept:
            self._kept[address] = self._chromium.launch_persistent_context(
                self._folder / str(len(self._kept)),
                executable_path=require(HEADLESS),
                args=FLAGS,
                base_url=address or None,
                viewport={"width": 1400, "height": 900},
                locale="en-GB",
                timezone_id="Europe/Madrid",
            )
            self._kept[address].set_default_timeout(TIMEOUT_MS)
            if address:  # the process of this page is that of all pages of the address
                self._kept[address].pages[0].goto(f"{address}/health")
        context = self._kept[address]
        blank, *others = context.pages  # a browser without a page would end
        for page in others:
            page.unroute_all(behavior="ignoreErrors")
            page.close()
        context.clear_cookies()
        if address:
            everything = {"origin": address, "storageTypes": "all"}
            line = context.new_cdp_session(blank)
            line.send("Storage.clearDataForOrigin", everything)
            line.detach()
        return context

    def close(self) -> None:
        """End the browsers."""
        for context in self._kept.values():
            context.close()


@pytest.fixture(scope="session")
def contexts(chromium: BrowserType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexts]:
    """The browser contexts of this process."""
    kept = Contexts(chromium, tmp_path_factory.mktemp("profiles"))
    yield kept
    kept.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, contexts: Contexts, watch: Watch) -> Iterator[Page]:
    """A page in an emptied browser context; with `served`, addresses are relative to it.

    Fails the test afterwards for an error in the console or a request to a foreign host. A failed
    test leaves a screenshot and a trace in test-artifacts.
    """
    served = request.getfixturevalue("served") if "served" in request.fixturenames else None
    context = contexts.emptied(served.url if served else "")
    with watch.attached(context):
        if TRACES:
            context.tracing.start(snapshots=True)
        opened = context.new_page()
        yield opened
        unexpected = watch.unexpected()
        bad = bool(request.node.stash.get(FAILED, False) or unexpected)
        folder = ARTIFACTS / re.sub(r"[^\w.-]+", "-", request.node.nodeid)
        if bad and not opened.is_closed():
            opened.screenshot(path=folder / "page.png")
        if TRACES:
            context.tracing.stop(path=folder / "trace.zip" if bad else None)
    assert not unexpected, "\n".join(unexpected)


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """`screenshot(page, "monitor")`: kept in test-artifacts/screens if BEM_SCREENSHOTS is set."""

    def screenshot(page: Page, name: str) -> None:
        if os.environ.get("BEM_SCREENSHOTS"):
            page.screenshot(path=ARTIFACTS / "screens" / f"{name}.png")

    return screenshot
