"""`l3node cohort reanalyse`: results that stand, asked for again."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.commands.asking import filtered
from dicom_node.commands.common import Config, fail, sessions_of, settings_of

if TYPE_CHECKING:
    from db.questions import Filter


@filtered
def reanalyse(
    of: "Filter",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    deliver: Annotated[str, typer.Option(help="Destination for the results; without it they stay here.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Confirm the delivery without being asked.")] = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """Ask again for results that another model, other rules or a height known since would make otherwise.

    The running node does it, after today's patients; the old results are kept and superseded, what people corrected
    is left alone, and nothing is sent unless --deliver names a destination and you confirm the number.
    """
    from rich.console import Console

    from db import audit
    from db.where import Refused
    from dicom_node import again
    from dicom_node.console import bar

    settings, sessions = settings_of(config), sessions_of(config)
    if deliver and deliver not in {to.name for to in settings.destination}:
        fail(f"{deliver} is no [[destination]] of the settings")
    desk = again.desk_of(settings, sessions, lambda: datetime.now(UTC))
    try:
        analyses = again.stale(desk, again.chosen(settings.database_url, of))
    except Refused as refused:
        fail(str(refused))
    typer.echo(f"{len(analyses):,} results would be made otherwise today")
    question = f"{len(analyses):,} revised results will be sent to {deliver}. Is that meant?"
    if dry_run or not analyses or (deliver and not yes and not typer.confirm(question)):
        return
    actor = getpass.getuser()
    with bar(Console(stderr=True)) as progress:
        told = progress.track(
            again.ask_again(desk, analyses, deliver, actor), total=len(analyses), description="asked"
        )
        queued = sum(words.startswith("asked for") for words in told)
    with sessions.begin() as session:
        why = f"{queued} results, delivered to {deliver or 'nobody'}: {of}"
        audit.record(session, "cohort", "asked again", actor=actor, reason=why, now=datetime.now(UTC))
    typer.echo(f"{queued:,} are queued; the running node makes them when nothing else waits")
