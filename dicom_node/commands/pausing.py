"""`l3node pause` and `l3node resume`: through a row, which a running node obeys within a second, and the next too."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from dicom_node.commands.common import Config, sessions_of

What = Annotated[
    Literal["receive", "analyse", "deliver"],
    typer.Argument(help="What the node shall not begin, or may begin again."),
]


def pause(
    what: What,
    why: Annotated[str, typer.Option("--why", help="The reason; `jobs list` and /health show it.")],
    config: Config = Path("l3node.toml"),
) -> None:
    """Begin nothing new: receive (associations are refused for now), analyse, or deliver.

    What has begun is finished; nothing is lost.  The pause outlives a restart; `l3node resume` ends it.
    """
    from db import activities

    with sessions_of(config).begin() as session:
        changed = activities.pause(
            session, activities.Name(what), why=why, actor=getpass.getuser(), now=datetime.now(UTC)
        )
    typer.echo(f"{what} is paused" if changed else f"{what} was paused before")


def resume(what: What, config: Config = Path("l3node.toml")) -> None:
    """Go on with what was paused."""
    from db import activities

    with sessions_of(config).begin() as session:
        changed = activities.resume(session, activities.Name(what), actor=getpass.getuser(), now=datetime.now(UTC))
    typer.echo(f"{what} goes on" if changed else f"{what} was not paused")
