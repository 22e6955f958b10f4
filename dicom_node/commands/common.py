"""What commands share: settings read once, the database behind them, a fault told in one line."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from db.session import Sessions

PRIVATE = 0o077
"""Of what the node writes, others read nothing."""
Config = Annotated[Path, typer.Option("--config", "-c", help="Settings file; `l3node config` prints the manual.")]


def settings_of(path: Path) -> "Settings":
    """The settings of a file and of the environment; ends the command when they are wrong."""
    from config.read import SettingsFault, read_settings

    try:
        return read_settings(path)
    except SettingsFault as fault:
        fail(str(fault))


def sessions_of(config: Path) -> "Sessions":
    """The database of a settings file at this release's schema."""
    from db.session import open_engine, open_sessions
    from db.session import upgrade as bring_up

    settings = settings_of(config)
    os.umask(PRIVATE)
    settings.node.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    bring_up(settings.database_url)
    return open_sessions(open_engine(settings.database_url))


def fail(why: str) -> NoReturn:
    """End the command with one line."""
    typer.echo(why, err=True)
    sys.exit(1)
