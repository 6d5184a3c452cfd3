"""`bem virtual-cycler`: a computational unit that needs no hardware."""

import re
import time
from pathlib import Path
from typing import Annotated

import typer

from bem.services import logged_process, read_settings
from cycling.errors import InputError

HARDWARE_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,38}[a-z0-9]")
FOLDER = "virtual-cycler"


def virtual_cycler(
    stations: Annotated[int, typer.Option(min=1, max=64, help="Number of stations.")] = 4,
    speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="How much faster than real time they run.")
    ] = 1.0,
    hardware_id: Annotated[
        str, typer.Option(help="The unit's own name: 4 to 40 of a-z, 0-9 and -.")
    ] = "virtual-1",
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where the unit keeps its memory; else in the data folder."),
    ] = None,
) -> None:
    """Run virtual stations against a battery model, over MQTT like real ones.

    The broker is that of BEM_MQTT_URL; the user name is the unit's, unless the URL has one.
    Samples are kept until the master node has stored them. Ctrl-C ends it; what runs is then
    interrupted, and goes on when an operator resumes it.
    """
    from master_node.link import broker_of
    from master_node.virtual_cycler.client import Options, run_virtual_cycler

    settings = read_settings()
    if settings.mqtt_url is None:
        raise InputError("BEM_MQTT_URL names no broker. Write it like mqtt://host:1883.")
    if not HARDWARE_ID.fullmatch(hardware_id):
        raise InputError("--hardware-id: write 4 to 40 of a-z, 0-9 and -, like virtual-1.")
    folder = data_dir or settings.data_dir / FOLDER
    options = Options(hardware_id, stations, speed, folder / f"{hardware_id}.sqlite")
    with logged_process("virtual-cycler", folder):
        run_virtual_cycler(broker_of(settings.mqtt_url), options, time.time)
