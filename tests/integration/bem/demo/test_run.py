"""`bem demo` as a process: what a newcomer gets, and what it does when a child dies or it ends."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from bem.demo import run as demo
from bem.settings import Settings
from cycling.errors import InputError
from tests.servers import free_port

PATIENCE_S = 240
CHILDREN = ("web", "broker", "master-node", "virtual-cycler", "worker")


class Demo:
    """A running demo with its data in one folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        port = str(free_port())
        self.address = f"http://127.0.0.1:{port}"
        self._said = folder.with_suffix(".log")
        with self._said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bem", "demo", "--port", port, *arguments],
                env={**os.environ, "BEM_DATA_DIR": str(folder)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """All that it has printed."""
        return self._said.read_text()

    def link(self) -> str:
        """The address that signs in, once the demo says that it is ready."""
        wait_for(lambda: "/login?token=" in self.said or self.process.poll() is not None)
        found = re.search(r"http://\S+/login\?token=\S+", self.said)
        assert found, self.said
        return found.group()

    def children(self) -> dict[str, int]:
        """Process id by command of ours, like {"worker": 4711}."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = {}
        for number in map(int, task.read_text().split()):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                words = Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")
                found.update({word: number for word in CHILDREN if word in words})
        return found

    def health(self) -> dict:
        """What /health says; {} while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            return {}

    def end(self) -> int:
        """Ask it to end and return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


def wait_for(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def signs_in(link: str) -> bool:
    """Whether a browser that follows the link is in afterwards."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        with browser.open(link, timeout=PATIENCE_S) as answer:
            return "/login" not in answer.url
    except urllib.error.HTTPError as refusal:
        return refusal.code != 401


def is_running(process_id: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    running: list[Demo] = []

    def run(*arguments: str) -> Demo:
        running.append(Demo(tmp_path / "data", *arguments))
        return running[-1]

    yield run
    for one in running:
        if one.process.poll() is None:
            one.end()


def samples_are_whole(folder: Path) -> bool:
    """Whether every experiment of the station "Virtual" has all of its measures."""
    with closing(sqlite3.connect(folder / "bem.sqlite", PATIENCE_S)) as file:
        odd = file.execute(
            "SELECT count(*) FROM bem_imports AS source WHERE measures !="
            " (SELECT sum(chunk.measures) FROM bem_series_chunks AS chunk"
            " WHERE chunk.experiment_id = source.experiment_id AND chunk.channel = 'time')"
        )
        return odd.fetchone() == (0,)


def stations(folder: Path) -> list[tuple]:
    """State and last sample of every station."""
    with closing(sqlite3.connect(folder / "bem.sqlite", PATIENCE_S)) as file:
        return file.execute(
            "SELECT name, state, through FROM CyclerStation"
            " JOIN bem_station_live AS live ON live.station_id = CSID"
            " LEFT JOIN bem_runs AS run ON run.experiment_id = live.experiment_id ORDER BY name"
        ).fetchall()


def states(folder: Path) -> list[str]:
    return [state for _, state, _ in stations(folder)]


def test_the_demo_from_its_first_start_to_its_end(start, tmp_path):
    folder = tmp_path / "data"
    first = start("--speed", "50")
    link = first.link()
    assert signs_in(link)
    assert not signs_in(link)  # a link is good for once
    wait_for(lambda: states(folder) == ["running"] * 4 + ["idle"])
    wait_for(lambda: min(through for *_, through in stations(folder)[:4]) >= 1)

    before = first.children()
    assert set(before) == set(CHILDREN)
    for child in before.values():
        os.kill(child, signal.SIGKILL)
    wait_for(lambda: not set(first.children().values()) & set(before.values()))
    wait_for(lambda: set(first.children()) == set(CHILDREN))
    wait_for(lambda: first.health().get("broker") == {"status": "ok"})
    # nothing goes on by itself after an outage
    wait_for(lambda: states(folder) == ["paused"] * 4 + ["idle"])

    children = list(first.children().values())
    assert first.end() == 0
    assert not [one for one in children if is_running(one)]
    assert "Traceback" not in first.said
    assert samples_are_whole(folder)

    again = start()
    again.link()
    wait_for(lambda: "Resume it on the Monitor" in again.said)
    assert [one[0] for one in stations(folder)] == [f"Station 0{n}" for n in range(1, 6)]
    if shutil.which("setpriv"):
        children = list(again.children().values())
        again.process.kill()
        wait_for(lambda: not [one for one in children if is_running(one)])


def settings(folder: Path, **other: str) -> Settings:
    return Settings(data_dir=folder, **{"database_url": f"sqlite:///{folder}/bem.sqlite3", **other})


def test_fresh_empties_what_a_demo_made(tmp_path):
    folder = tmp_path / "data"
    demo._mark(folder)
    (folder / "bem.sqlite3").write_text("old")
    demo._begin_again(settings(folder))
    assert not folder.exists()


def test_fresh_leaves_another_folder_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years")
    with pytest.raises(InputError, match="was not made by a demo"):
        demo._begin_again(settings(tmp_path))
    assert (tmp_path / "thesis.txt").read_text() == "three years"


def test_fresh_leaves_another_database_alone(tmp_path):
    demo._mark(tmp_path)
    with pytest.raises(InputError, match="BEM_DATABASE_URL names another one"):
        demo._begin_again(settings(tmp_path, database_url="mysql://lab@db/bem"))
    assert (tmp_path / demo.MARK).exists()
