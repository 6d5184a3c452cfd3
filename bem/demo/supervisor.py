"""Keeps the demo's child processes running: one that dies is started again."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

LOG = logging.getLogger("bem.demo")

LOOK_EVERY_S = 0.5
MEND_AFTER_S = 1.0
END_STEPS = (  # the web server lets open connections end, until it is asked a second time
    (signal.SIGTERM, 2.5),
    (signal.SIGINT, 5.0),
    (signal.SIGKILL, 5.0),
)


@dataclass
class _Child:
    """A command of ours and its present process."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    died_at: float | None = None  # monotonic, s


class Supervisor:
    """Starts `bem` commands as child processes and ends them with itself."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._children: list[_Child] = []
        self._asked_to_stop = False  # no Event: setting one in a signal handler can block for ever

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._asked_to_stop

    def start(self, name: str, arguments: Sequence[str], **environment: str) -> None:
        """Start `bem ARGUMENTS...` and remember it, with what its environment has more."""
        process = self._run(arguments, environment)
        self._children.append(_Child(name, arguments, environment, process))

    def mend(self) -> None:
        """Start again what has died a moment ago; to be called again and again."""
        now = time.monotonic()
        for child in self._children:
            status = child.process.poll()
            if status is None or self.stopping:
                continue
            if child.died_at is None:
                LOG.warning("bem %s ended with status %s; it is started again", child.name, status)
                child.died_at = now
            elif now - child.died_at >= MEND_AFTER_S:
                child.process = self._run(child.arguments, child.environment)
                child.died_at = None

    def watch(self) -> None:
        """Keep all children running until SIGTERM or Ctrl-C."""
        while not self.stopping:
            self.mend()
            time.sleep(LOOK_EVERY_S)

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End all children and what they have started; one that does not listen is killed."""
        self._asked_to_stop = True
        for number, patience_s in END_STEPS:
            running = [c.process for c in self._children if c.process.poll() is None]
            for process in running:
                _send(process, number)
            deadline = time.monotonic() + patience_s
            for process in running:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))

    def _asked(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _run(
        self, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        program = Path(sys.executable).with_name("bem")
        command = [str(program)] if program.exists() else [sys.executable, "-m", "bem"]
        setpriv = shutil.which("setpriv")  # on Linux children end with us, even if we are killed
        if setpriv is not None:
            command = [setpriv, "--pdeathsig", "TERM", *command]
        # a session of its own: Ctrl-C reaches only us, and we end the children in order
        return subprocess.Popen(  # noqa: S603 - our own command
            [*command, *arguments],
            env={**self._environment, **environment},
            start_new_session=True,
        )


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal a child; only what kills reaches its own children too, who know how to end."""
    if number is signal.SIGKILL:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
    else:
        process.send_signal(number)
