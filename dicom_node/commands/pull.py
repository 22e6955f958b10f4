"""`l3node pull`: old studies from an archive into the running node."""

import getpass
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from dicom_node.commands.common import Config, fail, sessions_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicom_node.pulling import Pace, Pulling


def pull(
    source: Annotated[str, typer.Option("--from", help="AE title of a [[source]] with a query.")],
    query: Annotated[
        str, typer.Option(help='Matching keys: "StudyDate=20200101-20201231, StudyDescription=*ABDOMEN*".')
    ],
    rate: Annotated[str, typer.Option(help="Studies at most, such as 2/min.")] = "2/min",
    window: Annotated[str | None, typer.Option(help="Only at this time of day, such as 20:00-06:00.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, and say how long it would take.")] = False,
    deliver: Annotated[str, typer.Option(help="Destination for the results; without it they stay here.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Confirm the delivery without being asked.")] = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """Fetch old CT studies from an archive (C-FIND, C-MOVE) into the node, which must run and be known to it.

    They come last, after today's patients, and nothing of them is sent anywhere unless --deliver names a destination
    and you confirm the number.  Studies that the current model has done are skipped.  Stopped or killed, the same
    command goes on where it was.
    """
    from db import pulls
    from dicom_node import pulling, tls, worker
    from dicom_node.models import model_digest

    settings, sessions = settings_of(config), sessions_of(config)
    if deliver and deliver not in {to.name for to in settings.destination}:
        fail(f"{deliver} is no [[destination]] of the settings")
    now = datetime.now(UTC)
    try:
        speed = pulling.pace(rate, window, ZoneInfo(settings.node.time_zone))
        archive = pulling.archive(settings, source, tls.Credentials(settings.tls).client_context)
        with sessions.begin() as session:
            row = pulls.begin(session, source, query, deliver, getpass.getuser(), now)
            digest = model_digest(worker.model_folder(settings.analysis).card)
            for found in _told(pulling.find(archive, query)):
                pulls.add(session, row.id, found, digest, now)
            waiting, counted = len(pulls.waiting(session, row.id)), pulls.counts(session, row.id)
            _say(f"{sum(counted.values()):,} CT studies match: {_words(counted)}; {_estimate(waiting, speed)}")
            if dry_run or (deliver and waiting and not _confirmed(waiting, deliver, yes)):
                session.rollback()
                raise typer.Exit(0 if dry_run else 1)
            pull_id = row.id
        _fetch(
            pulling.Pulling(
                sessions=sessions,
                archive=archive,
                pace=speed,
                pull_id=pull_id,
                now=lambda: datetime.now(UTC),
                sleep=time.sleep,
            ),
            waiting,
        )
    except pulling.CannotPull as why:
        fail(str(why))


def _fetch(running: "Pulling", waiting: int) -> None:
    from rich.console import Console

    from dicom_node.console import bar

    with bar(Console(stderr=True)) as progress:
        task = progress.add_task("studies fetched", total=waiting)
        for _state in running.fetch():
            progress.advance(task)
    counted = running.counts()
    _say(_words(counted))
    if counted["failed"]:
        fail("what failed is tried again by the same command")


def _told(found: "Iterator[tuple[str, ...]]") -> "Iterator[tuple[str, ...]]":
    from rich.console import Console

    with Console(stderr=True).status("asking the archive") as status:
        number = 0
        for uids in found:
            number += len(uids)
            status.update(f"asking the archive: {number:,} studies so far")
            yield uids


def _confirmed(waiting: int, deliver: str, yes: bool) -> bool:
    return yes or typer.confirm(f"Results of {waiting:,} old studies will be sent to {deliver}. Is that meant?")


def _estimate(waiting: int, pace: "Pace") -> str:
    """How long it takes at the pace; a window makes it longer."""
    seconds = waiting * pace.every
    if pace.window:
        begins, ends = (60 * one.hour + one.minute for one in pace.window)
        seconds *= 1440 / ((ends - begins) % 1440 or 1440)
    ends_at = datetime.now(pace.zone) + timedelta(seconds=seconds)
    return f"{waiting:,} to fetch, done about {ends_at:%Y-%m-%d %H:%M}" if waiting else "nothing to fetch"


def _words(counted: "dict[str, int]") -> str:
    told = {"found": "to fetch", "fetched": "fetched", "skipped": "skipped (done by this model)", "failed": "failed"}
    return ", ".join(f"{counted[state]:,} {words}" for state, words in told.items() if counted.get(state)) or "none"


def _say(line: str) -> None:
    typer.echo(line)
