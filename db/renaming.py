"""A result under another identity: the same numbers for another name, without new inference."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from db import results
from db.results import Asked
from db.reviews import CARRIED
from db.schema import Analysis
from db.states import Entity, move, note

OF_THE_MODEL = ("automatic", "identity")
"""Origins of results that no person decided on."""


def renamed(session: Session, study_id: int, series_id: int, asked: Asked) -> Analysis | None:
    """The last result of a study, where what is asked differs from it in nothing but the identity."""
    rows = [row for row in results.of_study(session, study_id) if row.measurement is not None]
    before = rows[-1] if rows else None
    if before is None or before.state not in ("done", "held") or before.series_id != series_id:
        return None
    same_content = before.content_digest == asked.content_digest and asked.labels_digest is None
    same_model = (before.model_digest, before.analysis_digest) == (asked.model_digest, asked.analysis_digest)
    if before.identity_digest == asked.identity_digest or not same_content:
        return None
    return before if same_model or before.origin not in OF_THE_MODEL else None


def rename(session: Session, before: Analysis, identity_digest: str, now: datetime) -> int | None:
    """Queue the same result for the identity of now; None when that is asked already."""
    latest = results.latest(session, before.study_id)
    waiting = latest is not None and latest.state in ("queued", "running", "failed")
    if latest and waiting and latest.identity_digest == identity_digest:
        return None
    carried = {name: getattr(before, name) for name in CARRIED}
    carried["revision"] += 1
    carried["basis_id"] = before.id
    if before.origin in OF_THE_MODEL:
        carried["origin"] = "identity"
    parts = (before.request_key, "identity", identity_digest, str(latest.id if latest else ""))
    made = Analysis(
        request_key=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        identity_digest=identity_digest,
        supersedes_id=before.id,
        state="queued",
        due_at=now,
        asked_at=now,
        **carried,
    )
    session.add(made)
    session.flush()
    why = "patient or study attributes changed; the labels stand"
    note(session, Entity.ANALYSIS, made.id, None, "queued", now=now, reason=why)
    if latest and latest.state == "queued":
        move(session, Entity.ANALYSIS, latest.id, "queued", "superseded", now=now, reason="asked again")
    return made.id
