"""`bem virtual-cycler`: what it says of itself."""

import logging
from pathlib import Path

from typer.testing import CliRunner

from bem.cli.app import app
from master_node.virtual_cycler import client


def test_it_logs_the_folder_that_it_keeps_its_memory_in(tmp_path: Path, monkeypatch, caplog):
    monkeypatch.setenv("BEM_MQTT_URL", "mqtt://127.0.0.1:1")
    monkeypatch.setattr(client, "run_virtual_cycler", lambda *_: None)
    caplog.set_level(logging.INFO, logger="bem")
    done = CliRunner().invoke(app, ["virtual-cycler", "--data-dir", str(tmp_path / "cycler")])
    assert done.exit_code == 0, done.output
    assert caplog.messages[0].endswith(f"data={tmp_path / 'cycler'}")
