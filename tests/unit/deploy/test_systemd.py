"""The services of systemd, read as they stand."""

from configparser import ConfigParser

import pytest
import typer

from bem.cli.app import app
from tests.machine import ROOT
from tests.unit.deploy.test_compose import in_bytes
from tests.unit.test_docs import commands

FOLDER = ROOT / "deploy" / "systemd"
UNITS = {file.stem: file for file in sorted(FOLDER.glob("*.service"))}
PROCESSES = {"bem-web": "bem web", "bem-worker": "bem worker", "bem-master-node": "bem master-node"}
HARDENED = {
    "User": "bem",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "SystemCallFilter": "@system-service",
}


def service(name: str) -> dict[str, str]:
    unit = ConfigParser(interpolation=None, delimiters="=")
    unit.optionxform = str
    unit.read_string(UNITS[name].read_text())
    assert unit.sections() == ["Unit", "Service", "Install"]
    return dict(unit["Service"])


def test_there_is_one_for_each_process():
    assert UNITS.keys() == PROCESSES.keys()


@pytest.mark.parametrize("name", PROCESSES)
def test_it_runs_a_command_that_exists(name: str):
    program, command, *options = service(name)["ExecStart"].split()
    assert program == "/usr/local/bin/bem"
    assert f"bem {command}" == PROCESSES[name]
    assert PROCESSES[name] in commands()
    taken = typer.main.get_command(app).commands[command].params
    assert set(options[::2]) <= {name for one in taken for name in one.opts}


@pytest.mark.parametrize("name", PROCESSES)
def test_it_may_do_little_and_comes_back(name: str):
    settings = service(name)
    assert HARDENED.items() <= settings.items()
    assert settings["EnvironmentFile"] == "/etc/bem/bem.env"
    assert settings["Restart"] == "always"
    assert in_bytes(settings["MemoryMax"]) >= 1024**3
    assert int(settings["TasksMax"]) <= 512
    assert settings["CPUQuota"].endswith("00%")


def test_only_the_web_server_knows_what_a_hangup_means():
    reloads = {name for name in PROCESSES if "ExecReload" in service(name)}
    assert reloads == {"bem-web"}
    assert service("bem-web")["ExecReload"] == "/bin/kill -HUP $MAINPID"


def test_the_readme_names_every_service():
    text = (FOLDER / "README.md").read_text()
    assert [name for name in UNITS if f"`{name}.service`" not in text] == []


@pytest.mark.parametrize("name", PROCESSES)
def test_the_data_folder_is_closed_to_others(name: str):
    assert service(name)["StateDirectoryMode"] == "0700"
    assert "-m 700 /var/lib/bem" in (ROOT / "docs" / "operations.md").read_text()
