"""The connection to the MQTT broker; the one module that knows paho."""

import hashlib
import hmac
import logging
import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from cycling.errors import InputError
from db.terms import CONNECTED, NOT_CONNECTED

LOG = logging.getLogger("bem.mqtt")

KEEPALIVE_S = 15
CONNECT_TIMEOUT_S = 5.0
RECONNECT_AFTER_S, RECONNECT_AT_MOST_S = 1, 5
IN_FLIGHT = 100
USUAL_PORTS = {"mqtt": 1883, "mqtts": 8883}
EXAMPLE = "Write it like mqtt://user:password@host:1883."


@dataclass(frozen=True)
class Broker:
    """Where the broker is and how to sign in."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Will:
    """What the broker publishes, retained, when the connection is lost."""

    topic: str
    payload: bytes


def broker_of(url: str) -> Broker:
    """Read a broker's URL. Raises InputError; the message does not repeat a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"The broker's URL cannot be read. {_advice(url)}") from error
    more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in USUAL_PORTS or not parts.hostname or more:
        raise InputError(f"The broker's URL names no broker. {_advice(url)}")
    return Broker(
        host=parts.hostname,
        port=port or USUAL_PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _advice(url: str) -> str:
    """Return what to write instead, without the password."""
    password = url.rpartition("@")[0].partition("://")[2].partition(":")[2]
    marks = [f"{mark} as {quote(mark, safe='')}" for mark in "@:/#?" if mark in password]
    if not marks:
        return EXAMPLE
    return f"Its password has characters that end it too early: write {', '.join(marks)}."


def _stable_suffix(broker: Broker, name: str) -> str:
    """Return what only the account's owner can tell: who knows an id can throw its client out."""
    secret = (broker.password or "").encode()
    return hmac.new(secret, f"{broker.user}/{name}".encode(), hashlib.sha256).hexdigest()[:24]


class Link:
    """An MQTT 3.1.1 connection that comes back by itself and subscribes again when it does.

    `on_message(topic, payload)` is called in the connection's own thread: while it blocks nothing
    more is read, which is how a full queue slows the broker down. `on_connect()` follows every
    connect, after the subscriptions were asked for; it must not block. With `keeps_session` the
    broker keeps what comes at QoS 1 while nobody of this name is connected.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        name: str,
        subscriptions: Sequence[tuple[str, int]],
        on_message: Callable[[str, bytes], None],
        on_connect: Callable[[], None] = lambda: None,
        will: Will | None = None,
        keeps_session: bool = False,
    ) -> None:
        self._broker = broker
        self._subscriptions = list(subscriptions)
        self._on_message = on_message
        self._on_connect = on_connect
        self._refused_because = ""  # as the broker said it last, until it takes us in
        # two clients of one id throw each other out for ever; a session is kept by its id
        suffix = _stable_suffix(broker, name) if keeps_session else secrets.token_hex(6)
        client_id = f"{name}-{suffix}"
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv311,
            clean_session=not keeps_session,
        )
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(RECONNECT_AFTER_S, RECONNECT_AT_MOST_S)
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self._client.tls_set_context(ssl.create_default_context())
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._came

    @property
    def connected(self) -> bool:
        """Whether the broker has taken us in."""
        return self._client.is_connected()

    @property
    def state(self) -> str:
        """How it stands with the broker, as a master node's row says it."""
        if self.connected:
            return CONNECTED
        return f"refused: {self._refused_because}" if self._refused_because else NOT_CONNECTED

    def start(self) -> None:
        """Connect, now or as soon as the broker is there."""
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect in order; the broker publishes no will."""
        self._client.disconnect()
        self._client.loop_stop()
        # it closes its sockets when nobody refers to it, and we would for ever refer to each other
        self._client.on_connect = self._client.on_disconnect = self._client.on_message = None

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Hand a message over; False while there is no connection: it is then not kept."""
        if not self.connected:
            return False
        outcome = self._client.publish(topic, payload, qos=qos, retain=retain)
        return outcome.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def _connected(
        self,
        client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure:
            if str(reason) != self._refused_because:  # said once: it is tried again every 5 s
                self._refused_because = str(reason)
                LOG.error("the broker at %s refuses us: %s", self._where, reason)
            return
        self._refused_because = ""
        LOG.info("connected to the broker at %s", self._where)
        if self._subscriptions:
            client.subscribe(self._subscriptions)
        self._on_connect()

    def _disconnected(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure and not self._refused_because:
            LOG.warning("the connection to the broker at %s is lost: %s", self._where, reason)

    def _came(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        try:
            self._on_message(message.topic, bytes(message.payload))
        except Exception:  # one message must not end the thread that reads all of them
            LOG.exception("a message on %s could not be handled", message.topic)

    @property
    def _where(self) -> str:
        return f"{self._broker.host}:{self._broker.port}"
