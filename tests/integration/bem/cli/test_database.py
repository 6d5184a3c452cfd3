"""`bem db`, and what every command says of a database."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Database, connect
from tests.databases import SERVER_ENGINES, sqlite_url
from tests.integration.bem.cli.shell import Shell


class TestDatabaseCommands:
    def test_upgrade_and_check(self, empty_database_url: str, tmp_path: Path, monkeypatch, capsys):
        bem = Shell(tmp_path, empty_database_url, monkeypatch, capsys)
        assert "Run: bem db upgrade" in bem.refused("db", "check")
        made = bem.done("db", "upgrade")
        assert re.fullmatch(r"The database is at revision \w+\.\n", made)
        assert bem.done("db", "upgrade") == made
        assert bem.done("db", "check").startswith("The database is at revision")
        connected = connect(empty_database_url)
        with connected.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connected.dispose()
        for arguments in (("db", "check"), ("db", "upgrade"), ("user", "list"), ("worker",)):
            assert "revision 9999" in bem.refused(*arguments)

    @pytest.mark.parametrize(
        "arguments", [("user", "list"), ("export", "1"), ("worker",), ("web",)]
    )
    def test_nothing_works_on_an_empty_database(self, here, arguments):
        bem, _ = here
        bem.database_url = None
        key = "for the tests only, and long enough for that"
        said = bem.refused(*arguments, BEM_SECRET_KEY=key)
        assert "Run: bem db upgrade" in said

    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"BEM_DATABASE_URL": "nonsense"}, "The database URL cannot be read"),
            ({"BEM_DATABASE_URL": "mysql://a:b@host:port/x"}, "The database URL cannot be read"),
            ({"BEM_DATABASE_URL": "postgresql://host/bem"}, "use sqlite"),
            ({"BEM_DATABASE_URL_FILE": "/none"}, "BEM_DATABASE_URL_FILE"),
            ({"BEM_DATABASE_URL": "sqlite:////proc/none/x.sqlite"}, "cannot be made"),
            ({"BEM_DATABASE_URL": "sqlite:////proc/x.sqlite"}, "unable to open database file"),
            ({"BEM_DATABASE_URL": "sqlite:////etc/passwd"}, "file is not a database"),
            ({"BEM_BASE_URL": "bem.lab"}, "BEM_BASE_URL"),
            ({"BEM_TRUSTED_PROXIES": "two"}, "BEM_TRUSTED_PROXIES"),
        ],
    )
    def test_wrong_settings_are_named(self, here, settings, sentence: str):
        bem, _ = here
        bem.database_url = None
        assert sentence in bem.refused("db", "check", **settings)

    def test_a_web_server_without_a_key_does_not_start(self, here):
        assert "BEM_SECRET_KEY" in here[0].refused("web", BEM_SECRET_KEY="")
        assert "characters" in here[0].refused("web", BEM_SECRET_KEY="short")

    @pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
    def test_a_server_that_refuses_is_a_wrong_setting(self, bem: Shell, database: Database):
        port = database.engine.url.port
        for user, name in (("nobody:secret", "mysql"), ("root", "no_such_database")):
            bem.database_url = f"mysql://{user}@127.0.0.1:{port}/{name}"
            said = bem.refused("db", "check")
            assert "BEM_DATABASE_URL" in said
            assert "secret" not in said

    def test_two_sqlite_urls_for_one_file_are_one_database(self, here, tmp_path: Path):
        bem, _ = here
        bem.database_url = sqlite_url(tmp_path / "x.sqlite")
        bem.done("db", "upgrade")
        bem.database_url = "sqlite:///x.sqlite"
        assert bem("db", "check").status == 0
