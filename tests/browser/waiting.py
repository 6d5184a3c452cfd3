"""Waiting in a page for what the browser does in its own time, and what a mouse does after that."""

from collections.abc import Callable

from playwright.sync_api import Error, Page

# Playwright's "networkidle" comes once for each document, and never again: later it is no waiting.
IS_SETTLED = """() => {
  if (!document.getElementById("react-entry-point")) return document.readyState === "complete";
  const state = window.store && window.store.getState();
  return Boolean(state) && state.appLifecycle === "HYDRATED" && !state.isLoading
    && !document.querySelector("[data-dash-is-loading=true]");
}"""
# What a toast says is to be read whenever the test comes to look.
TOASTS_STAY = """(() => {
  const later = window.setTimeout, SECONDS = [7000, 12000];
  window.setTimeout = (what, ms, ...more) => (SECONDS.includes(ms) ? 0 : later(what, ms, ...more));
})()"""


def wait_until(page: Page, met: Callable[[], object], seconds: float = 240) -> None:
    """Look again and again."""
    for _ in range(int(seconds * 10)):
        if met():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that")


def settled(page: Page) -> None:
    """Wait until Dash has nothing more to ask, to answer or to draw."""
    looks = 0

    def is_still() -> bool:
        nonlocal looks
        try:
            looks = looks + 1 if page.evaluate(IS_SETTLED) else 0
        except Error:  # another document has come meanwhile
            looks = 0
        return looks == 2  # a timer, or a part that is still being read, may begin something

    wait_until(page, is_still)


def keep_toasts(page: Page) -> None:
    """Let toasts stay in the pages that are opened from now on."""
    page.add_init_script(TOASTS_STAY)


def drag(page: Page, selector: str, first: float, last: float) -> None:
    """Drag across a graph once it stands still; the ends are parts of its width."""
    settled(page)
    area = page.locator(f"{selector} .nsewdrag").first
    box = area.bounding_box()
    assert box is not None
    # waits until the area neither moves nor is covered
    area.hover(position={"x": first * box["width"], "y": box["height"] / 2})
    box = area.bounding_box()
    assert box is not None
    page.mouse.down()
    end = box["x"] + last * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(*end, steps=6)
    page.mouse.up()
