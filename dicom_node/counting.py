"""Asks a source how many images it holds of what is arriving from it: one question at a time, in its own thread.

What was heard is kept in memory only: after a restart every source is asked twice again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from config.settings import Settings, Source
from db import closing
from db.schema import Study
from db.session import Sessions
from dicom_node import tls
from dicom_node.pacs.query import NoAnswer, count_images
from dicom_node.study.closing import NOT_ASKED, Count, heard

LOG = structlog.get_logger(__name__)

Ask = Callable[[str], Mapping[str, int]]
"""StudyInstanceUID -> SeriesInstanceUID -> number of images; raises `NoAnswer`."""


@dataclass(slots=True, kw_only=True)
class Counting:
    """One source's counts.  `now` gives aware UTC; `news` is called after every answer."""

    source: Source
    sessions: Sessions
    ask: Ask
    now: Callable[[], datetime]
    news: Callable[[], None]
    _asked_at: dict[str, datetime] = field(default_factory=dict)
    _heard: dict[str, dict[str, Count]] = field(default_factory=dict)
    _silence: str = ""

    def of(self, study_instance_uid: str) -> Mapping[str, Count]:
        """What was heard of a study, by SeriesInstanceUID."""
        return self._heard.get(study_instance_uid, NOT_ASKED)

    def ask_one(self) -> None:
        """Ask about the undecided study that was asked about the longest ago; nothing when there is none."""
        studies = self._undecided()
        for decided in self._asked_at.keys() - studies:
            del self._asked_at[decided]
            self._heard.pop(decided, None)
        waiting = [study for study in studies if study not in self._asked_at]
        if studies:
            self._ask(waiting[0] if waiting else min(studies, key=self._asked_at.__getitem__))

    def _undecided(self) -> list[str]:
        """A source that sends finished studies is asked until they are settled, others while series arrive."""
        with self.sessions() as session:
            title, finished = self.source.ae_title.strip(), self.source.forwards == "finished"
            return closing.undecided(session, title, until_settled=finished)

    def _ask(self, study: str) -> None:
        asked_at = self._asked_at[study] = self.now()
        try:
            said = self.ask(study)
        except NoAnswer as silence:
            self._tell(str(silence))
        else:
            self._tell("")
            self._heard[study] = heard(self.of(study), said, asked_at, self.now())
            self.news()

    def _tell(self, silence: str) -> None:
        """Log the beginning and the end of a silence, not every question."""
        if silence != self._silence:
            LOG.info("source.silent" if silence else "source.answers", source=self.source.ae_title, why=silence)
            self._silence = silence


def countings(
    settings: Settings,
    sessions: Sessions,
    now: Callable[[], datetime],
    news: Callable[[], None],
    context: tls.Context = tls.no_certificate,
) -> dict[str, Counting]:
    """By AE title, of every source that says where it can be asked."""
    return {
        source.ae_title.strip(): Counting(
            source=source,
            sessions=sessions,
            ask=partial(
                count_images,
                where=source.query,
                called_ae=source.ae_title,
                calling_ae=settings.node.ae_title,
                context=context,
            ),
            now=now,
            news=news,
        )
        for source in settings.source
        if source.query
    }


def counts_of(countings: Mapping[str, Counting], study: Study) -> Mapping[str, Count]:
    """What the source of a study said of its series."""
    counting = countings.get(study.source_ae or "")
    return counting.of(study.study_instance_uid) if counting else NOT_ASKED
