"""Pulls: begun or gone on with, their studies one by one, and where results of old studies may go."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.pull import Pull, PullStudy
from db.schema import Analysis, Study

ANSWERED = ("done", "held", "not_measured", "rejected", "queued", "running")
"""States of an analysis that need no second one by the same model."""
REANALYSIS = "reanalysis"
"""Source of what lies here already and is asked again."""


def begin(session: Session, source: str, query: str, deliver_to: str, actor: str, now: datetime) -> Pull:
    """The unfinished pull of this question, or a new one."""
    same = (Pull.source == source, Pull.query == query, Pull.deliver_to == deliver_to, Pull.finished_at.is_(None))
    found = session.scalar(select(Pull).where(*same).order_by(Pull.id.desc()).limit(1))
    if found is None:
        found = Pull(source=source, query=query, deliver_to=deliver_to, actor=actor, started_at=now)
        session.add(found)
        session.flush()
    return found


def add(session: Session, pull_id: int, study_uids: Iterable[str], model_digest: str, now: datetime) -> None:
    """Note studies that were found; those that the current model has done are skipped."""
    known = set(session.scalars(select(PullStudy.study_instance_uid).where(PullStudy.pull_id == pull_id)))
    new = [uid for uid in dict.fromkeys(study_uids) if uid not in known]
    done = answered(session, new, model_digest)
    for uid in new:
        state, reason = ("skipped", "the current model has done it") if uid in done else ("found", None)
        session.add(PullStudy(pull_id=pull_id, study_instance_uid=uid, state=state, reason=reason, at=now))
    session.flush()


def answered(session: Session, study_uids: Collection[str], model_digest: str) -> set[str]:
    """Which of the studies the model has measured, or found that it can't."""
    query = (
        select(Study.study_instance_uid)
        .join(Analysis, Analysis.study_id == Study.id)
        .where(
            Study.study_instance_uid.in_(list(study_uids)),
            Analysis.model_digest == model_digest,
            Analysis.state.in_(ANSWERED),
        )
    )
    return set(session.scalars(query))


def waiting(session: Session, pull_id: int) -> list[tuple[int, str]]:
    """(row, StudyInstanceUID) of what is still to be fetched, what failed before included, in the order found."""
    query = select(PullStudy.id, PullStudy.study_instance_uid).where(PullStudy.pull_id == pull_id)
    query = query.where(PullStudy.state.in_(("found", "failed"))).order_by(PullStudy.id)
    return [(row_id, uid) for row_id, uid in session.execute(query)]


def mark(session: Session, row_id: int, state: str, reason: str | None, now: datetime) -> None:
    """What became of a study."""
    session.execute(update(PullStudy).where(PullStudy.id == row_id).values(state=state, reason=reason, at=now))


def counts(session: Session, pull_id: int) -> Counter[str]:
    """Number of studies in each state."""
    query = select(PullStudy.state, func.count()).where(PullStudy.pull_id == pull_id).group_by(PullStudy.state)
    return Counter({row[0]: row[1] for row in session.execute(query)})


def finish(session: Session, pull_id: int, now: datetime) -> None:
    """Nothing is left to fetch; what failed may be asked for by the same question again."""
    session.execute(update(Pull).where(Pull.id == pull_id).values(finished_at=now))


def deliver_to(session: Session, study_id: int) -> str | None:
    """Where results of a pulled study may go, empty for nowhere; None for a study that came by itself."""
    query = (
        select(Pull.deliver_to)
        .join(PullStudy, PullStudy.pull_id == Pull.id)
        .join(Study, Study.study_instance_uid == PullStudy.study_instance_uid)
        .where(Study.id == study_id, PullStudy.state != "skipped")
        .order_by(PullStudy.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def allowed(session: Session, analysis_id: int, destinations: Collection[str]) -> tuple[str, ...]:
    """Those of `destinations` that a result may go to: of a pulled study only the one that was confirmed."""
    only = deliver_to(session, session.get_one(Analysis, analysis_id).study_id)
    return tuple(name for name in destinations if only is None or name == only)


def is_pulled(session: Session, study_id: int) -> bool:
    """Whether a study came because it was pulled."""
    return deliver_to(session, study_id) is not None
