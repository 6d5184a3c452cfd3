"""docker-compose.yml, the Dockerfile and the example of its secrets, read as they stand."""

import os
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from bem.settings import from_environment
from db.limits import Limits, variable_of
from tests.machine import ROOT
from tests.unit.test_docs import variables

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {"credentials", "migrate", "web", "worker", "master-node", "virtual-cycler"}
ONE_SHOT = {"credentials", "migrate", "restore"}
VARIABLE = re.compile(r"\$\{(\w+)")
EXAMPLE = (ROOT / ".cred.env.example").read_text()
EXAMPLES = dict(re.findall(r"^(\w+)=(example-.*)$", EXAMPLE, re.MULTILINE))


def environment(service: str) -> dict[str, str]:
    return SERVICES[service].get("environment", {})


def used_variables(text: str) -> set[str]:
    return set(VARIABLE.findall(text))


def test_the_services_and_profiles_are_those_of_the_document():
    assert set(SERVICES) == OURS | {"database", "broker", "backup", "restore"}
    profiles = {name: one["profiles"] for name, one in SERVICES.items() if "profiles" in one}
    assert profiles == {
        "virtual-cycler": ["demo"],
        "backup": ["backup"],
        "restore": ["restore"],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_images_have_exact_versions(service):
    exact = r"[a-z-]+:\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?"
    assert re.fullmatch(exact, SERVICES[service]["image"])


def test_the_database_and_the_broker_are_those_that_are_supported():
    assert SERVICES["database"]["image"].startswith("mysql:8.4.")
    assert SERVICES["broker"]["image"].startswith("eclipse-mosquitto:2.")


def test_all_services_of_ours_are_one_image_of_this_version():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert {SERVICES[one]["image"] for one in OURS} == {f"battery-experiments-manager:{version[1]}"}


def test_the_image_is_made_in_two_stages_from_an_exact_python():
    dockerfile = (ROOT / "Dockerfile").read_text()
    exact = re.search(
        r"^ARG PYTHON_IMAGE=(python:\d+\.\d+\.\d+-slim-\w+(?:@sha256:\w+)?)$", dockerfile, re.M
    )
    assert SERVICES["web"]["build"]["args"]["PYTHON_IMAGE"] == exact[1]
    assert dockerfile.count("FROM ${PYTHON_IMAGE}") == 2
    assert dockerfile.count("--require-hashes") == 2
    assert f"USER {SERVICES['web']['user']}" in dockerfile


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_is_root_and_nothing_can_be_written_but_volumes(service):
    one = SERVICES[service]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", one["user"])
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp") for mount in one["tmpfs"])
    assert "privileged" not in one


def in_bytes(text: str) -> int:
    """A size like 2g, or the usual one of a variable: ${NAME:-2g}."""
    number, unit = re.fullmatch(r"(?:\$\{\w+:-)?(\d+)([kmg]?)\}?", text.lower()).groups()
    return int(number) * SIZES[unit]


@pytest.mark.parametrize("service", SERVICES)
def test_memory_processes_and_processors_have_limits(service):
    one = SERVICES[service]
    assert 256 * 1024**2 <= in_bytes(one["mem_limit"]) <= 4 * 1024**3
    assert 64 <= one["pids_limit"] <= 512
    assert in_bytes(str(one["cpus"])) in (1, 2)


def test_what_a_service_keeps_in_memory_fits_into_its_limit():
    pool = next(one for one in SERVICES["database"]["command"] if "buffer-pool" in one)
    limit = in_bytes(SERVICES["database"]["mem_limit"])
    assert in_bytes(pool.partition("=")[2]) * 2 <= limit
    for service in ("web", "worker"):
        (temporary,) = SERVICES[service]["tmpfs"]
        size = in_bytes(temporary.rpartition("size=")[2])
        assert size * 2 <= in_bytes(SERVICES[service]["mem_limit"])


@pytest.mark.parametrize("service", SERVICES)
def test_logs_are_rotated_and_what_ends_is_started_again(service):
    one = SERVICES[service]
    assert one["logging"]["options"]["max-size"]
    assert one["logging"]["options"]["max-file"]
    assert one["restart"] == ("no" if service in ONE_SHOT else "unless-stopped")


def test_no_ports_but_those_of_the_web_server_and_the_broker():
    ports = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert set(ports) == {"web", "broker"}
    assert {name: len(one) for name, one in ports.items()} == {"web": 1, "broker": 2}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["inside"]


def test_what_must_last_is_in_named_volumes():
    named = {
        mount.partition(":")[0]
        for one in SERVICES.values()
        for mount in one.get("volumes", [])
        if not mount.startswith("./")
    }
    assert named == set(COMPOSE["volumes"])
    for one in SERVICES.values():
        for mount in one.get("volumes", []):
            if mount.startswith("./"):
                assert mount.endswith(":ro")
                assert (ROOT / mount.partition(":")[0]).exists()


@pytest.mark.parametrize("service", sorted(set(SERVICES) - ONE_SHOT - {"virtual-cycler"}))
def test_what_runs_on_has_a_health_check_of_its_own(service):
    check = SERVICES[service]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    if service in OURS:
        assert check["test"] == ["CMD", "bem", "health", service]


def test_things_start_in_order():
    def waits(service: str) -> dict[str, str]:
        return {name: one["condition"] for name, one in SERVICES[service]["depends_on"].items()}

    ended, healthy = "service_completed_successfully", "service_healthy"
    assert waits("database") == waits("broker") == {"credentials": ended}
    assert waits("migrate") == {"database": healthy}
    assert waits("web") == waits("worker") == {"database": healthy, "migrate": ended}
    assert waits("master-node") == {"database": healthy, "migrate": ended, "broker": healthy}
    assert waits("virtual-cycler") == {"broker": healthy}
    assert waits("backup") == waits("restore") == {"database": healthy}


def waited_for(service: str) -> set[str]:
    """All that Compose starts before a service."""
    before = set(SERVICES[service].get("depends_on", {}))
    return before.union(*(waited_for(name) for name in before))


def test_a_backup_starts_nothing_that_changes_tables():
    assert "migrate" in waited_for("web")
    for service in ("backup", "restore"):
        starts = [service, *waited_for(service)]
        assert not [name for name in starts if SERVICES[name].get("command") == ["db", "upgrade"]]


@pytest.mark.parametrize("service", sorted(OURS - {"credentials"}))
def test_our_services_get_settings_that_exist(service):
    assert set(environment(service)) <= variables()


def test_every_setting_can_be_given_to_a_service():
    given = {name for one in OURS for name in environment(one) if name.startswith("BEM_")}
    in_the_image = {"BEM_DATA_DIR"}
    plain = {name.removesuffix("_FILE") for name in given}
    assert {name for name in variables() if not name.endswith("_FILE")} == plain | in_the_image


def secrets_of(service: str) -> set[str]:
    return set(SERVICES[service].get("secrets", []))


def test_each_service_reads_the_secrets_that_it_is_given_and_no_others():
    for service in SERVICES:
        files = re.findall(r"/run/secrets/(\w+)", str(environment(service)))
        assert secrets_of(service) == set(files)
    assert environment("web")["BEM_METRICS_TOKEN_FILE"].startswith("${BEM_METRICS_TOKEN:+")
    for service in ("web", "worker", "master-node"):
        assert environment(service)["BEM_DATABASE_URL_FILE"] == "/run/secrets/BEM_DATABASE_URL"
    assert "MIGRATE_DATABASE_URL" in environment("migrate")["BEM_DATABASE_URL_FILE"]


def test_only_the_migrations_may_change_tables():
    def having(*names: str) -> set[str]:
        return {service for service in SERVICES if secrets_of(service) & set(names)}

    assert having("MIGRATE_DATABASE_URL") == {"migrate"}
    assert having("DATABASE_MIGRATE_PASSWORD") == {"credentials", "database", "restore"}
    assert having("DATABASE_ROOT_PASSWORD") == {"credentials", "database"}
    assert having("BEM_SECRET_KEY") == {"credentials", "web"}


def test_no_secret_stands_in_the_file_or_in_an_environment():
    for service in SERVICES:
        for name, value in environment(service).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|URL", name) and name != "BEM_BASE_URL":
                assert name.endswith("_FILE")
                assert re.fullmatch(r"(\$\{\w+:\+)?/run/secrets/\w+\}?", value)
        assert "env_file" not in SERVICES[service]
    for name, one in COMPOSE["secrets"].items():
        assert re.fullmatch(rf"\$\{{SECRETS_FOLDER[^}}]*\}}/{name}", one["file"])


def test_every_secret_has_an_example_and_is_checked_before_anything_starts():
    assert set(EXAMPLES) == secrets_of("credentials") <= set(COMPOSE["secrets"])
    assert SERVICES["credentials"]["command"] == ["secrets", "check", *EXAMPLES]
    assert SERVICES["credentials"]["network_mode"] == "none"


LIMITS = {variable_of(one.name) for one in fields(Limits)}
SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def test_every_variable_is_in_the_example_unless_it_is_a_limit():
    for name in used_variables((ROOT / "docker-compose.yml").read_text()) - LIMITS:
        assert re.search(rf"^(# )?{name}=", EXAMPLE, re.MULTILINE), name
    assert re.search(r"^SECRETS_FOLDER=", EXAMPLE, re.MULTILINE)


def test_a_limit_that_is_not_given_is_the_usual_one():
    for service in ("web", "worker", "master-node"):
        names = LIMITS & set(environment(service))
        assert names
        given = {
            name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", environment(service)[name]) for name in names
        }
        assert from_environment(given).limits == Limits()


def shipped(file: str, name: str) -> str:
    """What a configuration file that we ship says for a name."""
    text = (ROOT / "deploy" / file).read_text()
    return re.search(rf"^\s*{name} ([^;\s]+);?$", text, re.MULTILINE)[1]


def test_what_is_in_front_and_behind_lets_through_what_the_limits_allow():
    limits = Limits()
    number, unit = re.fullmatch(
        r"(\d+)(\D?)", shipped("nginx/bem.conf", "client_max_body_size")
    ).groups()
    assert int(number) * SIZES[unit] >= limits.max_upload_bytes
    headroom = 64 * 1024  # topic and header of a message
    largest = int(shipped("mosquitto/mosquitto.conf", "max_packet_size"))
    assert largest >= limits.mqtt_message_bytes + headroom
    reads_for_s = int(shipped("nginx/bem.conf", "proxy_read_timeout").removesuffix("s"))
    assert reads_for_s > max(limits.client_stall_s, limits.request_grace_s)
    stops_within_s = int(SERVICES["web"]["stop_grace_period"].removesuffix("s"))
    assert stops_within_s > limits.request_grace_s


def test_the_real_secrets_are_not_committed_and_not_in_the_image():
    assert {".cred.env", ".secrets/"} <= set((ROOT / ".gitignore").read_text().splitlines())
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert not any(re.search(r"\.(cred|git|secrets)", line) for line in ignored)


DOCKER = """#!/bin/sh
[ "$1" = pull ] || echo "image@sha256:$DIGEST"
"""


def test_images_can_be_pinned_by_digest_again_and_again(tmp_path: Path):
    """By the commands of docs/operations.md: a later digest takes the place of the earlier one."""
    text = (ROOT / "docs" / "operations.md").read_text()
    block = text[text.index("for image in $(grep") :].partition("```")[0]
    for name in ("docker-compose.yml", "Dockerfile"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    path = f"{docker.parent}:{os.environ['PATH']}"
    for digest in ("a1" * 32, "b2" * 32):
        environment = {"PATH": path, "DIGEST": digest}
        subprocess.run(["bash", "-ec", block], cwd=tmp_path, env=environment, check=True)
        for name in ("docker-compose.yml", "Dockerfile"):
            tagged = (ROOT / name).read_text()
            pinned = (tmp_path / name).read_text()
            assert pinned.count(f"@sha256:{digest}") == pinned.count("@sha256:") > 0
            assert pinned.replace(f"@sha256:{digest}", "") == tagged
