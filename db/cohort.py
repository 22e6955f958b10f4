"""The view `cohort`: one row per current result, every column with its type, unit and meaning.

Columns are only ever added.  The view holds no name and no patient ID; `patient_key` stands for the patient.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, text

Private = Literal["", "uid", "date", "age", "left out"]
"""What a de-identified export does with a column: nothing, a keyed hash, year or shift, a cap, or leave it out."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the view; `unit` and `sql`, what it is made of, are empty where name and number say all."""

    name: str
    type: type[str] | type[int] | type[float] | type[bool] | type[date] | type[datetime]
    unit: str
    meaning: str
    private: Private = ""
    sql: str = ""

    @property
    def source(self) -> str:
        """The expression over measurement `m`."""
        return self.sql or f"m.{self.name}"


ISO_DATE = (
    "CASE WHEN length(m.study_date) = 8 THEN substr(m.study_date, 1, 4) || '-' || substr(m.study_date, 5, 2)"
    " || '-' || substr(m.study_date, 7, 2) END"
)
YEAR = "CASE WHEN length(m.study_date) = 8 THEN CAST(substr(m.study_date, 1, 4) AS integer) END"
MASK, WINDOW = "all pixels of the mask", "mask pixels within -29..150 HU"
TISSUES = {
    "psoas": "psoas",
    "paraspinal": "paraspinal muscles with quadratus lumborum",
    "abdominal_wall": "abdominal wall",
    "total": "all three",
}


PANELS = (
    *("carey_2017_smi", "derstine_2018_smi", "derstine_2018_area", "derstine_2018_hu", "groningen_2023_smi"),
    *("japan_2019_smi", "martin_2013_smi", "martin_2013_hu", "prado_2008_smi"),
)
"""Keys of the cut-off panels (`reporting.panels`)."""


def _numbers() -> Iterator[Column]:
    """Both kinds of area with their attenuation, for each muscle and for all."""
    for name, muscle in TISSUES.items():
        for kind, pixels in (("mask", MASK), ("m29_150", WINDOW)):
            yield Column(f"{name}_area_{kind}_cm2", float, "cm2", f"area, {muscle}, {pixels}")
            yield Column(f"{name}_hu_{kind}_mean", float, "HU", f"mean attenuation, {muscle}, {pixels}")
            yield Column(f"{name}_hu_{kind}_sd", float, "HU", f"its standard deviation, {muscle}, {pixels}")


