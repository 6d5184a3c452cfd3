"""Large bodies, which the application reads in its thread, if it wants them at all."""

from typing import Protocol

from gunicorn.http.body import Body, LengthReader
from werkzeug.exceptions import ServiceUnavailable

from components.sent import Sent
from dashboard.server.arrival import CONTINUE
from dashboard.server.client_socket import ClientSocket
from dashboard.turns import RECEIVES_NO_MORE, RETRY_AFTER_S


class Reader(Protocol):
    """What gunicorn reads a body with."""

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer only at the end."""


class LargeBody:
    """Takes a turn when it is read first, and gives it back at its end.

    Raises ServiceUnavailable if there is none, so whoever may not send it at all hears of that.
    """

    def __init__(self, reader: Reader, client: ClientSocket, *, asks: bool) -> None:
        self._reader = reader
        self._client = client
        self._asks = asks
        self._begun = False

    def read(self, size: int) -> bytes:
        """Return the next bytes; raises TooSlowError if the client takes too long."""
        if not self._begun:
            self._begin()
        piece = self._reader.read(size)
        if not piece or getattr(self._reader, "length", None) == 0:
            self._client.end_turn()
        return piece

    def _begin(self) -> None:
        if not self._client.begin_body():
            raise ServiceUnavailable(RECEIVES_NO_MORE, retry_after=RETRY_AFTER_S)
        self._begun = True
        if self._asks:
            self._client.sendall(CONTINUE)


def guard_body(req: Sent, client: ClientSocket) -> None:
    """See to it that the body of a request, as gunicorn has read its head, holds nobody up.

    One that is not here as a whole ends the connection after its answer: nobody reads the rest.
    """
    asks, req._expected_100_continue = req._expected_100_continue, False  # gunicorn asks at once
    reader = req.body.reader
    length = reader.length if isinstance(reader, LengthReader) else None
    if length is None or length > req.unreader.buf.getbuffer().nbytes:
        req.force_close()
        req.body = Body(LargeBody(reader, client, asks=asks))
