"""`l3node jobs`: what waits, what failed and why; try again, take out.  Through rows: a node may be running."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import Config, fail, sessions_of

jobs = typer.Typer(no_args_is_help=True, help="Analyses: what waits, what failed and why, and what to do about it.")
Id = Annotated[int, typer.Argument(help="Number of the analysis, as `l3node jobs list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="For programs: JSON instead of a table.")]
DEFAULT = Path("l3node.toml")


@jobs.command("list")
def jobs_list(
    config: Config = DEFAULT,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only these; may be given several times.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    json: Json = False,
) -> None:
    """Analyses, the newest first: state, attempts, priority, study, reason; and what is paused."""
    from rich.console import Console

    from db.schema import STATES
    from dicom_node import joblist

    if unknown := set(state or ()) - set(STATES["analysis"]):
        fail(f"no state {', '.join(sorted(unknown))}; there are {', '.join(STATES['analysis'])}")
    with sessions_of(config)() as session:
        found = joblist.look(session, state or (), limit)
        typer.echo(joblist.as_json(found)) if json else joblist.show(found, Console())


@jobs.command("show")
def jobs_show(analysis: Id, config: Config = DEFAULT, json: Json = False) -> None:
    """One analysis: what was asked, every move with who and why, its parcels, the log of its last attempt."""
    from rich.console import Console

    from dicom_node import joblist

    with sessions_of(config)() as session, _refusals():
        found = joblist.look_at(session, analysis)
        typer.echo(joblist.as_json(found)) if json else joblist.show_one(found, Console())


@jobs.command("retry")
def jobs_retry(analysis: Id, config: Config = DEFAULT) -> None:
    """Try one again that is dead, not measured or cancelled; it goes before all others."""
    from db import jobs as rows

    with sessions_of(config).begin() as session, _refusals():
        rows.retry(session, analysis, actor=getpass.getuser(), now=datetime.now(UTC))
    typer.echo(f"analysis {analysis} is queued")


@jobs.command("prioritise")
def jobs_prioritise(analysis: Id, config: Config = DEFAULT) -> None:
    """Put one first that is queued: before all that nobody waits for."""
    from db import jobs as rows

    with sessions_of(config).begin() as session, _refusals():
        rows.prioritise(session, analysis, actor=getpass.getuser(), now=datetime.now(UTC))
    typer.echo(f"analysis {analysis} is first in line")


@jobs.command("resend")
def jobs_resend(analysis: Id, config: Config = DEFAULT) -> None:
    """Send once more what of a result could not be delivered, after what its reason names was mended."""
    from db import jobs as rows

    with sessions_of(config).begin() as session, _refusals():
        rows.resend(session, analysis, actor=getpass.getuser(), now=datetime.now(UTC))
    typer.echo(f"analysis {analysis} is sent again")


@jobs.command("cancel")
def jobs_cancel(
    analysis: Id,
    why: Annotated[str, typer.Option("--why", help="The reason, for the record.")],
    config: Config = DEFAULT,
) -> None:
    """Take one out that is queued; `retry` brings it back."""
    from db import jobs as rows

    with sessions_of(config).begin() as session, _refusals():
        rows.cancel(session, analysis, why=why, actor=getpass.getuser(), now=datetime.now(UTC))
    typer.echo(f"analysis {analysis} is cancelled")


@contextmanager
def _refusals() -> Iterator[None]:
    from db.jobs import Refused

    try:
        yield
    except Refused as why:
        fail(str(why))