COLUMNS: tuple[Column, ...] = (
    Column("analysis_id", int, "", "number of the analysis in this database", "left out"),
    Column("request_key", str, "", "SHA-256 of what was asked: the same question has the same key", "uid"),
    Column("patient_key", str, "", "keyed hash of issuer and PatientID, the same for all studies of a patient"),
    Column("is_latest", bool, "", "the latest examination of its patient"),
    Column("study_instance_uid", str, "", "StudyInstanceUID (0020,000D)", "uid"),
    Column("series_instance_uid", str, "", "SeriesInstanceUID (0020,000E)", "uid"),
    Column("sop_instance_uid", str, "", "SOPInstanceUID (0008,0018) of the image measured", "uid"),
    Column("instance_number", int, "", "InstanceNumber (0020,0013) of the image measured"),
    Column("frame_number", int, "", "frame from 1, of a multi-frame image"),
    Column("study_date", date, "", "StudyDate (0008,0020)", "date", ISO_DATE),
    Column("study_year", int, "year", "year of StudyDate", "", YEAR),
    Column("finished_at", datetime, "UTC", "when the analysis ended", "left out"),
    Column("revision", int, "", "1, or more where a later result replaced an earlier one"),
    Column("reviewed_at", datetime, "UTC", "when a person approved or corrected it", "left out"),
    Column("corrected", bool, "", "the labels were given by a person"),
    Column("patient_sex", str, "", "PatientSex (0010,0040): M, F, O"),
    Column("patient_age_years", float, "years", "age at acquisition", "age"),
    Column("height_m", float, "m", "height"),
    Column("height_source", str, "", "where the height comes from", "left out"),
    Column("weight_kg", float, "kg", "weight"),
    Column("weight_source", str, "", "where the weight comes from", "left out"),
    *_numbers(),
    Column("smi_m29_150_cm2_m2", float, "cm2/m2", "total_area_m29_150_cm2 by the square of the height"),
    Column("l3_status", str, "", "found, given, uncertain, not in series, unsupported"),
    Column("l3_index", int, "", "slice measured, 0 the most caudal"),
    Column("l3_z_mm", float, "mm", "its height above the most caudal slice"),
    Column("l3_position_mm", float, "mm", "its position along the normal of the slices"),
    Column("l3_confidence", float, "0..1", "the finder's own score; no validated probability"),
    Column("l3_anchors", str, "", "landmarks that fix the count of vertebrae"),
    Column("doubts", str, "", "reasons to doubt the result, a line each; empty without"),
    Column("psoas_fold_dice", float, "0..1", "mean pairwise Dice of the folds, psoas"),
    Column("paraspinal_fold_dice", float, "0..1", "the same, paraspinal"),
    Column("abdominal_wall_fold_dice", float, "0..1", "the same, abdominal wall"),
    Column("fold_dice", float, "0..1", "the same, all muscle"),
    Column("fold_area_spread", float, "0..1", "standard deviation of the folds' areas in parts of their mean"),
    Column("mask_entropy", float, "", "mean entropy of the mask's pixels"),
    Column("model_name", str, "", "name of the model; empty where a person gave the labels"),
    Column("model_version", str, "", "its version"),
    Column("model_digest", str, "", "SHA-256 of the files that decide its output"),
    Column("model_status", str, "", "demonstration, research, released"),
    Column("model_folds", str, "", "folds used"),
    Column("ensemble_rule", str, "", "probability or logit"),
    Column("software_version", str, "", "version of the encoder"),
    Column("manufacturer", str, "", "Manufacturer (0008,0070)"),
    Column("manufacturer_model_name", str, "", "ManufacturerModelName (0008,1090)"),
    Column("kvp", float, "kV", "KVP (0018,0060)"),
    Column("convolution_kernel", str, "", "ConvolutionKernel (0018,1210)"),
    Column("slice_thickness_mm", float, "mm", "SliceThickness (0018,0050)"),
    Column("slice_spacing_mm", float, "mm", "distance of slice centres"),
    Column("pixel_spacing_mm", float, "mm", "distance of rows"),
    Column(
        "contrast_phase",
        str,
        "",
        "native, arterial, portal venous, delayed: as the series is described; empty if not",
    ),
    Column("contrast_bolus_agent", str, "", "ContrastBolusAgent (0018,0010)", "left out"),
    Column("panels", str, "", "over all cut-off panels: below, not below, borderline, depends on the panel"),
    *(
        Column(
            f"panel_{key}",
            str,
            "",
            "below, not below, borderline, not applicable, not evaluable; see `l3node panels`",
        )
        for key in PANELS
    ),
    Column("seconds", float, "s", "time the analysis took"),
)
NAMES = tuple(column.name for column in COLUMNS)


def view_sql() -> str:
    """The view, each column with its unit and meaning as a comment."""
    lines = [f"  {column.source} AS {column.name}" for column in COLUMNS]
    commas = [*("," for _ in lines[1:]), ""]
    told = [
        f"{line}{comma}  -- {_comment(column)}" for line, comma, column in zip(lines, commas, COLUMNS, strict=True)
    ]
    return "\n".join(["CREATE VIEW cohort AS SELECT", *told, "FROM measurement m WHERE m.is_current"])


def _comment(column: Column) -> str:
    return f"{column.unit}: {column.meaning}" if column.unit else column.meaning


def make_view(connection: Connection) -> None:
    """Make the view anew where it is not this release's."""
    if _made(connection) == view_sql():
        return
    drop_view(connection)
    connection.execute(text(view_sql().replace(":", r"\:")))
    if connection.dialect.name == "postgresql":
        _remark(connection, "VIEW cohort", view_sql())
        for column in COLUMNS:
            _remark(connection, f"COLUMN cohort.{column.name}", _comment(column))


def drop_view(connection: Connection) -> None:
    """A table that a view reads can't be changed."""
    connection.execute(text("DROP VIEW IF EXISTS cohort"))


def _made(connection: Connection) -> str | None:
    """The text by which the view was made; None where there is none."""
    if connection.dialect.name == "postgresql":
        return connection.scalar(text("SELECT obj_description(to_regclass('cohort'), 'pg_class')"))
    return connection.scalar(text("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = 'cohort'"))


def _remark(connection: Connection, of: str, words: str) -> None:
    quoted = words.replace("'", "''").replace(":", r"\:")
    connection.execute(text(f"COMMENT ON {of} IS '{quoted}'"))
