"""All faults in their long forms, with a table: `make faults`, `make faults ARGS="--save FILE"`.

What else is given goes to pytest: `make faults ARGS="-k broker"`.
"""

import os
import sys
from pathlib import Path

from tests.run import run_pytest

PLACES = [
    "tests/faults",
    "tests/integration/db/commands/queue/test_plans.py",
    "tests/integration/dashboard/test_files.py",
    "tests/integration/master_node/test_ingest.py",
    "tests/unit/cycling/profile/checks",
    "tests/unit/dashboard/test_hostile.py",
    "tests/unit/dashboard/test_login.py",
]


def main(arguments: list[str]) -> int:
    """Run what is marked as a fault; the status is not 0 if one fails or is left out."""
    os.environ["BEM_FAULTS_LONG"] = "1"
    if arguments[:1] == ["--save"]:
        os.environ["BEM_FAULTS_SAVE"] = str(Path(arguments[1]).absolute())
        arguments = arguments[2:]
    return run_pytest([*PLACES, "-p", "tests.faults.table", "-o", "timeout=900", *arguments])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
