"""What a person decides on a result: approve, correct, another slice, reject.  Each is a guarded move with the
person's name in its event, or a new request that rests on the result; who was second is told who was first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db import draft, purging
from db.priority import Priority
from db.schema import Analysis, Study
from db.states import Entity, move, note

Origin: TypeAlias = Literal["automatic", "slice", "approved", "corrected", "painted"]
LAPSED = ("not_measured", "dead", "cancelled", "superseded")
"""States of requests that came to nothing: what stood before them stands still."""
URGENT = Priority.PERSON
"""A person waits for it before the screen."""
DECIDED: dict[Origin, str] = {
    "slice": "chose another slice",
    "approved": "approved",
    "corrected": "corrected the labels",
    "painted": "painted the labels",
}


class Overtaken(Exception):
    """The result that was looked at is not the one that stands any more; the message says what happened."""


class ImagesGone(Exception):
    """Nothing new can be made of a series whose images were purged: SEG and SR copy their headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """`account` signs in, `name` is the person's as DICOM writes it ("Family^Given")."""

    account: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the new request asks: a slice, or labels by their digest."""

    origin: Origin
    slice_index: int | None = None
    labels_digest: str | None = None


def standing(session: Session, study_id: int) -> Analysis | None:
    """The request that counts for a study: the newest that came to something or still may; else the newest."""
    query = select(Analysis).where(Analysis.study_id == study_id).order_by(Analysis.id.desc())
    counts = session.scalar(query.where(Analysis.state.not_in(LAPSED)).limit(1))
    return counts or session.scalar(query.limit(1))


def approve(session: Session, seen: int, labels_digest: str, by: Reviewer, now: datetime) -> int:
    """Vouch for a result as it is: its objects are made anew, verified, from the same labels; the new request.

    A held result stays held until they are stored: it is to be decided on again where they can't be made.
    """
    row = _looked_at(session, seen, ("held", "done"))
    wanted = Wanted(origin="approved", slice_index=row.slice_index, labels_digest=labels_digest)
    return _asked(session, row, wanted, by, now)


def correct(
    session: Session, seen: int, labels_digest: str, by: Reviewer, now: datetime, *, painted: bool = False
) -> int:
    """Replace the labels by those that a person gave and vouches for; `painted` ones owe nothing to the model."""
    row = _looked_at(session, seen, ("held", "done"))
    origin: Origin = "painted" if painted else "corrected"
    draft.drop(session, row.id)
    return _asked(
        session, row, Wanted(origin=origin, slice_index=row.slice_index, labels_digest=labels_digest), by, now
    )


def another_slice(session: Session, seen: int, index: int, by: Reviewer, now: datetime) -> int:
    """Have the model segment another slice of the series; its result is held for the reviewer.

    Where nothing of a study was measured, any of its series may be taken up so.
    """
    row = _looked_at(session, seen, ("held", "done", "not_measured"))
    draft.drop(session, row.id)
    return _asked(session, row, Wanted(origin="slice", slice_index=index), by, now)


def reject(session: Session, seen: int, why: str, by: Reviewer, now: datetime) -> None:
    """A result that is wrong and can't be mended is never sent."""
    row = _looked_at(session, seen, ("held",))
    decision = {"reviewed_by": by.account, "reviewed_at": now, "reviewer": by.name}
    told: dict[str, Any] = {"now": now, "reason": why, "actor": by.account, "changes": decision}
    if not move(session, Entity.ANALYSIS, row.id, "held", "rejected", **told):
        raise Overtaken("somebody else decided meanwhile")
    draft.drop(session, row.id)


def expire(session: Session, days: int, now: datetime) -> int:
    """Held results that nobody decided on for `days` expire, unsent; how many.  0 days: none ever does."""
    if not days:
        return 0
    later = aliased(Analysis)
    on_its_way = select(later.id).where(
        later.study_id == Analysis.study_id, later.id > Analysis.id, later.state.not_in(LAPSED)
    )
    query = select(Analysis).where(
        Analysis.state == "held", Analysis.finished_at < now - timedelta(days=days), ~on_its_way.exists()
    )
    why = f"nobody decided within {days} days"
    rows = session.scalars(query.order_by(Analysis.id).limit(500)).all()
    return sum(move(session, Entity.ANALYSIS, row.id, "held", "expired", now=now, reason=why) for row in rows)


