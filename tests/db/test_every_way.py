"""Whatever the world does, in whatever order: no illegal move, nothing stuck, one current result, an event for all.

Hypothesis drives the real functions on SQLite: images arrive, associations break, clocks are set, attempts fail,
people decide, parcels go.  Then the world goes on without faults, and every row must come to rest.
"""

import shutil
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.orm import Session

from config.settings import StudySettings
from db import clock, inbox, jobs, outbox, results, reviews
from db.results import Asked, Disposition
from db.schema import Analysis, Base, Delivery, Series, Study
from db.session import open_engine, open_sessions, upgrade
from db.states import RESTS, TABLES, TRANSITIONS, Entity, in_state, move, story
from dicom_node.rounds import Rounds
from tests.db.factories import NOW, ask, make_arrival, make_series, make_stored, register
from tests.factories import SCALE

ATTEMPTS = 3
DR_A = reviews.Reviewer(account="a", name="A^Dr.")
IDS = st.integers(0, 2)
ENTITIES = (Entity.STUDY, Entity.SERIES, Entity.ANALYSIS, Entity.DELIVERY)
MIGRATED = Path(tempfile.mkdtemp()) / "l3node.sqlite"
WAITS = StudySettings(series_quiet=30, study_quiet=120, series_timeout=600, study_timeout=1200)


