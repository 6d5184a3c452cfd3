"""Which secrets are refused."""

from pathlib import Path

import pytest

from bem.secrets import check_settings, check_variables
from bem.settings import Settings
from cycling.errors import InputError

GOOD = "9f8a7d6c5b4e3f2a1908"


def settings(**found) -> Settings:
    return Settings(**{"database_url": "sqlite:////x/bem.sqlite", "data_dir": Path("/x"), **found})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql+pymysql://bem:example-use@database:3306/bem", "example's password"),
        ("mysql+pymysql://bem:example-use@127.0.0.1/bem", "example's password"),
        ("mysql://bem:PASSWORD@db.lab.example/bem", "everybody tries first"),
        ("mysql://bem:p%40ss%2Fword%231@db.lab.example/bem", "everybody tries first"),
        ("mysql://experiments:experiments@db/bem", "everybody tries first"),
        ("mariadb://bem:s3cr3t!@db/bem", "7 characters, fewer than 8"),
        ("mysql://bem@db/bem", "no password"),
        ("mysql://bem:passwordpassword@db/bem", "only repeats"),
        ("mysql://bem:aaaaaaaaaaaaaaaaaaaa@db/bem", "only repeats"),
    ],
)
def test_a_weak_password_of_a_database_is_refused_without_repeating_it(url, why):
    with pytest.raises(InputError, match=why) as refused:
        check_settings(settings(database_url=url))
    assert "BEM_DATABASE_URL" in str(refused.value)
    for secret in ("passwordp", "aaaa", "example-use", "s3cr3t", "experiments:", "PASSWORD@"):
        assert secret not in str(refused.value)


def test_a_weak_password_of_a_broker_is_refused():
    for url in ("mqtt://master-node:example-master-node@broker:1883", "mqtts://broker"):
        with pytest.raises(InputError, match="BEM_MQTT_URL"):
            check_settings(settings(mqtt_url=url))


def test_examples_are_refused_as_key_and_token():
    for name, field in (("BEM_SECRET_KEY", "secret_key"), ("BEM_METRICS_TOKEN", "metrics_token")):
        with pytest.raises(InputError, match=f"{name} holds the example's value"):
            check_settings(settings(**{field: "example-secret-key-at-least-32-characters"}))


@pytest.mark.parametrize(
    "url",
    [
        f"mysql+pymysql://bem:{GOOD}@db/bem",
        "mysql+pymysql://root@127.0.0.1:33306/bem",
        "mysql+pymysql://root:root@localhost/bem",
        "mysql+pymysql://root@[::1]/bem",
        "mysql+pymysql://bem@/bem?unix_socket=/run/mysqld/mysqld.sock",
        "sqlite:////folder/bem.sqlite",
        "mysql://a:b@host:port/x",  # whoever opens it says what is wrong
    ],
)
def test_good_ones_and_those_of_this_machine_are_taken(url):
    check_settings(settings(database_url=url, mqtt_url=f"mqtt://master-node:{GOOD}@broker"))


@pytest.mark.parametrize("secret", ["k" * 40, "changeme" * 5, "0123456789" * 4])
def test_a_key_or_token_that_repeats_a_few_characters_is_refused(secret):
    for name, field in (("BEM_SECRET_KEY", "secret_key"), ("BEM_METRICS_TOKEN", "metrics_token")):
        with pytest.raises(InputError, match=f"{name} only repeats") as refused:
            check_settings(settings(**{field: secret}))
        assert secret not in str(refused.value)
        with pytest.raises(InputError, match=f"{name} only repeats"):
            check_variables({name: secret}, [name])
        check_settings(settings(**{field: f"{secret}x"}))


def test_everything_wrong_with_a_deployments_secrets_is_said_at_once():
    environ = {"A": "example-a", "B": "p@ss", "C": "short", "D": GOOD, "E": GOOD}
    with pytest.raises(InputError) as refused:
        check_variables(environ, ["A", "B", "C", "D", "E", "F"])
    said = str(refused.value)
    assert "A still holds the example's value." in said
    assert "B may have letters, digits" in said
    assert "C has 5 characters" in said
    assert "E is the same as D." in said
    assert "F is not set." in said
    assert "openssl rand" in said


def test_the_key_is_as_long_as_the_web_server_wants_it():
    with pytest.raises(InputError, match="BEM_SECRET_KEY has 20 characters; give it at least 32"):
        check_variables({"BEM_SECRET_KEY": GOOD}, ["BEM_SECRET_KEY"])


def test_secrets_of_their_own_are_taken():
    check_variables({"A": GOOD, "B": f"{GOOD}-2"}, ["A", "B"])


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text(f"{GOOD}\n")
    check_variables({"BROKER_PASSWORD_FILE": str(file)}, ["BROKER_PASSWORD"])
    file.write_text("example-of-a-password")
    with pytest.raises(InputError, match="BROKER_PASSWORD still holds the example's value"):
        check_variables({"BROKER_PASSWORD_FILE": str(file)}, ["BROKER_PASSWORD"])
