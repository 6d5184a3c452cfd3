"""`bem demo`: everything on this machine."""

from typing import Annotated

import typer

from bem.cli.options import Host, Port


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8050,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again from the start.")] = False,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="How much faster than real time stations run.")
    ] = 25.0,
) -> None:
    """Show everything on this machine: sample data, running stations, worker and web server."""
    from bem.demo.run import run_demo
    from bem.services import logged_process, read_settings

    settings = read_settings()
    with logged_process("demo", settings.data_dir):
        run_demo(settings, host=host, port=port, fresh=fresh, speed=speed)


def broker() -> None:
    """Serve MQTT for the demo of the same data folder, on the loopback address."""
    from bem.demo.broker import read_broker
    from bem.demo.broker_server import run_broker
    from bem.services import logged_process, read_settings

    settings = read_settings()
    with logged_process("broker", settings.data_dir):
        run_broker(read_broker(settings.data_dir))
