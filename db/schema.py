"""The tables.  Our rows are the truth: files are adopted into them, engines only hand their ids over.

Times are UTC; lengths mm, areas cm2, attenuation HU.  `measurement` is one wide row per analysis, because cohort
queries over a long table are eighty times slower (measured on 1,000,000 rows).
"""

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database; a naive value is a fault of ours."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as aware UTC."""
        return value.replace(tzinfo=UTC) if value else None


STATES = MappingProxyType(
    {
        "study": ("open", "settled", "chosen"),
        "series": ("receiving", "closed", "chosen", "ignored"),
        "analysis": (
            *("queued", "running", "done", "held", "not_measured"),
            *("failed", "dead", "rejected", "expired", "superseded"),
        ),
        "delivery": ("pending", "sent", "verified", "dead", "cancelled"),
    }
)
"""Every state there is; `db.states` knows which follows which, the database refuses any other word."""


def _known_state(table: str) -> CheckConstraint:
    return CheckConstraint(f"state IN ({', '.join(map(repr, STATES[table]))})", name="state")


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, str: String(255), float: Float(53)}  # noqa: RUF012


class Study(Base):
    """One StudyInstanceUID."""

    __tablename__ = "study"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    patient_id: Mapped[str | None] = mapped_column(String(64), index=True)
    issuer_of_patient_id: Mapped[str | None] = mapped_column(String(64))
    accession_number: Mapped[str | None] = mapped_column(String(64))
    source_ae: Mapped[str | None] = mapped_column(String(16))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    series: Mapped[list["Series"]] = relationship(back_populates="study")
    __table_args__ = (_known_state("study"),)


class Series(Base):
    """One SeriesInstanceUID."""

    __tablename__ = "series"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    series_instance_uid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="receiving", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    score: Mapped[float | None]
    content_digest: Mapped[str | None] = mapped_column(String(64))
    interrupted: Mapped[bool] = mapped_column(default=False)
    source_changed: Mapped[bool] = mapped_column(default=False)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    study: Mapped[Study] = relationship(back_populates="series")
    instances: Mapped[list["Instance"]] = relationship(back_populates="series")
    __table_args__ = (_known_state("series"),)


class Instance(Base):
    """One stored object; `path` is relative to the data folder."""

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
    series: Mapped[Series] = relationship(back_populates="instances")


class Analysis(Base):
    """One request and what became of it."""

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
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    log: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    reviewed_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_at: Mapped[datetime | None]
    study: Mapped[Study] = relationship()
    series: Mapped[Series] = relationship()
    measurement: Mapped["Measurement | None"] = relationship(back_populates="analysis")
    artifacts: Mapped[list["Artifact"]] = relationship(back_populates="analysis")
    __table_args__ = (
        _known_state("analysis"),
        Index(
            "uq_analysis_current_per_study",
            "study_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )


class Measurement(Base):
    """Every number of one analysis, empty where it does not apply."""

    __tablename__ = "measurement"
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), primary_key=True)

    psoas_area_mask_cm2: Mapped[float | None]
    psoas_hu_mask_mean: Mapped[float | None]
    psoas_hu_mask_sd: Mapped[float | None]
    psoas_area_m29_150_cm2: Mapped[float | None]
    psoas_hu_m29_150_mean: Mapped[float | None]
    psoas_hu_m29_150_sd: Mapped[float | None]
    paraspinal_area_mask_cm2: Mapped[float | None]
    paraspinal_hu_mask_mean: Mapped[float | None]
    paraspinal_hu_mask_sd: Mapped[float | None]
    paraspinal_area_m29_150_cm2: Mapped[float | None]
    paraspinal_hu_m29_150_mean: Mapped[float | None]
    paraspinal_hu_m29_150_sd: Mapped[float | None]
    abdominal_wall_area_mask_cm2: Mapped[float | None]
    abdominal_wall_hu_mask_mean: Mapped[float | None]
    abdominal_wall_hu_mask_sd: Mapped[float | None]
    abdominal_wall_area_m29_150_cm2: Mapped[float | None]
    abdominal_wall_hu_m29_150_mean: Mapped[float | None]
    abdominal_wall_hu_m29_150_sd: Mapped[float | None]
    total_area_mask_cm2: Mapped[float | None]
    total_hu_mask_mean: Mapped[float | None]
    total_hu_mask_sd: Mapped[float | None]
    total_area_m29_150_cm2: Mapped[float | None]
    total_hu_m29_150_mean: Mapped[float | None]
    total_hu_m29_150_sd: Mapped[float | None]
    smi_m29_150_cm2_m2: Mapped[float | None]

    sop_instance_uid: Mapped[str | None] = mapped_column(String(64))
    instance_number: Mapped[int | None]
    l3_status: Mapped[str | None] = mapped_column(String(16))
    l3_index: Mapped[int | None]
    l3_z_mm: Mapped[float | None]
    l3_position_mm: Mapped[float | None]
    l3_confidence: Mapped[float | None]
    l3_anchors: Mapped[str | None]
    l3_reason: Mapped[str | None] = mapped_column(Text)
    doubts: Mapped[str | None] = mapped_column(Text)

    psoas_fold_dice: Mapped[float | None]
    paraspinal_fold_dice: Mapped[float | None]
    abdominal_wall_fold_dice: Mapped[float | None]
    fold_dice: Mapped[float | None]

    model_name: Mapped[str | None]
    model_version: Mapped[str | None] = mapped_column(String(64))
    model_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    model_status: Mapped[str | None] = mapped_column(String(16))
    model_folds: Mapped[str | None] = mapped_column(String(64))
    ensemble_rule: Mapped[str | None] = mapped_column(String(16))
    software_version: Mapped[str | None] = mapped_column(String(64))

    patient_sex: Mapped[str | None] = mapped_column(String(16))
    patient_age_years: Mapped[float | None]
    height_m: Mapped[float | None]
    weight_kg: Mapped[float | None]
    height_source: Mapped[str | None] = mapped_column(String(64))
    study_date: Mapped[str | None] = mapped_column(String(8), index=True)
    manufacturer: Mapped[str | None] = mapped_column(String(64))
    manufacturer_model_name: Mapped[str | None] = mapped_column(String(64))
    kvp: Mapped[float | None]
    convolution_kernel: Mapped[str | None] = mapped_column(String(64))
    slice_thickness_mm: Mapped[float | None]
    slice_spacing_mm: Mapped[float | None]
    pixel_spacing_mm: Mapped[float | None]
    contrast_bolus_agent: Mapped[str | None] = mapped_column(String(64))
    seconds: Mapped[float | None]
    analysis: Mapped[Analysis] = relationship(back_populates="measurement")


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
    """One artifact for one destination."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    artifact_id: Mapped[int] = mapped_column(ForeignKey("artifact.id"), index=True)
    destination: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="pending", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    artifact: Mapped[Artifact] = relationship()
    __table_args__ = (UniqueConstraint("artifact_id", "destination"), _known_state("delivery"))


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
    """Every model that ever made a number, and who vouches for it."""

    __tablename__ = "model"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    version: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    released_by: Mapped[str | None] = mapped_column(String(64))
    released_at: Mapped[datetime | None]
    released_why: Mapped[str | None] = mapped_column(Text)
    first_seen_at: Mapped[datetime]


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


def columns(row: Base) -> dict[str, Any]:
    """All columns of a row by name, for JSON and tests."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
