"""The cohort: a key per patient, the current and the latest result marked beside the numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ASKED_MOST = [
    *("patient_sex", "patient_age_years", "smi_m29_150_cm2_m2", "total_area_m29_150_cm2", "total_hu_m29_150_mean"),
    *("is_current", "is_latest"),
]
KEYS = ("patient_key", "study_instance_uid")
INDEXES = {"ix_measurement_cohort": "is_current", "ix_measurement_latest": "is_current AND is_latest"}
OF_ANALYSIS = {
    "is_current": "a.is_current",
    "request_key": "a.request_key",
    "study_instance_uid": "s.study_instance_uid",
    "series_instance_uid": "r.series_instance_uid",
    "revision": "a.revision",
    "corrected": "a.labels_digest IS NOT NULL",
    "finished_at": "a.finished_at",
    "reviewed_at": "a.reviewed_at",
}
"""What a measurement repeats of its analysis."""


def upgrade() -> None:
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("patient_key", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("is_current", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("is_latest", sa.Boolean(), server_default=sa.false(), nullable=False))
        for name in ("request_key", "study_instance_uid", "series_instance_uid"):
            batch_op.add_column(sa.Column(name, sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("corrected", sa.Boolean(), nullable=True))
        for name in ("finished_at", "reviewed_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("weight_source", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("contrast_phase", sa.String(length=16), nullable=True))
    for name, value in OF_ANALYSIS.items():
        joined = "FROM analysis a JOIN series r ON r.id = a.series_id JOIN study s ON s.id = a.study_id"
        found = f"(SELECT {value} {joined} WHERE a.id = measurement.analysis_id)"
        op.execute(f"UPDATE measurement SET {name} = {found}")
    for name in KEYS:
        op.create_index(f"ix_measurement_{name}", "measurement", [name])
    for name, condition in INDEXES.items():
        op.create_index(
            name, "measurement", ASKED_MOST, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition)
        )


def downgrade() -> None:
    for name in (*(f"ix_measurement_{key}" for key in KEYS), *INDEXES):
        op.drop_index(name, "measurement")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        for name in ("contrast_phase", "weight_source", "is_latest", "patient_key", *OF_ANALYSIS):
            batch_op.drop_column(name)