def put_aside(session: Session, analysis: Analysis, now: datetime) -> None:
    """A newer result is held: older held ones of the study want no decision any more."""
    query = select(Analysis.id).where(
        Analysis.study_id == analysis.study_id, Analysis.id < analysis.id, Analysis.state == "held"
    )
    why = f"by analysis {analysis.id}"
    for older in session.scalars(query).all():
        move(session, Entity.ANALYSIS, older, "held", "superseded", now=now, reason=why)


def _looked_at(session: Session, seen: int, states: Sequence[str]) -> Analysis:
    """The row, if it is still the one that stands; its study is locked, so that two can't decide at once."""
    row = session.get(Analysis, seen)
    if row is None:
        raise Overtaken("there is no such result")
    session.get_one(Study, row.study_id, with_for_update=True)
    session.refresh(row)
    now_standing = standing(session, row.study_id)
    if now_standing is not None and now_standing.id != seen and now_standing.state not in LAPSED:
        who = f" by {now_standing.reviewed_by}" if now_standing.reviewed_by else ""
        raise Overtaken(f"there is a newer revision{who} ({now_standing.state}); look at it first")
    if row.state not in states:
        who = f" by {row.reviewed_by}" if row.reviewed_by else ""
        raise Overtaken(f"the result is {row.state} already{who}")
    return row


def _asked(session: Session, row: Analysis, wanted: Wanted, by: Reviewer, now: datetime) -> int:
    """A new request that rests on `row`; the node asks it anew where the patient's identity changed meanwhile.

    Raises `ImagesGone`.
    """
    if purging.is_purged(session, row.series_id):
        raise ImagesGone(purging.PURGED)
    vouched = wanted.origin != "slice"
    made = Analysis(
        study_id=row.study_id,
        series_id=row.series_id,
        request_key=key(row, wanted, by.account, now),
        content_digest=row.content_digest,
        identity_digest=row.identity_digest,
        model_digest=row.model_digest,
        analysis_digest=row.analysis_digest,
        slice_index=wanted.slice_index,
        labels_digest=wanted.labels_digest,
        supersedes_id=row.id,
        revision=row.revision + (row.measurement is not None),
        origin=wanted.origin,
        basis_id=row.id,
        reviewed_by=by.account if vouched else None,
        reviewed_at=now if vouched else None,
        reviewer=by.name if vouched else None,
        priority=URGENT,
        state="queued",
        due_at=now,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    note(session, Entity.ANALYSIS, made.id, None, "queued", now=now, reason=DECIDED[wanted.origin], actor=by.account)
    return made.id


def key(row: Analysis, wanted: Wanted, account: str, now: datetime) -> str:
    """SHA-256 (hex) over what is asked and who decided when: the UNIQUE key of the request (promise 2)."""
    parts = (
        *(row.content_digest, row.identity_digest, row.model_digest, row.analysis_digest),
        *(wanted.slice_index, wanted.labels_digest, wanted.origin, account, now.isoformat()),
    )
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def carried_over(session: Session, row: Analysis, identity_digest: str, now: datetime) -> int:
    """The same decision for a patient whose identity, height or weight is another by now; the new request."""
    wanted = Wanted(origin=row.origin, slice_index=row.slice_index, labels_digest=row.labels_digest)  # type: ignore[arg-type]
    parts = (key(row, wanted, row.reviewed_by or "", row.asked_at), identity_digest)
    made = Analysis(
        request_key=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        identity_digest=identity_digest,
        supersedes_id=row.id,
        state="queued",
        due_at=now,
        asked_at=now,
        **{name: getattr(row, name) for name in CARRIED},
    )
    session.add(made)
    session.flush()
    why = "patient or study attributes changed; the decision stands"
    note(session, Entity.ANALYSIS, made.id, None, "queued", now=now, reason=why)
    return made.id


CARRIED = (
    *("study_id", "series_id", "content_digest", "model_digest", "analysis_digest", "slice_index", "labels_digest"),
    *("revision", "origin", "basis_id", "reviewed_by", "reviewed_at", "reviewer", "priority"),
)
