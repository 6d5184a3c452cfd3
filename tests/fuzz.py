"""Runs the generated tests with new examples: `make fuzz`, `make fuzz ARGS="-k profile"`."""

# ruff: noqa: T201 - it talks to whoever runs the tests
import os
import secrets
import sys

from tests.run import run_pytest

TIMES = "50"  # as many examples as `make test` draws; BEM_FUZZ names another number
SEED = "--hypothesis-seed"


def main(arguments: list[str]) -> int:
    """Run every test that draws examples; the arguments are pytest's."""
    os.environ.setdefault("BEM_FUZZ", TIMES)
    seed = next((one for one in arguments if one.startswith(SEED)), None)
    chosen = seed or f"{SEED}={secrets.randbelow(2**32)}"
    own = ["-n", "4", "-m", "hypothesis", "-o", "timeout=3600", chosen]
    status = run_pytest([*own, *(one for one in arguments if one != seed)])
    if status:
        again = " ".join([chosen, *(one for one in arguments if one != seed)])
        print(f'\nThe same examples again: make fuzz ARGS="{again}"')
        print("Above, @reproduce_failure(...) on a test brings back its example alone.")
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
