"""Reads files in a row as a reader's child does: `python -m tests.damaged FILE...`.

For each it prints what came of it: `read`, or the sentence. A process that a file brings down ends
there, with the files before it answered.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path

from cycling.errors import InputError
from cycling.formats.readers import child
from cycling.formats.readers.process import ReadingLimits, Request

LIMITS = ReadingLimits(memory_bytes=2 * 1024**3, cpu_s=120)


def outcome(path: Path) -> str:
    """Return "read" or the sentence; whatever else is raised is a fault of ours."""
    allowed = (LIMITS.unpacked_bytes, resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_FSIZE, allowed)  # a reader of the file before had none
    with tempfile.TemporaryFile() as target:
        try:
            answers = child.answers(Request(str(path), path.name, unpack_to=target.fileno()))
            answer = json.loads(next(answers)[1])
            if answer["reader"]:
                columns = tuple(range(len(answer["columns"])))
                for _ in child.answers(Request(str(path), path.name, answer["part"], columns)):
                    pass
        except InputError as error:
            return str(error)
        except MemoryError:
            return "too much memory"
    return "read"


if __name__ == "__main__":
    for limit, most in (
        (resource.RLIMIT_AS, LIMITS.memory_bytes),
        (resource.RLIMIT_CPU, LIMITS.cpu_s),
    ):
        resource.setrlimit(limit, (most, resource.RLIM_INFINITY))
    for name in sys.argv[1:]:
        print(json.dumps(outcome(Path(name))), flush=True)  # noqa: T201 - whoever asked reads it
