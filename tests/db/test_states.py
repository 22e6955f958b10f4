"""Every move of every row, and no other."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from db import accounts, circuit, models, results, uploads
from db.accounts import NewAccount, Role
from db.schema import Account, Activity, Analysis, Base, Delivery, Destination, Model, Series, Study, Upload
from db.states import TABLES, TRANSITIONS, Entity, IllegalMove, in_state, move, note, story
from tests.db.factories import LATER, NOW, ask, finish, make_seen, make_series

LEGAL = [(entity, frm, to) for entity, moves in TRANSITIONS.items() for frm, to in sorted(moves)]
STATES = {entity: sorted({state for pair in moves for state in pair}) for entity, moves in TRANSITIONS.items()}
ILLEGAL = [
    (entity, frm, to)
    for entity, states in STATES.items()
    for frm, to in product(states, repeat=2)
    if (frm, to) not in TRANSITIONS[entity]
]


Row = Study | Series | Analysis | Delivery | Destination | Model | Account | Activity | Upload


def make_row(session: Session, entity: Entity) -> Row:
    """A row of any kind, its events forgotten."""
    series = make_series(session)
    analysis_id = ask(session, series)
    assert results.take(session, analysis_id, NOW)
    assert finish(session, analysis_id)
    rows: dict[Entity, Row] = {
        Entity.STUDY: series.study,
        Entity.SERIES: series,
        Entity.ANALYSIS: session.get_one(Analysis, analysis_id),
        Entity.DELIVERY: session.query(Delivery).order_by(Delivery.id).limit(1).one(),
        Entity.DESTINATION: circuit.of(session, "PACS", NOW),
        Entity.MODEL: models.remember(session, make_seen(), now=NOW),
        Entity.ACCOUNT: accounts.add(
            session, NewAccount(name="ada", person_name="A^B", role=Role.VIEWER, password="-"), NOW
        ),
        Entity.ACTIVITY: session.query(Activity).limit(1).one(),
        Entity.UPLOAD: session.get_one(
            Upload, uploads.ask(session, name="a", folder="a", fold=None, by="b", now=NOW)
        ),
    }
    for event in story(session):
        session.delete(event)
    return rows[entity]


def _upload(session: Session) -> int:
    return uploads.ask(session, name="a", folder="uploads/a", fold=None, by="reader", now=NOW)


@pytest.mark.parametrize(("entity", "frm", "to"), LEGAL, ids=str)
def test_a_legal_move_moves_and_writes_one_event(session: Session, entity: Entity, frm: str, to: str) -> None:
    row = make_row(session, entity)
    row.state = frm
    session.flush()
    assert move(session, entity, row.id, frm, to, now=LATER, reason="why", actor="Dr. A")
    session.flush()
    session.refresh(row)
    assert (row.state, row.reason) == (to, "why")
    (event,) = story(session)
    told = (event.entity, event.entity_id, event.from_state, event.to_state, event.reason, event.actor, event.at)
    assert told == (entity, row.id, frm, to, "why", "Dr. A", LATER)


@pytest.mark.parametrize(("entity", "frm", "to"), ILLEGAL, ids=str)
def test_a_move_that_the_table_does_not_know_is_refused(session: Session, entity: Entity, frm: str, to: str) -> None:
    with pytest.raises(IllegalMove, match=f"{entity} {frm} -> {to}"):
        move(session, entity, 1, frm, to, now=NOW)


def test_a_row_that_is_elsewhere_by_now_is_not_moved_and_no_event_is_written(session: Session) -> None:
    row = make_row(session, Entity.STUDY)
    assert not move(session, Entity.STUDY, row.id, "open", "settled", now=LATER, reason="late")
    session.flush()
    assert (row.state, row.reason, story(session)) == ("chosen", None, ())


def test_a_row_that_does_not_exist_is_not_moved(session: Session) -> None:
    assert not move(session, Entity.ANALYSIS, 12345, "queued", "running", now=NOW)


def test_a_move_changes_other_columns_with_the_state(session: Session) -> None:
    row = make_row(session, Entity.STUDY)
    assert move(session, Entity.STUDY, row.id, "chosen", "open", now=LATER, changes={"first_at": LATER})
    assert (row.state, row.first_at) == ("open", LATER)


def test_a_remark_is_an_event_that_moves_nothing(session: Session) -> None:
    row = make_row(session, Entity.SERIES)
    note(session, Entity.SERIES, row.id, "chosen", "chosen", now=NOW, reason="seen")
    session.flush()
    assert [(event.from_state, event.to_state) for event in story(session)] == [("chosen", "chosen")]


def test_events_of_a_transaction_that_is_rolled_back_are_gone_with_its_moves(session: Session) -> None:
    row = make_row(session, Entity.STUDY)
    savepoint = session.begin_nested()
    assert move(session, Entity.STUDY, row.id, "chosen", "open", now=LATER)
    savepoint.rollback()
    session.refresh(row)
    assert (row.state, story(session)) == ("chosen", ())


def test_rows_are_found_by_state_oldest_first(session: Session) -> None:
    ids = [make_series(session, number).study_id for number in (1, 2, 3)]
    assert move(session, Entity.STUDY, ids[1], "chosen", "open", now=NOW)
    assert in_state(session, Entity.STUDY, ["chosen"]) == [ids[0], ids[2]]
    assert in_state(session, Entity.STUDY, ["chosen", "open"]) == ids


def test_every_entity_has_a_table_with_a_state() -> None:
    assert set(TABLES) == set(TRANSITIONS) == set(Entity)
    assert all("state" in table.__table__.columns for table in TABLES.values())
    assert all(issubclass(table, Base) for table in TABLES.values())
