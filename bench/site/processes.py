"""What Linux says about the memory and the threads of processes."""

import re
from pathlib import Path

KILOBYTES_A_MEGABYTE = 1024.0


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, the oldest first."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident_mb(pid: int) -> float:
    """Return the memory that a process has now, shared libraries counted in."""
    return _status(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """Return the most that it had since its start, or since `forget_peak`."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the peak begin again from what the process has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def thread_count(pid: int) -> int:
    """Return how many threads a process has."""
    return _number(pid, "Threads")


def _status(pid: int, name: str) -> float:
    return _number(pid, name, " kB") / KILOBYTES_A_MEGABYTE


def _number(pid: int, name: str, unit: str = "") -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+){unit}$", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"Linux says nothing about {name} of process {pid}.")
    return int(found[1])
