"""Making and checking .cred.env, as the documents say."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.machine import ROOT
from tests.served import BEM

EXAMPLE = ROOT / ".cred.env.example"


def secrets_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.+)$", text, re.MULTILINE))


def only_secrets(values: dict[str, str]) -> dict[str, str]:
    """Return all but where the files are."""
    return {name: value for name, value in values.items() if name != "SECRETS_FOLDER"}


def check(secrets: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BEM, "secrets", "check", *secrets],
        env={**os.environ, **secrets},
        capture_output=True,
        check=False,
        text=True,
    )


def make(folder: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run deploy/secrets.sh in a folder of its own, with this .cred.env in it."""
    (folder / "deploy").mkdir(exist_ok=True)
    shutil.copy(ROOT / "deploy" / "secrets.sh", folder / "deploy")
    shutil.copy(EXAMPLE, folder)
    if text is not None:
        (folder / ".cred.env").write_text(text)
    script = ["sh", folder / "deploy" / "secrets.sh"]
    return subprocess.run(script, capture_output=True, check=False, text=True)


def files_of(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in (folder / ".secrets").iterdir()}


def test_the_example_is_refused_and_what_the_documents_make_of_it_is_taken(tmp_path: Path):
    refused = check(only_secrets(secrets_of(EXAMPLE.read_text())))
    assert refused.returncode == 2
    assert refused.stderr.count("still holds the example's value") == 8
    for document in ("README.md", "docs/operations.md", ".cred.env.example"):
        assert "sh deploy/secrets.sh\n" in (ROOT / document).read_text()
    assert make(tmp_path).returncode == 0
    made = tmp_path / ".cred.env"
    assert made.stat().st_mode & 0o077 == 0
    assert check(only_secrets(secrets_of(made.read_text()))).returncode == 0
    assert set(secrets_of(made.read_text())) == set(secrets_of(EXAMPLE.read_text()))


def test_the_files_hold_what_cred_env_says_and_only_their_owner_comes_to_them(tmp_path: Path):
    assert make(tmp_path).returncode == 0
    files, secrets = files_of(tmp_path), secrets_of((tmp_path / ".cred.env").read_text())
    assert only_secrets(secrets).items() <= files.items()
    assert (tmp_path / ".secrets").stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in (tmp_path / ".secrets").iterdir()} == {0o444}
    use, broker = secrets["DATABASE_PASSWORD"], secrets["BROKER_PASSWORD"]
    assert files["BEM_DATABASE_URL"] == f"mysql+pymysql://bem:{use}@database:3306/bem"
    assert files["BEM_MQTT_URL"] == f"mqtt://master-node:{broker}@broker:1884"
    assert files["BEM_METRICS_TOKEN"] == ""
    assert set(files) == set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["secrets"])


def test_a_file_of_an_earlier_version_keeps_its_secrets_and_a_changed_one_comes_in(tmp_path: Path):
    assert make(tmp_path).returncode == 0
    earlier = (tmp_path / ".cred.env").read_text().replace("SECRETS_FOLDER=./.secrets\n", "")
    secrets = only_secrets(secrets_of(earlier))
    assert make(tmp_path, f"{earlier}BEM_METRICS_TOKEN='t0ken'\r\n").returncode == 0
    assert secrets.items() <= files_of(tmp_path).items()
    assert files_of(tmp_path)["BEM_METRICS_TOKEN"] == "t0ken"
    now = (tmp_path / ".cred.env").read_text()
    assert now.startswith(earlier)
    assert now.count("SECRETS_FOLDER=./.secrets\n") == 1
    assert make(tmp_path, f'{now}DATABASE_PASSWORD="another-one-for-bem"\n').returncode == 0
    assert ":another-one-for-bem@" in files_of(tmp_path)["BEM_DATABASE_URL"]


def test_a_secret_that_is_missing_or_ends_a_part_of_a_url_is_named(tmp_path: Path):
    assert make(tmp_path).returncode == 0
    text = (tmp_path / ".cred.env").read_text()
    refused = make(tmp_path, f"{text}BROKER_PASSWORD=with@sign-0123456789\n")
    assert refused.returncode == 1
    assert "BROKER_PASSWORD in .cred.env may have letters" in refused.stderr
    refused = make(tmp_path, f"{text}BROKER_PASSWORD=\n")
    assert "BROKER_PASSWORD is not set in .cred.env" in refused.stderr


def test_compose_understands_the_file_and_refuses_to_go_without_secrets():
    compose = next(
        (one for one in (["docker", "compose"], ["docker-compose"]) if _works(one)), None
    )
    if compose is None:
        pytest.skip("Docker Compose 2 is not installed")
    command = [*compose, "--profile", "*", "config", "--quiet"]
    plain = {name: v for name, v in os.environ.items() if not name.startswith(("BEM_", "DATABASE"))}
    run = {"cwd": ROOT, "env": plain, "capture_output": True, "check": False, "text": True}
    found = subprocess.run([*compose, "--env-file", EXAMPLE, *command[len(compose) :]], **run)
    assert found.returncode == 0, found.stderr
    without = subprocess.run([*compose, "--env-file", "/dev/null", *command[len(compose) :]], **run)
    assert without.returncode != 0
    assert "run sh deploy/secrets.sh" in without.stderr


def _works(compose: list[str]) -> bool:
    if shutil.which(compose[0]) is None:
        return False
    said = subprocess.run([*compose, "version", "--short"], capture_output=True, check=False)
    return said.returncode == 0 and said.stdout.lstrip(b"v").startswith(b"2.")


def test_the_command_for_digests_writes_them_behind_the_tags(tmp_path: Path):
    operations = (ROOT / "docs" / "operations.md").read_text()
    command = re.search(r"^for image in .*?^done$", operations, re.MULTILINE | re.DOTALL)[0]
    for name in ("docker-compose.yml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path)
    digest = f"sha256:{'0123456789abcdef' * 4}"
    docker = tmp_path / "docker"  # says a digest of whatever it is asked for
    docker.write_text(f"#!/bin/sh\n[ $1 = pull ] || echo any@{digest}\n")
    docker.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", command], cwd=tmp_path, env={**os.environ, **path}, check=True)
    for name, images in (
        ("docker-compose.yml", ("python", "mysql", "eclipse-mosquitto")),
        ("Dockerfile", ("python",)),
    ):
        for image in images:
            assert re.search(rf"{image}:[\w.-]+@{digest}", (tmp_path / name).read_text())
