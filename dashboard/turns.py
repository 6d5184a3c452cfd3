"""What waits for its client takes a turn first, so that the other threads go on answering."""

from flask import request
from werkzeug.exceptions import ServiceUnavailable

RETRY_AFTER_S = 5
RECEIVES_NO_MORE = "The server is receiving as many files as it can. Try again in a moment."
SENDS_NO_MORE = "The server is sending as many files as it can. Try again in a moment."


def begin_export() -> None:
    """Begin what takes long or much memory. Raises ServiceUnavailable if enough others do so."""
    client = request.environ.get("gunicorn.socket")  # a dashboard.server.client_socket
    if client is not None and not client.begin_export():
        raise ServiceUnavailable(SENDS_NO_MORE, retry_after=RETRY_AFTER_S)
