"""From a result and its patient to what panels ask."""

from reporting.finding import Measurements, Person
from reporting.measure import plausible_height
from reporting.panels.judge import Subject


def subject(measurements: Measurements, person: Person, native: bool | None) -> Subject:
    """`native` is whether the CT was made without contrast, None where that is not stated."""
    return Subject(
        area_cm2=measurements.total.area_m29_150_cm2,
        hu=measurements.total.hu_m29_150_mean,
        sex=person.sex,
        age_years=person.age_years,
        height_m=person.height_m if plausible_height(person.height_m) else None,
        weight_kg=person.weight_kg,
        native=native,
    )
