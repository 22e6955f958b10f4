"""Results that stand are asked for again: by a new model, or with a height now known.  The old ones are kept.

The node does the work when it next looks, after today's patients; what it makes supersedes the old and stays here
unless a destination was confirmed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from config.settings import Settings
from db import pulls
from db.priority import Priority
from db.pull import PullStudy
from db.questions import Filter, batches, looking, question
from db.schema import Analysis
from db.session import Sessions
from dicom_node import worker
from dicom_node.steps.asking import ask, asked
from dicom_node.steps.desk import Desk
from dicom_node.work.engine import Work

BATCH = 1000


class Nobody:
    """An engine that hands over nothing: the rows are due, and the running node's sweep finds them."""

    def hand_over(self, session: Session, work: Work, priority: int = 0) -> None:
        """Nothing to do."""


def chosen(url: str, of: Filter) -> list[int]:
    """The current results that a filter means; raises `Refused`."""
    with looking(url, 60) as connection:
        return [row[0] for batch in batches(connection, question(of, ["analysis_id"]), BATCH) for row in batch]


def desk_of(settings: Settings, sessions: Sessions, now: Callable[[], datetime]) -> Desk:
    """What questions are made of: the settings' model and rules."""
    card = worker.model_folder(settings.analysis).card
    return Desk(settings=settings, sessions=sessions, engine=Nobody(), card=card, now=now)  # type: ignore[arg-type]


def stale(desk: Desk, analyses: Sequence[int]) -> list[int]:
    """Those that would be asked otherwise today: another model, other rules, another height."""
    found = []
    with desk.sessions() as session:
        for analysis_id in analyses:
            row = session.get_one(Analysis, analysis_id)
            today = asked(desk, session, row.series)
            changed = any(getattr(row, name) != getattr(today, name) for name in DECIDING)
            found += [analysis_id] if changed and row.labels_digest is None else []
    return found


DECIDING = ("model_digest", "analysis_digest", "identity_digest")
"""What of a question changes though its images do not."""


def ask_again(desk: Desk, analyses: Sequence[int], deliver_to: str, actor: str) -> Iterator[str]:
    """Queue each anew, last in line; what was decided, in words.  What a person corrected is left alone."""
    for analysis_id in analyses:
        with desk.sessions.begin() as session:
            row = session.get_one(Analysis, analysis_id)
            pull = pulls.begin(session, pulls.REANALYSIS, "", deliver_to, actor, desk.now())
            _note(session, pull.id, row.study.study_instance_uid, desk.now())
            yield ask(desk, session, row.study_id, row.series, Priority.BACKFILL)


def _note(session: Session, pull_id: int, uid: str, now: datetime) -> None:
    """From now on the study's results go where this reanalysis may deliver."""
    known = session.query(PullStudy).filter_by(pull_id=pull_id, study_instance_uid=uid).first()
    if known is None:
        session.add(PullStudy(pull_id=pull_id, study_instance_uid=uid, state="fetched", at=now))
        session.flush()
