"""`bem user`: who may sign in."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bem.services import by_system_user, open_database, read_settings
from cycling.errors import InputError
from db.terms import Role

if TYPE_CHECKING:
    from db.engine import Database

app = typer.Typer(help="Add users, set their roles and passwords.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The user's name.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    password_stdin: FromInput = False,
) -> None:
    """Add a user; the password is asked for, or read from standard input."""
    database = _database()
    from db.commands import users

    users.add_user(database, name, role, _password(password_stdin), by=by_system_user())
    typer.echo(f"{name} may now sign in as {role}.")


@app.command("list")
def list_() -> None:
    """List the users: name, role, disabled or not, when last seen."""
    database = _database()
    from db.queries.users import list_users

    for user in list_users(database):
        seen = f"{user.last_seen_at:%Y-%m-%d %H:%M} UTC" if user.last_seen_at else "never"
        state = "disabled" if user.disabled else "enabled"
        typer.echo(f"{user.name}\t{user.role}\t{state}\t{seen}")


@app.command()
def role(
    name: Name, role: Annotated[Role, typer.Argument(help="viewer, operator or admin.")]
) -> None:
    """Give a user another role."""
    database = _database()
    from db.commands import users

    users.set_role(database, name, role, by=by_system_user())
    typer.echo(f"{name} is now {role}.")


@app.command()
def password(name: Name, password_stdin: FromInput = False) -> None:
    """Set a user's password; the user is signed out everywhere."""
    database = _database()
    from db.commands import users

    users.set_password(database, name, _password(password_stdin), by=by_system_user())
    typer.echo(f"{name} has a new password.")


@app.command("sign-out")
def sign_out(name: Name) -> None:
    """End all sessions of a user."""
    database = _database()
    from db.commands import users

    ended = users.end_all_sessions(database, name, by=by_system_user())
    typer.echo(f"{name} is signed out: {ended} {'session' if ended == 1 else 'sessions'} ended.")


@app.command()
def disable(name: Name) -> None:
    """Keep a user from signing in, at once."""
    database = _database()
    from db.commands import users

    users.disable_user(database, name, by=by_system_user())
    typer.echo(f"{name} is disabled.")


@app.command()
def enable(name: Name) -> None:
    """Let a disabled user sign in again."""
    database = _database()
    from db.commands import users

    users.enable_user(database, name, by=by_system_user())
    typer.echo(f"{name} is enabled.")


def _database() -> "Database":
    """Open it before the commands are loaded: one that hangs is said at once."""
    return open_database(read_settings(), check=True)


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("There is no terminal to ask for the password; use --password-stdin.")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked
