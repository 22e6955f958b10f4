"""Height and weight that people state: plausible or refused, the last one counts, source and date in words."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from db import body
from db.body import NOTHING_STATED, Implausible
from db.schema import Event, Stature
from tests.db.factories import NOW

ANNA = "a" * 32


def state(session: Session, **fields: Any) -> Stature:
    return body.state(session, ANNA, **({"source": "CSV heights.csv", "actor": "ada", "now": NOW} | fields))


def test_the_last_height_and_the_last_weight_count_each_with_source_and_date(session: Session) -> None:
    state(session, height_m=1.65, weight_kg=60.0, measured_on=date(2024, 5, 1))
    state(session, weight_kg=64.0, source="entered on the page")
    found = body.stated(session, ANNA)
    assert (found.height_m, found.height_source) == (1.65, "CSV heights.csv, 2024-05-01")
    assert (found.weight_kg, found.weight_source) == (64.0, "entered on the page, date not stated")


def test_nothing_is_known_of_another_patient_or_of_none(session: Session) -> None:
    state(session, height_m=1.65)
    assert body.stated(session, "b" * 32) == NOTHING_STATED
    assert body.stated(session, None) == NOTHING_STATED


@pytest.mark.parametrize(
    "fields",
    [{}, {"height_m": 165.0}, {"height_m": 0.2}, {"height_m": 2.51}, {"weight_kg": 0.0}, {"weight_kg": 900.0}],
)
def test_what_no_person_has_is_refused(session: Session, fields: dict[str, Any]) -> None:
    with pytest.raises(Implausible):
        state(session, **fields)
    assert session.query(Stature).count() == 0


def test_every_statement_is_an_event_with_who_said_it(session: Session) -> None:
    row = state(session, height_m=1.65)
    session.flush()
    (event,) = session.query(Event).all()
    assert (event.entity, event.entity_id, event.actor, event.to_state) == ("stature", row.id, "ada", "body stated")
