"""The numbers: one wide row per analysis, because cohort queries over a long table are eighty times slower."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base

if TYPE_CHECKING:
    from db.schema import Analysis

ASKED_MOST = (
    *("patient_sex", "patient_age_years", "smi_m29_150_cm2_m2", "total_area_m29_150_cm2", "total_hu_m29_150_mean"),
    *("is_current", "is_latest"),
)
"""What most questions to a cohort read: indexes that hold it answer without the wide rows."""


def _asked_most(name: str, condition: str) -> Index:
    return Index(name, *ASKED_MOST, sqlite_where=text(condition), postgresql_where=text(condition))


class Measurement(Base):
    """Every number of one analysis, empty where it does not apply.

    `patient_key` stands for the patient across studies, `is_latest` marks the latest examination.  What repeats the
    analysis, from `is_current` to `reviewed_at`, is set by `db.standing`: a cohort is then one table, without joins.
    """

    __tablename__ = "measurement"
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), primary_key=True)
    patient_key: Mapped[str | None] = mapped_column(String(32), index=True)
    is_current: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_latest: Mapped[bool] = mapped_column(default=False, server_default=false())
    request_key: Mapped[str | None] = mapped_column(String(64))
    study_instance_uid: Mapped[str | None] = mapped_column(String(64), index=True)
    series_instance_uid: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int | None]
    corrected: Mapped[bool | None]
    finished_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]

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
    frame_number: Mapped[int | None]  # from 1, of a multi-frame image
    l3_status: Mapped[str | None] = mapped_column(String(16))
    l3_index: Mapped[int | None]
    l3_z_mm: Mapped[float | None]
    l3_position_mm: Mapped[float | None]
    l3_confidence: Mapped[float | None] = mapped_column(index=True)
    l3_anchors: Mapped[str | None]
    l3_reason: Mapped[str | None] = mapped_column(Text)
    doubts: Mapped[str | None] = mapped_column(Text)

    psoas_fold_dice: Mapped[float | None]
    paraspinal_fold_dice: Mapped[float | None]
    abdominal_wall_fold_dice: Mapped[float | None]
    fold_dice: Mapped[float | None] = mapped_column(index=True)
    fold_area_spread: Mapped[float | None]
    mask_entropy: Mapped[float | None]

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
    weight_source: Mapped[str | None] = mapped_column(String(64))
    study_date: Mapped[str | None] = mapped_column(String(8), index=True)
    manufacturer: Mapped[str | None] = mapped_column(String(64))
    manufacturer_model_name: Mapped[str | None] = mapped_column(String(64))
    kvp: Mapped[float | None]
    convolution_kernel: Mapped[str | None] = mapped_column(String(64))
    slice_thickness_mm: Mapped[float | None]
    slice_spacing_mm: Mapped[float | None]
    pixel_spacing_mm: Mapped[float | None]
    contrast_bolus_agent: Mapped[str | None] = mapped_column(String(64))
    contrast_phase: Mapped[str | None] = mapped_column(String(16))  # as the series is described
    seconds: Mapped[float | None]
    panels: Mapped[str | None] = mapped_column(String(24))  # over all panels that answer
    panel_carey_2017_smi: Mapped[str | None] = mapped_column(String(16))
    panel_derstine_2018_smi: Mapped[str | None] = mapped_column(String(16))
    panel_derstine_2018_area: Mapped[str | None] = mapped_column(String(16))
    panel_derstine_2018_hu: Mapped[str | None] = mapped_column(String(16))
    panel_groningen_2023_smi: Mapped[str | None] = mapped_column(String(16))
    panel_japan_2019_smi: Mapped[str | None] = mapped_column(String(16))
    panel_martin_2013_smi: Mapped[str | None] = mapped_column(String(16))
    panel_martin_2013_hu: Mapped[str | None] = mapped_column(String(16))
    panel_prado_2008_smi: Mapped[str | None] = mapped_column(String(16))
    analysis: Mapped["Analysis"] = relationship(back_populates="measurement")
    __table_args__ = (
        _asked_most("ix_measurement_cohort", "is_current"),
        _asked_most("ix_measurement_latest", "is_current AND is_latest"),
    )
