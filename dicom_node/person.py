"""Whom a result is of: sex and age from the header, height and weight from a person's word or else the header."""

from db.body import HEIGHT_M, WEIGHT_KG, Body
from dicom_node.study.admission import age_years
from dicom_node.study.header import number
from dicom_node.study.series import Series
from reporting.finding import Person

CENTIMETRES = (50.0, 250.0)
"""PatientSize (0010,1020) is metres; a site that writes centimetres writes these."""


def person_of(series: Series, body: Body, *, size_may_be_cm: bool) -> Person:
    """What is stated of the patient; nothing is guessed, and a value that no person has is left out."""
    height, height_source = _height(series, body, size_may_be_cm)
    weight, weight_source = _weight(series, body)
    return Person(
        sex=series.header.get("PatientSex") or None,
        age_years=age_years(series),
        height_m=height,
        weight_kg=weight,
        height_source=height_source,
        weight_source=weight_source,
    )


def _height(series: Series, body: Body, size_may_be_cm: bool) -> tuple[float | None, str | None]:
    if body.height_m is not None:
        return body.height_m, body.height_source
    size = number(series.header, "PatientSize")
    if size is not None and HEIGHT_M[0] <= size <= HEIGHT_M[1]:
        return size, "PatientSize (0010,1020)"
    if size is not None and size_may_be_cm and CENTIMETRES[0] <= size <= CENTIMETRES[1]:
        return size / 100, "PatientSize (0010,1020), taken as cm"
    return None, None


def _weight(series: Series, body: Body) -> tuple[float | None, str | None]:
    if body.weight_kg is not None:
        return body.weight_kg, body.weight_source
    weight = number(series.header, "PatientWeight")
    if weight is not None and WEIGHT_KG[0] <= weight <= WEIGHT_KG[1]:
        return weight, "PatientWeight (0010,1030)"
    return None, None
