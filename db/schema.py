"""The tables.  Our rows are the truth: files are adopted into them, engines only hand their ids over.

Times are UTC; lengths mm, areas cm2, attenuation HU.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.accounts import Account, Token, Visit
from db.base import Base, columns
from db.destination import Destination
from db.draft import Draft
from db.measurement import Measurement
from db.optout import OptOut
from db.pull import Pull, PullStudy
from db.stature import Stature
from db.upload import Upload
from db.words import STATES, known_state

__all__ = [
    "STATES",
    "Account",
    "Activity",
    "Analysis",
    "Artifact",
    "Base",
    "Delivery",
    "Destination",
    "Draft",
    "Event",
    "Instance",
    "Measurement",
    "Model",
    "OptOut",
    "Pull",
    "PullStudy",
    "Refusal",
    "Series",
    "Stature",
    "Study",
    "Token",
    "Upload",
    "Visit",
    "columns",
]


SEARCHED = ("study_instance_uid", "patient_id", "accession_number", "patient_name")
"""What a search of the worklist looks at."""


def _beginnings(column: str) -> Index:
    """By this PostgreSQL finds how a column begins, in capitals or not; SQLite would read the column all the same."""
    key = func.lower(literal_column(column)).label("key")
    made = Index(f"ix_study_{column}_begins", key, postgresql_ops={"key": "text_pattern_ops"})
    return made.ddl_if(dialect="postgresql")


class Study(Base):
    """One StudyInstanceUID.

    `identity` is what the source or an administrator told of patient and study after the images came: keyword and
    value as JSON; None where the images' own attributes hold.
    """

    __tablename__ = "study"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    patient_id: Mapped[str | None] = mapped_column(String(64), index=True)
    issuer_of_patient_id: Mapped[str | None] = mapped_column(String(64))
    accession_number: Mapped[str | None] = mapped_column(String(64))
    patient_name: Mapped[str | None]
    study_date: Mapped[str | None] = mapped_column(String(8))
    study_description: Mapped[str | None]
    identity: Mapped[str | None] = mapped_column(Text)
    source_ae: Mapped[str | None] = mapped_column(String(16))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    series: Mapped[list["Series"]] = relationship(back_populates="study")
    __table_args__ = (known_state("study"), *map(_beginnings, SEARCHED))


class Series(Base):
    """One SeriesInstanceUID."""

    __tablename__ = "series"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    series_instance_uid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="receiving", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    score: Mapped[float | None]
    series_description: Mapped[str | None]
    series_number: Mapped[int | None]
    content_digest: Mapped[str | None] = mapped_column(String(64))
    interrupted: Mapped[bool] = mapped_column(default=False)
    source_changed: Mapped[bool] = mapped_column(default=False)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    study: Mapped[Study] = relationship(back_populates="series")
    instances: Mapped[list["Instance"]] = relationship(back_populates="series")
    __table_args__ = (known_state("series"),)


class Instance(Base):
    """One stored object; `path` is relative to the data folder, where nothing is after `purged_at`."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    sop_instance_uid: Mapped[str] = mapped_column(String(64), unique=True)
    sop_class_uid: Mapped[str] = mapped_column(String(64))
    transfer_syntax_uid: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    identity_digest: Mapped[str] = mapped_column(String(64))
    pixels_digest: Mapped[str] = mapped_column(String(64))
    position_mm: Mapped[float | None]
    received_at: Mapped[datetime]
    purged_at: Mapped[datetime | None]
    series: Mapped[Series] = relationship(back_populates="instances")


class Analysis(Base):
    """One request and what became of it.

    `origin` says why it was asked: `automatic`, or what a person decided on the result `basis_id`: another `slice`,
    `approved`, `corrected`, `painted`.  `reviewed_by` is the account, `reviewer` the person's name.
    """

    __tablename__ = "analysis"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    identity_digest: Mapped[str] = mapped_column(String(64))
    slice_index: Mapped[int | None]
    labels_digest: Mapped[str | None] = mapped_column(String(64))
    model_digest: Mapped[str] = mapped_column(String(64))
    analysis_digest: Mapped[str] = mapped_column(String(64))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("analysis.id"))
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    reason: Mapped[str | None] = mapped_column(Text)
    log: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(String(16), default="automatic")
    basis_id: Mapped[int | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_at: Mapped[datetime | None]
    reviewer: Mapped[str | None] = mapped_column(String(64))
    study: Mapped[Study] = relationship()
    series: Mapped[Series] = relationship()
    measurement: Mapped["Measurement | None"] = relationship(back_populates="analysis")
    artifacts: Mapped[list["Artifact"]] = relationship(back_populates="analysis")
    __table_args__ = (
        known_state("analysis"),
        Index(
            "uq_analysis_current_per_study",
            "study_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index("ix_analysis_queue", "state", "priority", "id"),
    )


class Artifact(Base):
    """One encoded object, stored once; every send sends these bytes.  `path` is relative to the data folder."""

    __tablename__ = "artifact"
    id: Mapped[int] = mapped_column(primary_key=True)
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    sop_class_uid: Mapped[str] = mapped_column(String(64))
    sop_instance_uid: Mapped[str] = mapped_column(String(64), unique=True)
    series_instance_uid: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    analysis: Mapped[Analysis] = relationship(back_populates="artifacts")


class Delivery(Base):
    """One artifact for one destination.

    `attempt` counts failed sends of this object, the first of them at `failed_at`; `asked` how often the destination
    was asked whether it is there, under `transaction_uid` when that was a commitment; `resent` how often it was not.
    `due_at` is when it is sent next, or asked for.
    """

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    artifact_id: Mapped[int] = mapped_column(ForeignKey("artifact.id"), index=True)
    destination: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="pending", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    resent: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    failed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    transaction_uid: Mapped[str | None] = mapped_column(String(64), index=True)
    artifact: Mapped[Artifact] = relationship()
    __table_args__ = (
        UniqueConstraint("artifact_id", "destination"),
        Index("ix_delivery_due", "state", "destination", "due_at"),
        known_state("delivery"),
    )


class Event(Base):
    """Append-only: every move, in the transaction of the move."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(16))
    entity_id: Mapped[int] = mapped_column(Integer)
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_event_entity", "entity", "entity_id"),)


class Model(Base):
    """Every model that ever made a number, and who vouches for it.

    `reason` is why it was released, `path` where its folder was seen last; `limits` are the limits of agreement on
    its card, as JSON.
    """

    __tablename__ = "model"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    version: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str | None] = mapped_column(Text)
    limits: Mapped[str | None] = mapped_column(Text)
    released_by: Mapped[str | None] = mapped_column(String(64))
    released_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    __table_args__ = (known_state("model"),)


class Activity(Base):
    """What a person may pause: receive, analyse, deliver."""

    __tablename__ = "activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="running")
    reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (known_state("activity"),)


class Refusal(Base):
    """What the door turned away, counted: associations refused, objects refused or not needed."""

    __tablename__ = "refusal"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    calling_ae: Mapped[str] = mapped_column(String(16))
    called_ae: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("kind", "calling_ae", "called_ae", "address", "reason"),)
