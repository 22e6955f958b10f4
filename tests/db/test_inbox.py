"""What arrived: files become rows; nothing is written over, nothing twice, nothing silently."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from db import inbox
from db.inbox import Arrival, Registered, Undecided
from db.schema import Event, Instance, Series, Study
from db.states import Entity, move
from tests.db.factories import LATER, NOW, make_arrival, register

NOTHING_TO_DO = Registered((), ())
RECODED = {"transfer_syntax_uid": "1.2.840.10008.1.2.4.90", "pixels_digest": "encoded otherwise"}


def the_series(session: Session) -> Series:
    session.flush()
    session.expire_all()
    return session.query(Series).one()


def settle(session: Session, series_state: str = "closed") -> None:
    """The series closed (or chosen, ignored) and its study chosen."""
    session.flush()
    series = session.query(Series).one()
    assert move(session, Entity.SERIES, series.id, "receiving", "closed", now=NOW)
    if series_state != "closed":
        assert move(session, Entity.SERIES, series.id, "closed", series_state, now=NOW)
    assert move(session, Entity.STUDY, series.study_id, "open", "settled", now=NOW)
    assert move(session, Entity.STUDY, series.study_id, "settled", "chosen", now=NOW)


def states(session: Session) -> tuple[str, str]:
    series = the_series(session)
    return series.study.state, series.state


def events(session: Session) -> int:
    session.flush()
    return session.query(Event).count()


def test_new_objects_make_one_study_one_series_and_a_row_each(session: Session) -> None:
    assert register(session, *(make_arrival(number) for number in (1, 2, 3))) == NOTHING_TO_DO
    series = the_series(session)
    assert (series.study.state, series.state, series.study.patient_id) == ("open", "receiving", "P-1")
    assert [instance.sop_instance_uid for instance in series.instances] == ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
    assert inbox.positions(session, series.id) == (5.0, 10.0, 15.0)
    assert inbox.files(session, series.id) == tuple(make_arrival(number).path for number in (1, 2, 3))
    known, new = inbox.files(session, series.id), ["spool/new.dcm", "spool/newer.dcm"]
    assert inbox.without_row(session, [new[0], *known, new[1]]) == new


def test_the_last_arrival_counts_for_quiet_and_the_first_for_the_timeout(session: Session) -> None:
    register(session, make_arrival(1), make_arrival(2, received_at=LATER))
    register(session, make_arrival(3, received_at=NOW - timedelta(hours=1)))
    series = the_series(session)
    assert (series.first_at, series.last_at, series.study.first_at, series.study.last_at) == (NOW, LATER, NOW, LATER)


def test_a_file_that_has_its_row_is_left_alone(session: Session) -> None:
    register(session, make_arrival())
    before = events(session)
    assert register(session, make_arrival(received_at=LATER)) == NOTHING_TO_DO
    assert events(session) == before


@pytest.mark.parametrize("recoded", [False, True])
def test_the_same_object_again_is_dropped_and_touches_no_timer_and_no_state(session: Session, recoded: bool) -> None:
    register(session, make_arrival())
    settle(session)
    before = events(session)
    again = make_arrival(path="spool/incoming/b/000001.dcm", received_at=LATER, **(RECODED if recoded else {}))
    assert register(session, again, same_pixels=True) == Registered((again.path,), ())
    series = the_series(session)
    assert (series.last_at, series.study.last_at, states(session)) == (NOW, NOW, ("chosen", "closed"))
    assert (events(session), session.query(Instance).one().path) == (before, make_arrival().path)


def test_the_same_object_twice_in_one_batch_is_dropped_once(session: Session) -> None:
    again = make_arrival(path="b.dcm")
    assert register(session, make_arrival(), again) == Registered(("b.dcm",), ())
    assert session.query(Instance).count() == 1


def test_files_that_nobody_has_compared_yet_are_asked_for_all_at_once(session: Session) -> None:
    known = [make_arrival(number) for number in (1, 2)]
    again = [replace(one, **RECODED, path=f"{one.path}.jp2") for one in known]
    register(session, *known)
    with pytest.raises(Undecided) as asked:
        inbox.register(session, [make_arrival(3), *again], lambda _known, _new: None)
    assert asked.value.pairs == tuple((one.path, other.path) for one, other in zip(known, again, strict=True))


def test_an_object_twice_in_one_batch_in_two_transfer_syntaxes_is_compared_with_itself(session: Session) -> None:
    first, again = make_arrival(), make_arrival(path="b.dcm", **RECODED)
    with pytest.raises(Undecided) as asked:
        inbox.register(session, [first, again], lambda _known, _new: None)
    session.rollback()
    assert asked.value.pairs == ((first.path, "b.dcm"),)
    assert register(session, first, again, same_pixels=True) == Registered(("b.dcm",), ())


def test_a_batch_asks_the_database_as_often_as_a_single_image(session: Session) -> None:
    def statements(*arrivals: Arrival) -> int:
        seen: list[str] = []
        event.listen(session.bind, "before_cursor_execute", lambda *args: seen.append(args[2]))
        register(session, *arrivals)
        session.flush()
        return len(seen)

    alone = statements(make_arrival(1))
    assert statements(*(make_arrival(number, series_instance_uid="1.2.4") for number in range(2, 200))) <= alone


def test_a_late_image_in_a_batch_opens_its_series_once(session: Session) -> None:
    register(session, make_arrival())
    settle(session)
    before = events(session)
    register(session, *(make_arrival(number, received_at=LATER) for number in range(2, 9)))
    assert (events(session), states(session)) == (before + 2, ("open", "receiving"))


@pytest.mark.parametrize("state", ["closed", "chosen", "ignored"])
def test_another_identity_takes_the_row_reopens_the_series_and_drops_the_old_file(
    session: Session, state: str
) -> None:
    register(session, make_arrival())
    settle(session, state)
    new = make_arrival(path="b.dcm", identity_digest="other", patient_id="P-2", received_at=LATER)
    assert register(session, new) == Registered((make_arrival().path,), ())
    series = the_series(session)
    assert (series.instances[0].path, series.instances[0].identity_digest) == ("b.dcm", "other")
    assert (series.study.patient_id, series.study.state, series.state) == ("P-2", "open", "receiving")


def test_two_new_identities_in_one_batch_leave_the_last_and_drop_the_others(session: Session) -> None:
    second = make_arrival(path="b.dcm", identity_digest="second")
    third = make_arrival(path="c.dcm", identity_digest="third")
    assert register(session, make_arrival(), second, third) == Registered((make_arrival().path, "b.dcm"), ())
    assert session.query(Instance).one().path == "c.dcm"


@pytest.mark.parametrize(
    "changes", [{"pixels_digest": "other"}, RECODED, RECODED | {"series_instance_uid": "1.2.9"}], ids=str
)
def test_other_pixels_under_a_known_uid_go_aside_and_mark_the_series(
    session: Session, changes: dict[str, Any]
) -> None:
    register(session, make_arrival())
    settle(session)
    before = events(session)
    other = make_arrival(path="b.dcm", received_at=LATER, **changes)
    same_pixels = "series_instance_uid" in changes  # the same picture, but said to be of another series
    assert register(session, other, same_pixels=same_pixels) == Registered((), ("b.dcm",))
    series = the_series(session)
    assert (series.source_changed, series.last_at, states(session)) == (True, NOW, ("chosen", "closed"))
    assert session.query(Instance).one().path == make_arrival().path
    assert events(session) == before + 1


@pytest.mark.parametrize("state", ["closed", "chosen", "ignored"])
def test_a_late_image_opens_its_series_and_study_again(session: Session, state: str) -> None:
    register(session, make_arrival())
    settle(session, state)
    register(session, make_arrival(2, received_at=LATER))
    series = the_series(session)
    assert states(session) == ("open", "receiving")
    assert (series.last_at, series.study.first_at) == (LATER, LATER)


def test_a_late_series_opens_its_study_and_leaves_the_other_series(session: Session) -> None:
    register(session, make_arrival())
    settle(session, "chosen")
    register(session, make_arrival(2, series_instance_uid="1.2.4", received_at=LATER))
    found = {series.series_instance_uid: series.state for series in session.query(Series)}
    assert found == {"1.2.3": "chosen", "1.2.4": "receiving"}
    study = session.query(Study).one()
    assert (study.state, inbox.still_receiving(session, study.id), inbox.open_studies(session)) == (
        "open",
        1,
        [study],
    )


def test_a_settled_study_that_waits_for_its_choice_opens_again(session: Session) -> None:
    register(session, make_arrival())
    series = the_series(session)
    move(session, Entity.SERIES, series.id, "receiving", "closed", now=NOW)
    move(session, Entity.STUDY, series.study_id, "open", "settled", now=NOW)
    register(session, make_arrival(2))
    assert states(session) == ("open", "receiving")


def test_a_series_is_interrupted_until_its_release_is_seen(session: Session) -> None:
    register(session, make_arrival())
    assert the_series(session).interrupted
    inbox.association_ended(session, ["1.2.3"], released=True)
    assert not the_series(session).interrupted
    register(session, make_arrival(2))
    assert the_series(session).interrupted
    inbox.association_ended(session, ["1.2.3"], released=False)
    assert the_series(session).interrupted


def test_a_series_sent_again_after_a_break_is_whole_with_the_next_release(session: Session) -> None:
    register(session, make_arrival())
    inbox.association_ended(session, ["1.2.3"], released=False)
    register(session, make_arrival(path="b.dcm"))
    inbox.association_ended(session, ["1.2.3"], released=True)
    assert not the_series(session).interrupted


def test_the_end_of_an_association_changes_only_its_own_series_that_are_being_received(session: Session) -> None:
    register(session, make_arrival(), make_arrival(2, series_instance_uid="1.2.4"))
    inbox.association_ended(session, ["1.2.4"], released=True)
    found = {series.series_instance_uid: series.interrupted for series in session.query(Series).populate_existing()}
    assert found == {"1.2.3": True, "1.2.4": False}


def test_an_association_that_carried_more_series_than_a_statement_takes_is_ended_too(session: Session) -> None:
    connection: Any = session.connection().connection.driver_connection
    if isinstance(connection, sqlite3.Connection):
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 1000)
    register(session, make_arrival())
    inbox.association_ended(session, [f"1.9.{number}" for number in range(5000)] + ["1.2.3"], released=True)
    assert not the_series(session).interrupted


def test_a_new_study_uid_moves_the_series_to_its_study(session: Session) -> None:
    register(session, make_arrival())
    register(session, make_arrival(path="b.dcm", identity_digest="other", study_instance_uid="1.9", patient_id="P-2"))
    assert (the_series(session).study.study_instance_uid, the_series(session).study.patient_id) == ("1.9", "P-2")
    assert {study.study_instance_uid: study.patient_id for study in session.query(Study)} == {
        "1.2": "P-1",
        "1.9": "P-2",
    }


def test_a_settled_study_closes_what_it_was_still_receiving(session: Session) -> None:
    register(session, make_arrival(), make_arrival(2, series_instance_uid="1.2.4"))
    inbox.close_all(session, session.query(Study).one().id, "time is up", LATER)
    session.expire_all()
    assert [(series.state, series.reason) for series in session.query(Series)] == [("closed", "time is up")] * 2


def test_two_patients_in_one_series_are_told(session: Session) -> None:
    register(session, make_arrival(), make_arrival(2, identity_digest="other"))
    assert inbox.identities(session, the_series(session).id) == {"identity", "other"}


def test_series_that_are_being_received_come_with_the_title_of_their_sender(session: Session) -> None:
    register(session, make_arrival())
    assert [series.series_instance_uid for series in inbox.receiving(session)] == ["1.2.3"]


def test_positions_that_are_not_known_are_left_out(session: Session) -> None:
    register(session, make_arrival(1, position_mm=None), make_arrival(3), make_arrival(2))
    assert inbox.positions(session, the_series(session).id) == (10.0, 15.0)


def test_an_object_without_patient_id_has_its_row(session: Session) -> None:
    register(session, make_arrival(patient_id=None, accession_number=None))
    assert the_series(session).study.patient_id is None


def test_an_older_file_that_a_crash_left_behind_does_not_take_the_row_back(session: Session) -> None:
    register(session, make_arrival(path="b.dcm", identity_digest="new", received_at=LATER))
    older = make_arrival(identity_digest="old", received_at=NOW, adopted=True)
    assert register(session, older) == Registered((older.path,), ())
    assert session.query(Instance).one().identity_digest == "new"


def test_a_correction_that_comes_after_the_clock_was_set_back_is_a_correction(session: Session) -> None:
    register(session, make_arrival(path="b.dcm", identity_digest="old", received_at=LATER))
    assert register(session, make_arrival(identity_digest="new", received_at=NOW)) == Registered(("b.dcm",), ())
    assert session.query(Instance).one().identity_digest == "new"
