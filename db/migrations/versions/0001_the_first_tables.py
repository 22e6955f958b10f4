"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=16), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_entity", ["entity", "entity_id"], unique=False)

    op.create_table(
        "model",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.Column("released_why", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_model")),
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("calling_ae", sa.String(length=16), nullable=False),
        sa.Column("called_ae", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("kind", "calling_ae", "called_ae", "address", "reason", name=op.f("uq_refusal_kind")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("patient_id", sa.String(length=64), nullable=True),
        sa.Column("issuer_of_patient_id", sa.String(length=64), nullable=True),
        sa.Column("accession_number", sa.String(length=64), nullable=True),
        sa.Column("source_ae", sa.String(length=16), nullable=True),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'settled', 'chosen')", name=op.f("ck_study_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("study_instance_uid", name=op.f("uq_study_study_instance_uid")),
    )
    with op.batch_alter_table("study", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_state"), ["state"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("series_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(precision=53), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("source_changed", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('receiving', 'closed', 'chosen', 'ignored')", name=op.f("ck_series_state")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_series_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("series_instance_uid", name=op.f("uq_series_series_instance_uid")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_study_id"), ["study_id"], unique=False)

    op.create_table(
        "analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("identity_digest", sa.String(length=64), nullable=False),
        sa.Column("slice_index", sa.Integer(), nullable=True),
        sa.Column("labels_digest", sa.String(length=64), nullable=True),
        sa.Column("model_digest", sa.String(length=64), nullable=False),
        sa.Column("analysis_digest", sa.String(length=64), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("log", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'held', 'not_measured', 'failed', 'dead', 'rejected', 'expired', 'superseded')",
            name=op.f("ck_analysis_state"),
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_analysis_series_id_series")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_analysis_study_id_study")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["analysis.id"], name=op.f("fk_analysis_supersedes_id_analysis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis")),
        sa.UniqueConstraint("request_key", name=op.f("uq_analysis_request_key")),
    )
    with op.batch_alter_table("analysis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analysis_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_analysis_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_analysis_study_id"), ["study_id"], unique=False)
        batch_op.create_index(
            "uq_analysis_current_per_study",
            ["study_id"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("sop_class_uid", sa.String(length=64), nullable=False),
        sa.Column("transfer_syntax_uid", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("identity_digest", sa.String(length=64), nullable=False),
        sa.Column("pixels_digest", sa.String(length=64), nullable=False),
        sa.Column("position_mm", sa.Float(precision=53), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_instance_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("path", name=op.f("uq_instance_path")),
        sa.UniqueConstraint("sop_instance_uid", name=op.f("uq_instance_sop_instance_uid")),
    )
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instance_series_id"), ["series_id"], unique=False)

    op.create_table(
        "artifact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("sop_class_uid", sa.String(length=64), nullable=False),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("series_instance_uid", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analysis.id"], name=op.f("fk_artifact_analysis_id_analysis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact")),
        sa.UniqueConstraint("path", name=op.f("uq_artifact_path")),
        sa.UniqueConstraint("sop_instance_uid", name=op.f("uq_artifact_sop_instance_uid")),
    )
    with op.batch_alter_table("artifact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_artifact_analysis_id"), ["analysis_id"], unique=False)

    op.create_table(
        "measurement",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("psoas_area_mask_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("psoas_hu_mask_mean", sa.Float(precision=53), nullable=True),
        sa.Column("psoas_hu_mask_sd", sa.Float(precision=53), nullable=True),
        sa.Column("psoas_area_m29_150_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("psoas_hu_m29_150_mean", sa.Float(precision=53), nullable=True),
        sa.Column("psoas_hu_m29_150_sd", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_area_mask_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_hu_mask_mean", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_hu_mask_sd", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_area_m29_150_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_hu_m29_150_mean", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_hu_m29_150_sd", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_area_mask_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_hu_mask_mean", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_hu_mask_sd", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_area_m29_150_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_hu_m29_150_mean", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_hu_m29_150_sd", sa.Float(precision=53), nullable=True),
        sa.Column("total_area_mask_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("total_hu_mask_mean", sa.Float(precision=53), nullable=True),
        sa.Column("total_hu_mask_sd", sa.Float(precision=53), nullable=True),
        sa.Column("total_area_m29_150_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("total_hu_m29_150_mean", sa.Float(precision=53), nullable=True),
        sa.Column("total_hu_m29_150_sd", sa.Float(precision=53), nullable=True),
        sa.Column("smi_m29_150_cm2_m2", sa.Float(precision=53), nullable=True),
        sa.Column("sop_instance_uid", sa.String(length=64), nullable=True),
        sa.Column("instance_number", sa.Integer(), nullable=True),
        sa.Column("l3_status", sa.String(length=16), nullable=True),
        sa.Column("l3_index", sa.Integer(), nullable=True),
        sa.Column("l3_z_mm", sa.Float(precision=53), nullable=True),
        sa.Column("l3_position_mm", sa.Float(precision=53), nullable=True),
        sa.Column("l3_confidence", sa.Float(precision=53), nullable=True),
        sa.Column("l3_anchors", sa.String(length=255), nullable=True),
        sa.Column("l3_reason", sa.Text(), nullable=True),
        sa.Column("doubts", sa.Text(), nullable=True),
        sa.Column("psoas_fold_dice", sa.Float(precision=53), nullable=True),
        sa.Column("paraspinal_fold_dice", sa.Float(precision=53), nullable=True),
        sa.Column("abdominal_wall_fold_dice", sa.Float(precision=53), nullable=True),
        sa.Column("fold_dice", sa.Float(precision=53), nullable=True),
        sa.Column("model_name", sa.String(length=255), nullable=True),
        sa.Column("model_version", sa.String(length=64), nullable=True),
        sa.Column("model_digest", sa.String(length=64), nullable=True),
        sa.Column("model_status", sa.String(length=16), nullable=True),
        sa.Column("model_folds", sa.String(length=64), nullable=True),
        sa.Column("ensemble_rule", sa.String(length=16), nullable=True),
        sa.Column("software_version", sa.String(length=64), nullable=True),
        sa.Column("patient_sex", sa.String(length=16), nullable=True),
        sa.Column("patient_age_years", sa.Float(precision=53), nullable=True),
        sa.Column("height_m", sa.Float(precision=53), nullable=True),
        sa.Column("weight_kg", sa.Float(precision=53), nullable=True),
        sa.Column("height_source", sa.String(length=64), nullable=True),
        sa.Column("study_date", sa.String(length=8), nullable=True),
        sa.Column("manufacturer", sa.String(length=64), nullable=True),
        sa.Column("manufacturer_model_name", sa.String(length=64), nullable=True),
        sa.Column("kvp", sa.Float(precision=53), nullable=True),
        sa.Column("convolution_kernel", sa.String(length=64), nullable=True),
        sa.Column("slice_thickness_mm", sa.Float(precision=53), nullable=True),
        sa.Column("slice_spacing_mm", sa.Float(precision=53), nullable=True),
        sa.Column("pixel_spacing_mm", sa.Float(precision=53), nullable=True),
        sa.Column("contrast_bolus_agent", sa.String(length=64), nullable=True),
        sa.Column("seconds", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["analysis_id"], ["analysis.id"], name=op.f("fk_measurement_analysis_id_analysis")),
        sa.PrimaryKeyConstraint("analysis_id", name=op.f("pk_measurement")),
    )
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measurement_model_digest"), ["model_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_measurement_study_date"), ["study_date"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("artifact_id", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'verified', 'dead', 'cancelled')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifact.id"], name=op.f("fk_delivery_artifact_id_artifact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("artifact_id", "destination", name=op.f("uq_delivery_artifact_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_artifact_id"), ["artifact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_state"), ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_state"))
        batch_op.drop_index(batch_op.f("ix_delivery_artifact_id"))

    op.drop_table("delivery")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measurement_study_date"))
        batch_op.drop_index(batch_op.f("ix_measurement_model_digest"))

    op.drop_table("measurement")
    with op.batch_alter_table("artifact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_artifact_analysis_id"))

    op.drop_table("artifact")
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instance_series_id"))

    op.drop_table("instance")
    with op.batch_alter_table("analysis", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_analysis_current_per_study",
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )
        batch_op.drop_index(batch_op.f("ix_analysis_study_id"))
        batch_op.drop_index(batch_op.f("ix_analysis_state"))
        batch_op.drop_index(batch_op.f("ix_analysis_series_id"))

    op.drop_table("analysis")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_study_id"))
        batch_op.drop_index(batch_op.f("ix_series_state"))

    op.drop_table("series")
    with op.batch_alter_table("study", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_state"))
        batch_op.drop_index(batch_op.f("ix_study_patient_id"))

    op.drop_table("study")
    op.drop_table("refusal")
    op.drop_table("model")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_entity")

    op.drop_table("event")
