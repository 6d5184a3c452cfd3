"""`bem`, also as `python -m bem`: where a command begins, and how its failures are said.

Services ask for their health every 30 seconds: that is answered before the commands are loaded.
"""

import logging
import sys

from bem import process_health
from cycling.errors import BemError, InputError

LOG = logging.getLogger("bem")


def main() -> None:
    """Run the command line; a failure is a sentence on standard error, never a traceback."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        _run()
    except InputError as error:
        _fail(str(error), 2)
    except BemError as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone, as `head` does
        sys.exit(1)
    except Exception as error:  # the boundary of the program
        LOG.debug("unexpected", exc_info=True)
        _fail(f"Something went wrong in the program ({type(error).__name__}: {error}).", 1)


def _run() -> None:
    if (said := process_health.answer(sys.argv[1:])) is not None:
        sys.stdout.write(f"{said}\n")  # typer is not loaded
        return
    from bem.cli.app import app

    app()


def _fail(sentence: str, status: int) -> None:
    sys.stderr.write(f"bem: {sentence}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
