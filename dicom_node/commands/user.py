"""`l3node user`: who may use the pages, and tokens for programs."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from db.accounts import Role, Scope
from dicom_node.commands.common import Config, fail, sessions_of

user = typer.Typer(no_args_is_help=True, help="Who may use the pages, and tokens for programs.")
Name = Annotated[str, typer.Argument(help="Name to sign in with.")]


@user.command("list")
def user_list(config: Config = Path("l3node.toml")) -> None:
    """Every account and every token, without its secret."""
    from rich.console import Console

    from dicom_node import people

    with sessions_of(config)() as session:
        for table in people.listed(session):
            Console().print(table)


@user.command("add")
def user_add(
    name: Name,
    person: Annotated[
        str, typer.Option("--person", help='Name in what the person approves, as DICOM writes it: "Family^Given".')
    ],
    role: Annotated[Role, typer.Option("--role", help="What the person may do.")] = Role.VIEWER,
    config: Config = Path("l3node.toml"),
) -> None:
    """Make an account; asks for its password.  The first administrator is made so."""
    from dicom_node import people

    with _refusals():
        people.add(sessions_of(config), name, person, role, _password(), now=datetime.now(UTC), actor=_actor())
        typer.echo(f"{name} may sign in as {role}")


@user.command("password")
def user_password(name: Name, config: Config = Path("l3node.toml")) -> None:
    """Give an account another password; ends its sessions, and lets it in again when it was removed."""
    from dicom_node import people

    with _refusals():
        people.set_password(sessions_of(config), name, _password(), now=datetime.now(UTC), actor=_actor())
        typer.echo(f"{name} has another password and is signed out everywhere")


@user.command("remove")
def user_remove(name: Name, config: Config = Path("l3node.toml")) -> None:
    """Let an account in no more and end its sessions; what it did stays recorded under its name."""
    from dicom_node import people

    with _refusals():
        people.remove(sessions_of(config), name, now=datetime.now(UTC), actor=_actor())
        typer.echo(f"{name} may sign in no more")


@user.command("token")
def user_token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    scope: Annotated[
        list[Scope] | None, typer.Option("--scope", help="What it may do; repeat for more than one.")
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Days it is good for; default: for ever.")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Make this token good for nothing.")] = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """Make a token for a program and show it once, or revoke one."""
    from dicom_node import people

    with _refusals():
        if revoke:
            people.revoke(sessions_of(config), name)
            typer.echo(f"the token {name} is good for nothing now")
        else:
            scopes = scope or [Scope.READ]
            typer.echo(people.add_token(sessions_of(config), name, scopes, days, now=datetime.now(UTC)))


def _password() -> str:
    """Twice from a terminal, or one line of a pipe."""
    import sys

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _actor() -> str:
    return getpass.getuser()


@contextmanager
def _refusals() -> Iterator[None]:
    from db.accounts import AccountFault

    try:
        yield
    except AccountFault as why:
        fail(str(why))
