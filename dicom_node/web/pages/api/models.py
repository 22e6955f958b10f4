"""What the interface answers, every field with its unit and meaning; numbers are those of the view `cohort`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field, create_model

from db.cohort import COLUMNS, Column
from db.questions import OF_STUDY
from db.words import STATES

ELSEWHERE = frozenset(
    "analysis_id request_key patient_key is_latest study_date study_year finished_at revision reviewed_at corrected"
    " doubts".split()
)
"""Columns that an analysis tells outside its numbers."""
NUMBERS = tuple(column for column in COLUMNS if column.name not in ELSEWHERE and column.private != "uid")
PATIENT = "null unless the role or the scope `identify` lets see patients"


def _described(columns: Iterable[Column]) -> dict[str, Any]:
    told = ((one, f"{one.unit}: {one.meaning}" if one.unit else one.meaning) for one in columns)
    return {one.name: (one.type | None, Field(None, description=words)) for one, words in told}


_OF_STUDY = (Column(name, str, "", "as received; with `identified` only") for name in OF_STUDY)


class Numbers(create_model("_Numbers", **_described(NUMBERS))):  # type: ignore[misc]
    """Every number of one analysis; null where it does not apply."""


class Row(create_model("_Row", **_described([*COLUMNS, *_OF_STUDY]))):  # type: ignore[misc]
    """One current result."""


class Identity(BaseModel):
    """Whose study it is, as received."""

    patient_name: str | None = Field(description="PatientName (0010,0010)")
    patient_id: str | None = Field(description="PatientID (0010,0020)")
    issuer_of_patient_id: str | None = Field(description="IssuerOfPatientID (0010,0021)")
    accession_number: str | None = Field(description="AccessionNumber (0008,0050)")
    study_description: str | None = Field(description="StudyDescription (0008,1030)")
    study_instance_uid: str = Field(description="StudyInstanceUID (0020,000D)")


class Series(BaseModel):
    """One series that arrived."""

    id: int = Field(description="number of the series in this database")
    state: str = Field(description=", ".join(STATES["series"]))
    reason: str | None = Field(description="why it is ignored, as `code: words`")
    score: float | None = Field(description="how well it fits the rules, higher is better")
    series_number: int | None = Field(description="SeriesNumber (0020,0011)")
    series_description: str | None = Field(description="SeriesDescription (0008,103E)")
    series_instance_uid: str | None = Field(description=f"SeriesInstanceUID (0020,000E); {PATIENT}")
    first_at: datetime = Field(description="UTC: when its first image arrived")
    last_at: datetime = Field(description="UTC: when its last image arrived")


class Delivered(BaseModel):
    """One object for one destination."""

    kind: str = Field(description="seg, sr, key; reject: a note of what a revision makes void")
    destination: str = Field(description="name of the destination in the settings")
    state: str = Field(description=", ".join(STATES["delivery"]))
    attempt: int = Field(description="how often sending failed")
    reason: str | None = Field(description="the last fault")
    sent_at: datetime | None = Field(description="UTC: when the destination took it")
    verified_at: datetime | None = Field(description="UTC: when the destination confirmed that it has it")


class Summary(BaseModel):
    """One request, and what became of it."""

    id: int = Field(description="number of the analysis in this database")
    study_id: int = Field(description="its study")
    series_id: int = Field(description="the series measured")
    revision: int = Field(description="1, or more where it replaces an earlier one")
    state: str = Field(description=", ".join(STATES["analysis"]))
    reason: str | None = Field(description="why it is held, was not measured or failed, as `code: words`")
    origin: str = Field(description="automatic, or what a person decided: slice, approved, corrected, painted")
    is_current: bool = Field(description="the result that counts for its study")
    supersedes_id: int | None = Field(description="the analysis that it replaces")
    basis_id: int | None = Field(description="the analysis that a person decided on")
    asked_at: datetime = Field(description="UTC: when it was asked for")
    finished_at: datetime | None = Field(description="UTC: when it ended")
    reviewed_at: datetime | None = Field(description="UTC: when a person decided")
    reviewed_by: str | None = Field(description="account or token that decided")
    reviewer: str | None = Field(description="the person's name as the report has it")


class Analysis(Summary):
    """One request with all its numbers, and where its objects went."""

    doubts: list[str] = Field(description="reasons to doubt the result, as `code: words`; empty without")
    numbers: Numbers | None = Field(description="what was measured; null where nothing was")
    sop_instance_uid: str | None = Field(description=f"SOPInstanceUID (0008,0018) of the image measured; {PATIENT}")
    deliveries: list[Delivered] = Field(description="each object for each destination")


class Listed(BaseModel):
    """One study in a list."""

    id: int = Field(description="number of the study in this database")
    state: str = Field(description=", ".join(STATES["study"]))
    reason: str | None = Field(description="why nothing of it is measured")
    study_date: date | None = Field(description="StudyDate (0008,0020)")
    source_ae: str | None = Field(description="AE title that sent it")
    first_at: datetime = Field(description="UTC: when its first image arrived")
    last_at: datetime = Field(description="UTC: when its last image arrived")
    identity: Identity | None = Field(description=f"whose it is; {PATIENT}")
    analysis: Summary | None = Field(description="the request that counts; null where nothing was asked")


class Study(Listed):
    """One study with its series and every revision."""

    series: list[Series] = Field(description="every series that arrived")
    analyses: list[Analysis] = Field(description="every request, the newest first")


class Studies(BaseModel):
    """One page of studies."""

    studies: list[Listed] = Field(description="in the order asked for")
    next: str | None = Field(description="address of the next page; null at the end")


class Rows(BaseModel):
    """One page of results."""

    rows: list[Row] = Field(description="the first analysed first")
    next: str | None = Field(description="address of the next page; null at the end")


class Meaning(BaseModel):
    """One column of the cohort."""

    name: str = Field(description="as in rows, CSV and Parquet")
    type: str = Field(description="str, int, float, bool, date, datetime")
    unit: str = Field(description="empty where there is none")
    meaning: str = Field(description="what it says")
    de_identified: str = Field(description="what becomes of it in rows without `identified`; empty: as it is")
