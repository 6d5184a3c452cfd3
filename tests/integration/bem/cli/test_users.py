"""`bem user`."""

from sqlalchemy import text

from bem.services import system_user
from db.engine import Database
from tests.integration.bem.cli.shell import Shell


class TestUserCommands:
    PASSWORD = "seven green cells"

    def test_the_life_of_a_user(self, bem: Shell, database: Database):
        add = ("user", "add", "ada", "--role", "admin", "--password-stdin")
        assert bem.done(*add, say=f"{self.PASSWORD}\n") == "ada may now sign in as admin.\n"
        assert "already" in bem.refused(*add, say=f"{self.PASSWORD}\n")
        viewer = ("user", "add", "vera", "--role", "viewer", "--password-stdin")
        bem.done(*viewer, say=self.PASSWORD)
        assert bem.done("user", "list").splitlines() == [
            "ada\tadmin\tenabled\tnever",
            "vera\tviewer\tenabled\tnever",
        ]
        bem.done("user", "role", "vera", "operator")
        bem.done("user", "disable", "vera")
        assert bem.done("user", "list").splitlines()[1] == "vera\toperator\tdisabled\tnever"
        bem.done("user", "enable", "vera")
        with database.read() as session:
            query = text("SELECT password_hash FROM bem_users WHERE name = 'vera'")
            before = session.scalar(query)
        bem.done("user", "password", "vera", "--password-stdin", say="another long one\n")
        with database.read() as session:
            assert session.scalar(query) != before
            assert self.PASSWORD not in before
        said = bem.done("user", "sign-out", "vera")
        assert said == "vera is signed out: 0 sessions ended.\n"
        for command in (("disable", "ada"), ("role", "ada", "viewer")):
            assert "ada is the last admin" in bem.refused("user", *command)
        with database.read() as session:
            came_from = session.execute(text("SELECT DISTINCT user_name, address FROM bem_audit"))
            assert came_from.all() == [(system_user(), "command line")]

    def test_what_is_refused(self, here):
        bem, _ = here
        add = ("user", "add", "ada", "--password-stdin")
        assert "12" in bem.refused(*add, "--role", "admin", say="short\n")
        bem.refused(*add, "--role", "king", say=f"{self.PASSWORD}\n")
        bem.refused(*add, say=f"{self.PASSWORD}\n")
        assert "--password-stdin" in bem.refused("user", "add", "ada", "--role", "admin")
        for command in (("disable", "nobody"), ("role", "nobody", "viewer")):
            assert "nobody" in bem.refused("user", *command)
        assert bem.done("user", "list") == ""
