"""`bem master-node`: the service between the database and the laboratory's units."""

from bem.services import logged_process, open_database, read_settings
from cycling.errors import InputError

EXAMPLE = "mqtt://user:password@host:1883"


def master_node() -> None:
    """Take queued experiments to their stations and store what they measure.

    Connects the database (BEM_DATABASE_URL) with the broker (BEM_MQTT_URL, like
    mqtt://user:password@host:1883, or mqtts:// for TLS) through which the laboratory's
    computational units speak. It offers queued experiments, stores samples, events and alarms and
    only then acknowledges them, carries the commands of pages, and notes which stations are silent.

    Two or more may run on the same MySQL or MariaDB: one leads, the others wait and take over
    within 10 seconds. It can be killed at any moment; units keep what is not acknowledged.
    With BEM_WATTREX=1 it speaks with WattRex units too (docs/wattrex.md).
    A broker or database that is away is waited for. SIGTERM or Ctrl-C end it within 2 seconds.
    """
    from master_node.link import broker_of
    from master_node.node import run_master_node

    settings = read_settings()
    if settings.mqtt_url is None:
        raise InputError(f"BEM_MQTT_URL is not set. Name the MQTT broker, like {EXAMPLE}.")
    broker = broker_of(settings.mqtt_url)
    with logged_process("master-node", settings.data_dir):
        database = open_database(settings, check=True)
        database.dispose()
        run_master_node(database, broker, wattrex=settings.wattrex, limits=settings.limits)
