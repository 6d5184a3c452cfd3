"""`bem broker`: the demo's broker itself, on the loopback address, with accounts and rights.

Its rules are those of deploy/mosquitto. The only module that knows amqtt.
"""

import asyncio
import hmac
import logging
import signal
from dataclasses import dataclass, field

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig
from amqtt.errors import BrokerError, NoDataError
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from bem.demo.broker import HOST, MASTER_NODE, BrokerSettings
from cycling.errors import BemError
from master_node.protocol.topics import MASTER, ROOT

LOG = logging.getLogger("bem.broker")

MAX_PACKET_BYTES = 8_650_752  # as in deploy/mosquitto/mosquitto.conf
MASTER_LEVELS = MASTER.split("/")
FOR_MASTER = {Action.PUBLISH: "down", Action.SUBSCRIBE: "up", Action.RECEIVE: "up"}
FOR_UNIT = {Action.PUBLISH: "up", Action.SUBSCRIBE: "down", Action.RECEIVE: "down"}


class Accounts(BaseAuthPlugin):  # type: ignore[misc] # amqtt has no types
    """Lets in who knows the password of an account."""

    @dataclass
    class Config:
        """Passwords by user name."""

        passwords: dict[str, str] = field(default_factory=dict, repr=False)

    async def authenticate(self, *, session: Session) -> bool:
        """Whether name and password are those of an account, which may say its last will."""
        user = session.username or ""
        known = self.config.passwords.get(user)
        if known is None or not hmac.compare_digest(
            known.encode(), (session.password or "").encode()
        ):
            return False
        return not session.will_flag or may(user, session.will_topic or "", Action.PUBLISH)


class Rights(BaseTopicPlugin):  # type: ignore[misc]
    """A unit speaks and listens as itself only."""

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Whether the session may do this with the topic."""
        user = session.username if session else None
        return bool(user and topic and action) and may(user or "", topic or "", action)


def may(user: str, topic: str, action: Action | None) -> bool:
    """Whether an account may publish, subscribe or receive on a topic."""
    levels = topic.split("/")
    if levels == MASTER_LEVELS:
        return user == MASTER_NODE or action is not Action.PUBLISH
    if len(levels) != 5 or "/".join(levels[:2]) != ROOT or action is None:
        return False
    if user == MASTER_NODE:
        return levels[3] == FOR_MASTER[action]
    return levels[2] == user and levels[3] == FOR_UNIT[action]


class ShortReader(StreamReaderAdapter):  # type: ignore[misc]
    """Hangs up on who sends a packet that is too large."""

    async def read(self, n: int = -1) -> bytes:
        """Read so many bytes."""
        if n > MAX_PACKET_BYTES:
            LOG.warning("what=packet-refused bytes=%s", n)
            self.feed_eof()
            raise NoDataError("The packet is too large.")
        return bytes(await super().read(n))


class LimitedBroker(Broker):  # type: ignore[misc]
    """A broker that reads no packet above the limit into memory."""

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve a client."""
        await self._client_connected(
            listener_name, ShortReader(reader), StreamWriterAdapter(writer)
        )


def run_broker(settings: BrokerSettings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises BemError if the port is taken."""
    # it tells of every packet, and calls a client that hangs up an error
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(settings))
    except BrokerError as error:
        raise BemError(
            f"The broker cannot listen on port {settings.port}. Start the demo again."
        ) from error


async def _serve(settings: BrokerSettings) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    broker = LimitedBroker(
        BrokerConfig(
            listeners={"default": ListenerConfig(bind=f"{HOST}:{settings.port}")},
            plugins={
                f"{__name__}.Accounts": {"passwords": settings.passwords},
                f"{__name__}.Rights": {},
            },
        )
    )
    await broker.start()
    LOG.info("listens on %s:%s", HOST, settings.port)
    await ended.wait()
    await broker.shutdown()
