"""An MQTT client for the tests of brokers: it says what it is told to and keeps what it hears."""

import time
from collections.abc import Callable

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE_S = 120
LONGEST_WAIT_S = 240  # beside other tests


class Client:
    """A connected MQTT client that keeps what it hears."""

    def __init__(
        self,
        port: int,
        user: str | None,
        password: str | None,
        name: str = "",
        will: str | None = None,
    ) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.answer = ""
        self.losses = 0
        self._subscribed = 0
        self.paho = mqtt.Client(
            CallbackAPIVersion.VERSION2, name, clean_session=not name, protocol=mqtt.MQTTv311
        )
        if user is not None:
            self.paho.username_pw_set(user, password)
        if will is not None:
            self.paho.will_set(will, b"gone", qos=1)
        self.paho.on_connect = lambda *found: setattr(self, "answer", str(found[3]))
        self.paho.on_disconnect = lambda *_found: setattr(self, "losses", self.losses + 1)
        self.paho.on_subscribe = lambda *_found: setattr(self, "_subscribed", self._subscribed + 1)
        self.paho.on_message = lambda _c, _u, m: self.heard.append((m.topic, bytes(m.payload)))
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()
        wait_for(lambda: self.answer)

    def hear(self, *topics: str) -> None:
        before = self._subscribed
        for topic in topics:
            self.paho.subscribe(topic, qos=1)
        wait_for(lambda: self._subscribed == before + len(topics))

    def say(self, topic: str, payload: bytes = b"x", **options) -> None:
        self.paho.publish(topic, payload, qos=1, **options).wait_for_publish(PATIENCE_S)

    def end(self) -> None:
        """Disconnect; nothing happens the second time."""
        if hasattr(self, "paho"):
            self.paho.disconnect()
            self.paho.loop_stop()
            del self.paho  # with it go its sockets


def wait_for(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
