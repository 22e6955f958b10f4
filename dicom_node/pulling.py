"""Old studies come from an archive: found by dates, fetched at a pace, gone on with after a stop."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import structlog

from config.settings import Destination, Query, Settings, Source
from db import pulls
from db.session import Sessions
from dicom_node import tls
from dicom_node.deliver.send import send_files
from dicom_node.pacs.find import NotAQuery, parsed, studies
from dicom_node.pacs.query import NoAnswer
from dicom_node.pacs.retrieve import NotRetrieved, get, move

LOG = structlog.get_logger(__name__)
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}
FAULTS_IN_A_ROW = 5
"""After so many the archive, or the node, is away: the pull stops and goes on when it is started again."""


class CannotPull(Exception):
    """The message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """At most a study every `every` seconds, within a daily `window` of the site's zone (None: always)."""

    every: float
    window: tuple[time, time] | None
    zone: ZoneInfo

    def wait(self, now: datetime, last: datetime | None) -> float:
        """Seconds until the next study may be fetched."""
        due = last + timedelta(seconds=self.every) if last else now
        moment = max(due, now).astimezone(self.zone)
        return max(0.0, (self._opens(moment) - now).total_seconds())

    def _opens(self, moment: datetime) -> datetime:
        if self.window is None:
            return moment
        begins, ends = self.window
        at = moment.timetz().replace(tzinfo=None)
        inside = begins <= at < ends if begins < ends else at >= begins or at < ends
        if inside:
            return moment
        opening = moment.replace(hour=begins.hour, minute=begins.minute, second=0, microsecond=0)
        return opening if opening > moment else opening + timedelta(days=1)


def pace(rate: str, window: str | None, zone: ZoneInfo) -> Pace:
    """From "2/min" and "20:00-06:00"; raises `CannotPull`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)/(s|min|h|day)", rate)
    if not found or float(found[1]) == 0:
        raise CannotPull(f"--rate {rate!r} is not a number and a unit, such as 2/min, 60/h")
    return Pace(every=UNITS[found[2]] / float(found[1]), window=_window(window) if window else None, zone=zone)


def _window(words: str) -> tuple[time, time]:
    try:
        first, last = (time.fromisoformat(part) for part in words.split("-"))
    except ValueError:
        raise CannotPull(f"--window {words!r} is not from-to, such as 20:00-06:00") from None
    return first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A source that can be asked."""

    source: Source
    where: Query
    node: Settings
    context: tls.Context

    @property
    def node_ae(self) -> str:
        """The title that the node is called by, and asks under."""
        return self.node.node.ae_title

    @property
    def door(self) -> Destination:
        """The node's own door, from here."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.node.receive.host, self.node.receive.host)
        return Destination(ae_title=self.node_ae, host=host, port=self.node.receive.port)


def archive(settings: Settings, title: str, context: tls.Context) -> Archive:
    """The `[[source]]` with this title; raises `CannotPull` where it can't be asked."""
    source = next((one for one in settings.source if one.ae_title.strip() == title.strip()), None)
    if source is None or source.query is None:
        raise CannotPull(f"{title} is no [[source]] with a query = {{ host = ..., port = ... }}")
    if source.query.retrieve == "get" and settings.receive.tls:
        raise CannotPull('retrieve = "get" hands images to a door without TLS; [receive] tls is true')
    return Archive(source=source, where=source.query, node=settings, context=context)


def find(archive: Archive, words: str) -> Iterator[tuple[str, ...]]:
    """UIDs of studies that the archive holds, slice by slice; raises `CannotPull`."""
    try:
        keys, dates = parsed(words)
        yield from studies(keys, dates, archive.where, archive.source.ae_title, archive.node_ae, archive.context)
    except (NotAQuery, NoAnswer) as why:
        raise CannotPull(str(why)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulling:
    """A pull that is under way; `now` gives aware UTC, `sleep` waits."""

    sessions: Sessions
    archive: Archive
    pace: Pace
    pull_id: int
    now: Callable[[], datetime]
    sleep: Callable[[float], None]

    def fetch(self) -> Iterator[str]:
        """Fetch what waits, telling what became of each study; raises `CannotPull` when nothing comes any more."""
        with self.sessions() as session:
            waiting = pulls.waiting(session, self.pull_id)
        last, in_a_row = None, 0
        for row_id, uid in waiting:
            self.sleep(self.pace.wait(self.now(), last))
            last = self.now()
            state, reason = self._one(uid)
            with self.sessions.begin() as session:
                pulls.mark(session, row_id, state, reason, self.now())
            LOG.info("pull.study", id=row_id, state=state, reason=reason)
            in_a_row = in_a_row + 1 if state == "failed" else 0
            if in_a_row == FAULTS_IN_A_ROW:
                raise CannotPull(f"{in_a_row} studies failed in a row ({reason}); start it again to go on")
            yield state
        self._end()

    def _one(self, uid: str) -> tuple[str, str | None]:
        try:
            images = self._got(uid) if self.archive.where.retrieve == "get" else self._moved(uid)
        except NotRetrieved as why:
            return "failed", str(why)
        return "fetched", f"{images} images"

    def _moved(self, uid: str) -> int:
        of = self.archive
        return move(uid, of.where, of.source.ae_title, of.node_ae, of.context)

    def _got(self, uid: str) -> int:
        """By way of a private folder that is gone afterwards; the node is told under the archive's title."""
        of = self.archive
        with TemporaryDirectory(dir=of.node.node.data, prefix="pull-") as folder:
            images = get(uid, of.where, of.source.ae_title, of.node_ae, Path(folder), of.context)
            for _, why_not in send_files(sorted(Path(folder).iterdir()), of.door, of.source.ae_title):
                if why_not:
                    raise NotRetrieved(f"the node did not take an image: {why_not}")
        return images

    def _end(self) -> None:
        with self.sessions.begin() as session:
            if not pulls.waiting(session, self.pull_id):
                pulls.finish(session, self.pull_id, self.now())

    def counts(self) -> Counter[str]:
        """Number of studies in each state."""
        with self.sessions() as session:
            return pulls.counts(session, self.pull_id)
