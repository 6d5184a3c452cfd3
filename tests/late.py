"""`bem` whose callbacks come late at random: what a busy machine does to a page, on an idle one.

`BEM_TEST_LATE=3 make test ARGS="browser"` serves the pages of the browser tests by it: each call
waits up to 3 s before it is answered, and each answer as long before it is sent. A test, or a page,
that takes one order of events for the only one fails with it.
"""

import os
import random
import sys
import time
from collections.abc import Iterable

from flask import Flask

from bem.__main__ import main
from dashboard.security import CALLBACK

VARIABLE = "BEM_TEST_LATE"  # seconds
SHARE = 0.6  # of the calls, and of the answers


def _wait(most_s: float) -> None:
    if random.random() < SHARE:
        time.sleep(most_s * random.random() ** 2)


def let_answer_late(most_s: float) -> None:
    """Let every application of Flask in this process, and in those that it forks, answer late."""
    prompt = Flask.wsgi_app

    def wsgi_app(self: Flask, environ, start_response) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != CALLBACK:
            return prompt(self, environ, start_response)
        _wait(most_s)
        answer = prompt(self, environ, start_response)
        _wait(most_s)
        return answer

    Flask.wsgi_app = wsgi_app


if __name__ == "__main__":
    let_answer_late(float(os.environ[VARIABLE]))
    sys.exit(main())
