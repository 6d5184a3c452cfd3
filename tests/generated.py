"""Examples that hypothesis makes up: the same ones in each `make test`, new ones in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

DRAWN = 40
TIMES = int(os.environ.get("BEM_FUZZ", "0"))  # as many examples as `make test` draws


def load_profile() -> None:
    """Set what holds for every generated test. No test fails because the machine is slow."""
    settings.register_profile(
        "bem",
        deadline=None,
        suppress_health_check=[
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
        ],
        print_blob=True,
    )
    settings.load_profile("bem")
    if TIMES:
        settings.register_profile("fuzz", max_examples=DRAWN * TIMES)
        settings.load_profile("fuzz")
    else:
        settings.register_profile("suite", max_examples=DRAWN, derandomize=True, database=None)
        settings.load_profile("suite")


def examples(count: int) -> settings:
    """Let a test draw so many examples, in `make fuzz` many times as many."""
    return settings(max_examples=count * (TIMES or 1))
