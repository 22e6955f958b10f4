"""Counters that never fall, and histograms of what happened since the process looked first."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from db import forgetting, outbox, results, tally, verifying
from db.refusals import turned_away
from db.schema import Analysis, Study
from db.session import Sessions, open_sessions, reading
from db.tally import EDGES_S, Histogram, Tally
from tests.db.factories import NOW, ask, done, finish, make_arrival, make_series, register

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


def counted(engine: Engine) -> dict[str, int]:
    """What a process that starts now counts."""
    fresh = Tally()
    fresh.look(engine)
    return dict(fresh.counts) | {"images": fresh.images}


def total(found: Histogram) -> float:
    return found.cumulative[-1][1]


def test_every_move_is_counted_once_however_often_one_looks(engine: Engine, sessions: Sessions) -> None:
    watching = Tally()
    for number in range(3):
        with sessions.begin() as session:
            register(session, make_arrival(1, sop_instance_uid=f"9.{number}", path=f"{number}"))
            done(session, make_series(session, 10 + number), str(number))
        watching.look(engine)
        watching.look(engine)
    assert (watching.counts["studies_received"], watching.counts["analyses_asked"], watching.counts["done"]) == (
        1,
        3,
        3,
    )
    assert counted(engine) == dict(watching.counts) | {"images": watching.images}


def test_a_long_history_is_read_in_parts(engine: Engine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    with sessions.begin() as session:
        for number in range(5):
            done(session, make_series(session, number), str(number))
    at_once = counted(engine)
    monkeypatch.setattr(tally, "AT_ONCE", 3)
    assert counted(engine) == at_once
    assert at_once["done"] == 5


def test_forgetting_a_patient_takes_nothing_away(engine: Engine, sessions: Sessions) -> None:
    watching = Tally()
    with sessions.begin() as session:
        register(session, make_arrival(1), make_arrival(2))
        done(session, make_series(session, 9), "9")
    watching.look(engine)
    before = counted(engine)
    with sessions.begin() as session:
        forgetting.forget(session, [row.id for row in session.query(Study)], "hash", "admin", NOW)
    after = counted(engine)
    del before["images"], after["images"]
    assert after == before
    watching.look(engine)
    assert watching.images == 2


def test_histograms_begin_with_the_first_look(engine: Engine, sessions: Sessions) -> None:
    watching = Tally()
    with sessions.begin() as session:
        done(session, make_series(session, 1), "1", now=NOW + MINUTE)
    watching.look(engine)
    assert total(watching.histograms["received_to_measured"]) == 0
    with sessions.begin() as session:
        done(session, make_series(session, 2), "2", now=NOW + MINUTE)
    watching.look(engine)
    found = watching.histograms["received_to_measured"]
    assert (total(found), found.sum) == (1, 60.0)
    assert dict(found.cumulative)["30"] == 0
    assert dict(found.cumulative)["60"] == 1


def test_only_the_first_answer_to_what_was_received_is_timed_from_its_receipt(
    engine: Engine, sessions: Sessions
) -> None:
    watching = Tally()
    with sessions.begin() as session:
        first = done(session, make_series(session), "1")
    watching.look(engine)
    with sessions.begin() as session:
        series = session.get_one(Analysis, first).series
        again = ask(session, series, "another model")
        assert results.take(session, again, NOW)
        assert finish(session, again)
        row = session.get_one(Analysis, again).measurement
        assert row
        row.seconds = 3.5
    watching.look(engine)
    assert total(watching.histograms["received_to_measured"]) == 0
    assert watching.histograms["analysis"].sum == 3.5


def test_from_sending_to_knowing_is_timed_for_each_object(engine: Engine, sessions: Sessions) -> None:
    watching = Tally()
    with sessions.begin() as session:
        done(session, make_series(session))
        parcels = outbox.take(session, "PACS", NOW)
        for parcel in parcels:
            outbox.sent(session, parcel.delivery_id, NOW)
    watching.look(engine)
    with sessions.begin() as session:
        for parcel in parcels:
            verifying.verified(session, parcel.delivery_id, "found", NOW + MINUTE)
    watching.look(engine)
    found = watching.histograms["sent_to_verified"]
    assert (total(found), found.sum) == (3, 180.0)
    assert watching.counts["objects_verified"] == 3


@pytest.mark.parametrize("edges", EDGES_S.values())
def test_a_value_on_an_edge_is_not_above_it_and_none_is_below_nothing(edges: tuple[float, ...]) -> None:
    found = Histogram(edges)
    for seconds in (-5.0, *edges, edges[-1] + 1):
        found.add(seconds)
    counts = [count for _, count in found.cumulative]
    assert counts == [2 + number for number in range(len(edges) + 1)]
    assert all(one <= other for one, other in pairwise(edges))
    assert found.sum == sum(edges) + edges[-1] + 1


def test_what_was_turned_away_is_told_by_its_kind(engine: Engine, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for title in ("A", "A", "B"):
            turned_away(session, kind="association", reason="unknown", now=NOW, calling_ae=title)
    with reading(engine) as session:
        assert tally.refused(session) == {"association": 3}
