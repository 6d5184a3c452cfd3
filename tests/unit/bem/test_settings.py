"""Settings from the environment."""

import pytest

from bem.settings import Settings, from_environment
from cycling.errors import InputError


def test_an_empty_environment_means_sqlite_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = from_environment({})
    assert found == Settings(
        database_url=f"sqlite:///{tmp_path}/var/bem.sqlite",
        data_dir=tmp_path / "var",
        secret_key=None,
        base_url=None,
        trusted_proxies=0,
    )
    assert found == from_environment({"BEM_DATA_DIR": "", "BEM_SECRET_KEY": "", "BEM_BASE_URL": ""})
    assert list(tmp_path.iterdir()) == []


def test_the_data_folder_holds_the_default_database(tmp_path):
    found = from_environment({"BEM_DATA_DIR": str(tmp_path / "store")})
    assert found.database_url == f"sqlite:///{tmp_path}/store/bem.sqlite"


@pytest.mark.parametrize(
    ("name", "field"), [("BEM_SECRET_KEY", "secret_key"), ("BEM_DATABASE_URL", "database_url")]
)
def test_a_secret_comes_from_its_variable_or_a_file(tmp_path, name, field):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    assert getattr(from_environment({name: "plain"}), field) == "plain"
    assert getattr(from_environment({f"{name}_FILE": str(file)}), field) == "from the file"
    with pytest.raises(InputError, match=f"Both {name} and {name}_FILE are set"):
        from_environment({name: "plain", f"{name}_FILE": str(file)})


def test_a_secret_file_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for file, reason in (
        ("missing", "No such file"),
        ("", "Is a directory"),
        ("empty", "is empty"),
        ("binary", "not UTF-8"),
    ):
        with pytest.raises(InputError, match=f"BEM_SECRET_KEY_FILE: .*{file}.*{reason}"):
            from_environment({"BEM_SECRET_KEY_FILE": str(tmp_path / file)})


def test_secrets_are_not_printed():
    environ = {"BEM_SECRET_KEY": "hush", "BEM_DATABASE_URL": "mysql://u:hush@h/d"}
    assert "hush" not in repr(from_environment(environ))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://bem.lab.example/", "https://bem.lab.example"),
        (" HTTPS://BEM.Lab.Example:443 ", "https://bem.lab.example"),
        ("http://10.0.0.5:8050", "http://10.0.0.5:8050"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_the_base_address_is_kept_as_browsers_write_it(given, kept):
    assert from_environment({"BEM_BASE_URL": given}).base_url == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "bem.lab.example",
        "ftp://bem",
        "https://",
        "http://:80",
        "http://[::1",
        "http://bem:port",
        "http://bem:99999",
        "http://bem/path",
        "http://bem/?a=1",
        "http://user@bem",
    ],
)
def test_a_base_address_that_is_none_is_refused(wrong):
    with pytest.raises(InputError, match=r"^BEM_BASE_URL: "):
        from_environment({"BEM_BASE_URL": wrong})


def test_the_number_of_proxies_is_a_digit():
    assert from_environment({"BEM_TRUSTED_PROXIES": " 2 "}).trusted_proxies == 2
    for wrong in ("-1", "two", "10", "٣", "1.0"):
        with pytest.raises(InputError, match=r"^BEM_TRUSTED_PROXIES: "):
            from_environment({"BEM_TRUSTED_PROXIES": wrong})


def test_the_wattrex_protocol_is_off_unless_asked_for():
    assert not from_environment({}).wattrex
    assert not from_environment({"BEM_WATTREX": "0"}).wattrex
    assert from_environment({"BEM_WATTREX": " 1 "}).wattrex
    with pytest.raises(InputError, match="BEM_WATTREX: yes is neither 0 nor 1"):
        from_environment({"BEM_WATTREX": "yes"})
