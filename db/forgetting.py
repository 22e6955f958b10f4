"""Forget a patient or a study: rows go, and what stays in the audit is a keyed hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from db import standing
from db.schema import Analysis, Artifact, Delivery, Draft, Event, Instance, Measurement, PullStudy, Series, Study
from db.states import Entity, note


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What went; `files`, `results` (keys of result folders) and `labels` (digests of labels that a person gave) are
    to be deleted after the commit.
    """

    studies: int
    images: int
    files: tuple[str, ...]
    results: tuple[str, ...]
    labels: tuple[str, ...]


def studies_of_patient(session: Session, patient_id: str, issuer: str | None = None) -> list[int]:
    """Studies of a PatientID, of one issuer where it is named."""
    query = select(Study.id).where(Study.patient_id == patient_id)
    if issuer is not None:
        query = query.where(Study.issuer_of_patient_id == issuer)
    return list(session.scalars(query.order_by(Study.id)))


def study_of(session: Session, study_instance_uid: str) -> list[int]:
    """The study with this UID, if it is known."""
    return list(session.scalars(select(Study.id).where(Study.study_instance_uid == study_instance_uid)))


def at_work(session: Session, study_ids: Sequence[int]) -> bool:
    """Whether a worker is busy with one of the studies just now."""
    query = select(Analysis.id).where(Analysis.study_id.in_(study_ids), Analysis.state == "running")
    return session.scalar(query.limit(1)) is not None


def forget(session: Session, study_ids: Sequence[int], audit: str, actor: str, now: datetime) -> Forgotten:
    """Delete everything of these studies; `audit` is the keyed hash that the events keep."""
    series = select(Series.id).where(Series.study_id.in_(study_ids))
    analyses = select(Analysis.id).where(Analysis.study_id.in_(study_ids))
    artifacts = select(Artifact.id).where(Artifact.analysis_id.in_(analyses))
    deliveries = select(Delivery.id).where(Delivery.artifact_id.in_(artifacts))
    files = tuple(session.scalars(select(Instance.path).where(Instance.series_id.in_(series))))
    kept = tuple(session.scalars(select(Analysis.request_key).where(Analysis.study_id.in_(study_ids))))
    labels = _own_labels(session, study_ids)
    for entity, of in (
        (Entity.DELIVERY, deliveries),
        (Entity.ANALYSIS, analyses),
        (Entity.SERIES, series),
        (Entity.STUDY, select(Study.id).where(Study.id.in_(study_ids))),
    ):
        _silence(session, entity, of)
    keys = set(session.scalars(select(Measurement.patient_key).where(Measurement.analysis_id.in_(analyses))))
    uids = select(Study.study_instance_uid).where(Study.id.in_(study_ids))
    session.execute(update(Analysis).where(Analysis.study_id.in_(study_ids)).values(supersedes_id=None))
    owned: list[tuple[Any, Any, Any]] = [
        (PullStudy, PullStudy.study_instance_uid, list(session.scalars(uids))),
        (Delivery, Delivery.artifact_id, artifacts),
        (Artifact, Artifact.analysis_id, analyses),
        (Measurement, Measurement.analysis_id, analyses),
        (Draft, Draft.analysis_id, analyses),
        (Instance, Instance.series_id, series),
        (Analysis, Analysis.study_id, study_ids),
        (Series, Series.study_id, study_ids),
        (Study, Study.id, study_ids),
    ]
    for table, column, of in owned:
        session.execute(delete(table).where(column.in_(of)).execution_options(synchronize_session=False))
    session.expire_all()
    standing.left(session, {key for key in keys if key})
    for study_id in study_ids:
        note(session, Entity.STUDY, study_id, None, "forgotten", now=now, reason=audit, actor=actor)
    return Forgotten(studies=len(study_ids), images=len(files), files=files, results=kept, labels=labels)


def _own_labels(session: Session, study_ids: Sequence[int]) -> tuple[str, ...]:
    """Digests of labels that these studies name and no other."""
    of_others = select(Analysis.labels_digest).where(
        Analysis.study_id.not_in(study_ids), Analysis.labels_digest.is_not(None)
    )
    query = select(Analysis.labels_digest).where(
        Analysis.study_id.in_(study_ids),
        Analysis.labels_digest.is_not(None),
        Analysis.labels_digest.not_in(of_others),
    )
    return tuple(digest for digest in session.scalars(query.distinct()) if digest)


def _silence(session: Session, entity: Entity, of: Select[Any]) -> None:
    """Events stay as moves; their words may name what is forgotten (a UID, a doubt)."""
    ids = list(session.scalars(of))
    session.execute(
        update(Event)
        .where(Event.entity == entity, Event.entity_id.in_(ids), Event.reason.is_not(None))
        .values(reason="forgotten")
        .execution_options(synchronize_session=False)
    )
