"""`l3node db`: the database behind the node, brought up to date, copied, put back."""

import getpass
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import PRIVATE, Config, fail, sessions_of, settings_of

database = typer.Typer(no_args_is_help=True, help="The database behind the node.")
KEPT = "It holds patient data (IDs, results): keep it where the PACS may be kept, and delete it like a record."


@database.command("upgrade")
def upgrade(config: Config = Path("l3node.toml")) -> None:
    """Bring the database to this release's schema; `serve` does it too."""
    sessions_of(config)
    typer.echo("the database is at the newest schema")


@database.command("backup")
def backup(
    to: Annotated[Path, typer.Argument(help="File to write; it must not exist.", dir_okay=False)],
    config: Config = Path("l3node.toml"),
) -> None:
    """Copy the database to a file while the node runs, with the site's secret beside it (FILE.site_secret).

    THE FILE HOLDS PATIENT DATA; its mode is 0600.  SEG, SR, key images and spooled CT are files below the data folder
    and are not in it.  PostgreSQL needs pg_dump.
    """
    from rich.console import Console

    from db import audit, backup
    from dicom_node.console import bar
    from dicom_node.site_secret import site_secret

    settings, sessions = settings_of(config), sessions_of(config)
    try:
        with bar(Console(stderr=True)) as progress:
            task = progress.add_task("pages of the database", total=None)
            backup.backup(
                settings.database_url, to, lambda done, total: progress.update(task, completed=done, total=total)
            )
        _write_private(_secret_of(to), site_secret(settings.node.files))
    except (backup.BackupFault, OSError) as why:
        fail(str(why))
    with sessions.begin() as session:
        audit.record(
            session,
            "database",
            "backed up",
            actor=getpass.getuser(),
            reason="l3node db backup",
            now=datetime.now(UTC),
        )
    typer.echo(f"{to} and {_secret_of(to).name} written. {KEPT}")


@database.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File that `db backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the database that is there.")] = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """Put a backup in the place of the database, with the site's secret; the node must not run."""
    from db import audit, backup
    from db.session import open_engine, open_sessions
    from dicom_node.data_folder import is_owned

    settings = settings_of(config)
    os.umask(PRIVATE)
    data = settings.node.data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_owned(data):
        fail("the node runs on this data folder; stop it first")
    if not replace and _has_rows(settings.database_url):
        fail("there is a database with results; --replace puts the backup in its place")
    secret, kept = _secret_of(source), settings.node.files / "site_secret"
    if kept.exists() and secret.exists() and kept.read_bytes() != secret.read_bytes():
        shutil.move(kept, kept.with_name(f"site_secret.before-{datetime.now(UTC):%Y%m%dT%H%M%S}"))
    try:
        backup.restore(source, settings.database_url)
        if secret.exists() and not kept.exists():
            _write_private(kept, secret.read_bytes())
    except (backup.BackupFault, OSError) as why:
        fail(str(why))
    sessions = open_sessions(open_engine(settings.database_url))
    with sessions.begin() as session:
        reason, actor = "l3node db restore", getpass.getuser()
        audit.record(session, "database", "restored", actor=actor, reason=reason, now=datetime.now(UTC))
    typer.echo(f"the database is that of {source}, at the newest schema")


def _secret_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.site_secret")


def _write_private(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        os.fsync(file.fileno())


def _has_rows(url: str) -> bool:
    """Whether a study is known to the database of `url`; one that is not there has none."""
    from sqlalchemy import inspect, select

    from db.schema import Study
    from db.session import open_engine, reading

    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return False
    engine = open_engine(url)
    with reading(engine) as session:
        there = inspect(engine).has_table("study") and session.scalar(select(Study.id).limit(1)) is not None
    engine.dispose()
    return there