class World(RuleBasedStateMachine):
    """Three studies of two series each, on one node."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "l3node.sqlite"
        if not MIGRATED.exists():
            upgrade(f"sqlite:///{MIGRATED}")
        shutil.copy(MIGRATED, path)
        self.engine = open_engine(f"sqlite:///{path}")
        self.sessions = open_sessions(self.engine)
        self.now, self.leap, self.images, self.decisions = NOW, timedelta(), 0, 0
        shared: dict[str, Any] = {"engine": self, "card": None, "now": lambda: self.now, "leapt": self._leapt}
        told = SimpleNamespace(study=WAITS, source=())
        self.rounds = Rounds(settings=told, sessions=self.sessions, busy_series=frozenset, **shared)

    def hand_over(self, *_: object) -> None:
        """An engine that forgets everything: the rows are the truth."""

    def _leapt(self) -> timedelta:
        leap, self.leap = self.leap, timedelta()
        return leap

    def teardown(self) -> None:
        """The world goes on without faults: everything comes to rest, and says why."""
        self.go_on()
        with self.sessions() as session:
            for entity in ENTITIES:
                for row in session.query(TABLES[entity]).all():
                    assert row.state in RESTS[entity], f"{entity} {row.id} is stuck in {row.state}"  # type: ignore[attr-defined]
                    unexplained = row.state in ("not_measured", "dead", "ignored", "held") and not row.reason  # type: ignore[attr-defined]
                    assert not unexplained
        self.engine.dispose()
        self._folder.cleanup()

    def go_on(self) -> None:
        """Hours without a fault."""
        with self.sessions.begin() as session:
            results.recover(session, ATTEMPTS, self.now)
            inbox.association_ended(session, [f"1.2.{n}.{m}" for n in range(3) for m in range(2)], released=True)
        for _ in range(12):
            self.now += timedelta(seconds=400)
            self.rounds.close()
            self.choose()
            with self.sessions.begin() as session:
                for analysis_id, _ in results.due(session, self.now, 100):
                    if row := results.take(session, analysis_id, self.now):
                        self._measured(session, row, None)
                for destination in outbox.due(session, self.now):
                    for parcel in outbox.take(session, destination, self.now):
                        outbox.sent(session, parcel.delivery_id, self.now)

    @initialize(study=IDS)
    def begin(self, study: int) -> None:
        self.arrive(study, 0, 0, 0)

    @rule(study=IDS, series=st.integers(0, 1), number=st.integers(0, 3), identity=st.integers(0, 1))
    def arrive(self, study: int, series: int, number: int, identity: int) -> None:
        """An image: new, the same again, or with another identity."""
        self.images += 1
        uid = f"1.2.{study}.{series}"
        arrival = make_arrival(
            path=f"spool/incoming/a/{self.images}.dcm",
            study_instance_uid=f"1.2.{study}",
            series_instance_uid=uid,
            sop_instance_uid=f"{uid}.{number}",
            pixels_digest=f"{uid}.{number}",
            identity_digest=f"identity {identity}",
            received_at=self.now,
        )
        with self.sessions.begin() as session:
            register(session, arrival)

    @rule(study=IDS, series=st.integers(0, 1), released=st.booleans())
    def association_ends(self, study: int, series: int, released: bool) -> None:
        with self.sessions.begin() as session:
            inbox.association_ended(session, [f"1.2.{study}.{series}"], released=released)

    @rule(seconds=st.integers(1, 900))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.rounds.close()

    @rule(hours=st.integers(-48, 48).filter(bool))
    def somebody_sets_the_clock(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.leap += timedelta(hours=hours)
        self.rounds.close()

    @rule()
    def choose(self) -> None:
        """As the node does: the first closed series is the best."""
        with self.sessions.begin() as session:
            for study_id in in_state(session, Entity.STUDY, ["settled"]):
                self._choose(session, study_id)

    def _choose(self, session: Session, study_id: int) -> None:
        closed = [one for one in session.get_one(Study, study_id).series if one.state != "receiving"]
        for number, series in enumerate(sorted(closed, key=lambda one: one.id)):
            to = "ignored" if number else "chosen"
            if series.state != to:
                move(session, Entity.SERIES, series.id, series.state, to, now=self.now, reason="by its score")
            if not number:
                results.ask(session, study_id, series.id, self._question(session, series), now=self.now)
        move(session, Entity.STUDY, study_id, "settled", "chosen", now=self.now, reason="judged")

    def _question(self, session: Session, series: Series) -> Asked:
        content = ",".join(sorted(one.pixels_digest for one in series.instances))[-60:]
        identity = ",".join(sorted(inbox.identities(session, series.id)))
        key = f"{series.id}:{hash((content, identity))}"
        return Asked(key=key, content_digest=content, identity_digest=identity, model_digest="m", analysis_digest="a")

    @rule(how=st.sampled_from(["sent", "held", "not measured", "fault", "lost", "outdated", "late"]))
    def work(self, how: str) -> None:
        """One attempt at the most urgent request, and what became of it."""
        with self.sessions.begin() as session:
            for analysis_id, _ in results.due(session, self.now, 1):
                if how == "outdated":
                    results.outdated(session, analysis_id, self.now)
                elif row := results.take(session, analysis_id, self.now):
                    self._finished(session, row, how)

    def _finished(self, session: Session, row: Analysis, how: str) -> None:
        if how in ("sent", "held"):
            self._measured(session, row, "in doubt" if how == "held" else None)
        elif how == "not measured":
            assert results.finish_not_measured(session, row.id, row.attempt, "l3_uncertain: told so", self.now)
        elif how == "fault":
            results.give_up(session, row.id, row.attempt, "fault", attempts=ATTEMPTS, now=self.now)
        elif how == "late":  # of a worker that was lost an attempt ago
            assert not results.finish_not_measured(session, row.id, row.attempt - 1, "late", self.now)

    def _measured(self, session: Session, row: Analysis, held: str | None) -> None:
        stored = [make_stored(f"{row.id}", kind) for kind in ("seg", "sr")]
        to = Disposition(held=held, destinations=("PACS",))
        assert results.finish_measured(session, row.id, row.attempt, {}, stored, to, self.now)

    @rule()
    def the_node_dies_and_starts(self) -> None:
        with self.sessions.begin() as session:
            results.recover(session, ATTEMPTS, self.now)

    @rule(how=st.sampled_from(["approve", "correct", "slice", "reject", "expire"]))
    def a_person_decides(self, how: str) -> None:
        with self.sessions.begin() as session:
            for analysis_id in in_state(session, Entity.ANALYSIS, ["held", "not_measured"], 1):
                try:
                    self._decided(session, analysis_id, how)
                except reviews.Overtaken:
                    session.rollback()

    def _decided(self, session: Session, analysis_id: int, how: str) -> None:
        self.decisions += 1
        seen = (session, analysis_id)
        if how == "approve":
            reviews.approve(*seen, "labels", DR_A, self.now)
        elif how == "correct":
            reviews.correct(*seen, f"labels {self.decisions}", DR_A, self.now)
        elif how == "slice":
            reviews.another_slice(*seen, self.decisions, DR_A, self.now)
        elif how == "reject":
            reviews.reject(*seen, "wrong", DR_A, self.now)
        else:
            reviews.expire(session, 1, self.now + timedelta(days=2))

    @rule(which=st.integers(1, 9), retry=st.booleans())
    def an_operator_steps_in(self, which: int, retry: bool) -> None:
        with self.sessions.begin() as session:
            try:
                if retry:
                    jobs.retry(session, which, actor="admin", now=self.now)
                else:
                    jobs.cancel(session, which, why="told so", actor="admin", now=self.now)
            except jobs.Refused:
                session.rollback()

    @rule(fate=st.sampled_from(["sent", "put off", "bury"]))
    def send(self, fate: str) -> None:
        with self.sessions.begin() as session:
            for destination in outbox.due(session, self.now):
                for parcel in outbox.take(session, destination, self.now):
                    if fate == "sent":
                        outbox.sent(session, parcel.delivery_id, self.now)
                    elif fate == "put off":
                        outbox.put_off(session, parcel.delivery_id, "no answer", self.now)
                    else:
                        outbox.bury(session, parcel.delivery_id, "damaged", self.now)

    @invariant()
    def one_result_of_a_study_is_current_and_no_superseded_one_is_on_its_way(self) -> None:
        with self.sessions() as session:
            current = [row.study_id for row in session.query(Analysis).filter(Analysis.is_current)]
            assert len(current) == len(set(current))
            for parcel in session.query(Delivery).filter(Delivery.state == "pending"):
                assert parcel.artifact.analysis.state == "done"

    @invariant()
    def what_is_done_has_its_objects_and_parcels(self) -> None:
        with self.sessions() as session:
            for row in session.query(Analysis).filter(Analysis.state == "done"):
                assert row.artifacts
                assert row.is_current

    @invariant()
    def the_events_of_a_row_lead_to_where_it_is(self) -> None:
        with self.sessions() as session:
            told: dict[tuple[str, int], list[tuple[str | None, str]]] = defaultdict(list)
            for event in story(session):
                told[event.entity, event.entity_id].append((event.from_state, event.to_state))
            for entity in ENTITIES:
                for row in session.query(TABLES[entity]).all():
                    _lead(entity, told[entity, row.id], row)  # type: ignore[attr-defined]


def _lead(entity: Entity, moves: list[tuple[str | None, str]], row: Base) -> None:
    at: str | None = None
    for frm, to in moves:
        assert frm == at
        assert frm in (None, to) or (frm, to) in TRANSITIONS[entity]
        at = to
    assert at == row.state  # type: ignore[attr-defined]


World.TestCase.settings = settings(
    max_examples=15 * SCALE,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestWhateverTheWorldDoes = World.TestCase


def test_a_wait_that_a_wrong_clock_wrote_ends(session: Session) -> None:
    analysis_id = ask(session, make_series(session), now=NOW + timedelta(days=400))
    assert results.due(session, NOW, 1) == [(analysis_id, 0)]
    assert results.take(session, analysis_id, NOW)


def quiet(session: Session) -> tuple[datetime, datetime]:
    row = session.query(Series).one()
    return row.first_at, row.last_at


def test_a_clock_set_back_makes_quiet_begin_again_and_one_set_ahead_moves_it(session: Session) -> None:
    register(session, make_arrival())
    hour = timedelta(hours=1)
    clock.set_back(session, NOW - hour)
    session.expire_all()
    assert quiet(session) == (NOW - hour, NOW - hour)
    clock.set_ahead(session, hour, NOW)
    session.flush()
    assert quiet(session) == (NOW, NOW)
    clock.set_ahead(session, hour, NOW + timedelta(minutes=5))
    session.flush()
    assert quiet(session) == (NOW, NOW)  # what came after the clock was set stays
