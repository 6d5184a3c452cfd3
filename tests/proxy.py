"""A TCP proxy that cuts, delays and freezes connections."""

import asyncio
from contextlib import suppress
from threading import Event, Thread

from tests.servers import free_port


class Proxy:
    """Forwards a loopback port to another one, in a thread of its own.

    `cut` ends all connections and refuses new ones; `freeze` keeps them open and forwards nothing
    (half-open: nobody is told); `delay_s` holds every piece back.
    """

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self.delay_s = 0.0
        self.came = 0  # connections that have reached the other port
        self._target_port = target_port
        self._refuses = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(120)

    def cut(self) -> None:
        self._call(self._cut)

    def freeze(self) -> None:
        self._call(self._flows.clear)

    def heal(self) -> None:
        """Let new connections in, and what is frozen flow."""
        self._refuses = False
        self._call(self._flows.set)

    def close(self) -> None:
        self._call(self._cut)
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(120)

    def _call(self, action) -> None:
        done = Event()
        self._loop.call_soon_threadsafe(lambda: (action(), done.set()))
        assert done.wait(120)

    def _cut(self) -> None:
        self._refuses = True
        for writer in self._writers:
            writer.transport.abort()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._done = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self._ready.set()
        await self._done.wait()
        server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            self.came += 1
            both = {writer, far_writer}
            self._writers |= both
            ways = (self._forward(reader, far_writer), self._forward(far_reader, writer))
            await asyncio.gather(*ways)
            self._writers -= both
        writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                await asyncio.sleep(self.delay_s)
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()
