"""`bem web`: the web application."""

from typing import Annotated

import typer

from bem.cli.options import Host, Port


def web(
    host: Host = "127.0.0.1",
    port: Port = 8050,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of processes.")] = 2,
) -> None:
    """Serve the web application."""
    from bem.services import logged_process, read_settings, serve_web

    settings = read_settings()
    with logged_process("web", settings.data_dir):
        serve_web(settings, host=host, port=port, workers=workers)
