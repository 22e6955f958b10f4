"""The count of the source as evidence, on real rows with a clock that is turned by hand: no process, no network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from db import inbox
from db.schema import Event, Series, Study
from db.session import Sessions, open_sessions
from dicom_node.counting import Counting, counts_of
from dicom_node.pacs.query import NoAnswer
from dicom_node.rounds import Rounds
from dicom_node.work.engine import Work
from tests.db.factories import NOW, make_arrival, register
from tests.factories import make_settings, rows
from tests.wire.peers import database

SERIES, STUDY = "1.2.3", "1.2"
RULES = {"count_settle": 10, "series_quiet": 30, "series_timeout": 1800, "study_quiet": 120, "study_timeout": 7200}


@dataclass
class World:
    """A node's rows and a source, with the seconds that have passed since `NOW`."""

    sessions: Sessions
    busy: set[str] = field(default_factory=set)
    says: Mapping[str, Mapping[str, int]] | str = field(default_factory=dict)
    """StudyInstanceUID -> SeriesInstanceUID -> number of images; a text is why it does not answer."""
    asked: list[str] = field(default_factory=list)
    choices: list[Work] = field(default_factory=list)
    seconds: int = 0
    counting: Counting = field(init=False)
    rounds: Rounds = field(init=False)

    def now(self) -> Any:
        return NOW + timedelta(seconds=self.seconds)

    def ask(self, study: str) -> Mapping[str, int]:
        self.asked.append(study)
        if isinstance(self.says, str):
            raise NoAnswer(self.says)
        return self.says.get(study, {})

    def known(self, _session: object) -> Mapping[Work, int]:
        """Nobody is at it: what is due is handed over each time."""
        return {}

    def hand_over(self, _session: object, work: Work, priority: int = 0) -> None:
        self.choices.append(work)

    def arrive(self, *numbers: int, released: bool = True, **changes: Any) -> None:
        """Images of a series arrive now; then their association ends, or keeps the series busy."""
        series = changes.get("series_instance_uid", SERIES)
        arrivals = [make_arrival(number, received_at=self.now(), **changes) for number in numbers]
        with self.sessions.begin() as session:
            register(session, *arrivals)
            if released:
                inbox.association_ended(session, [series], released=True)
        (self.busy.discard if released else self.busy.add)(series)

    def turn(self, seconds: int, every: int = 1) -> None:
        """Let time pass: every second, or more rarely, a question and a round."""
        for _ in range(0, seconds, every):
            self.seconds += every
            self.counting.ask_one()
            self.rounds.close()

    def state(self, series: str = SERIES) -> str:
        return str(rows(self.sessions, Series, series_instance_uid=series)[0].state)

    def why(self, state: str = "closed") -> list[str]:
        """The reasons for which anything came to a state."""
        return [event.reason for event in rows(self.sessions, Event, to_state=state)]


def start(world: World, **source: Any) -> World:
    """Start, or start again: what was heard is forgotten, rows stay."""
    settings = make_settings(Path("/nowhere"), source=[{"ae_title": "SCANNER"} | source], study=RULES)
    world.counting = Counting(
        source=settings.source[0], sessions=world.sessions, ask=world.ask, now=world.now, news=lambda: None
    )
    world.rounds = Rounds(
        settings=settings,
        sessions=world.sessions,
        engine=cast(Any, world),
        card=cast(Any, None),
        now=world.now,
        busy_series=lambda: frozenset(world.busy),
        counts=partial(counts_of, {"SCANNER": world.counting}),
    )
    return world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with database(tmp_path) as engine:
        yield start(World(open_sessions(engine)))


@pytest.fixture
def finished(world: World) -> World:
    return start(world, forwards="finished")


def test_a_series_closes_when_the_count_equals_what_arrived_and_stood(world: World) -> None:
    world.says = {STUDY: {SERIES: 3}}
    world.arrive(1, 2, 3, released=False)
    world.turn(10)
    assert world.state() == "receiving"
    world.turn(1)
    assert (world.state(), world.why()) == ("closed", ["all 3 images that the source counts have arrived"])


def test_a_source_that_grows_every_3_s_with_equal_counts_at_every_poll_is_never_closed_early(world: World) -> None:
    for number in range(1, 101):
        world.says = {STUDY: {SERIES: number}}
        world.arrive(number, released=number % 2 == 0)
        world.turn(3)
        assert world.state() == "receiving", number
    world.turn(8)
    assert world.state() == "closed"
    assert world.why() == ["all 100 images that the source counts have arrived"]


def test_the_last_image_closes_a_series_whose_count_stands_already(world: World) -> None:
    world.says = {STUDY: {SERIES: 3}}
    world.arrive(1, 2, released=False)
    world.turn(20)
    assert world.state() == "receiving"
    world.arrive(3, released=False)
    world.rounds.close()
    assert world.state() == "closed"


def test_one_equal_answer_of_a_source_that_sends_finished_series_is_enough(finished: World) -> None:
    finished.says = {STUDY: {SERIES: 2}}
    finished.arrive(1, 2, released=False)
    finished.turn(1)
    assert finished.state() == "closed"


def test_a_release_closes_a_finished_series_before_anybody_was_asked(finished: World) -> None:
    finished.arrive(1, 2)
    finished.rounds.close()
    assert (finished.state(), finished.asked) == ("closed", [])


NO_EVIDENCE = {
    "no match": {},
    "empty": {STUDY: {SERIES: 0}},
    "failing": "status 0xA700",
    "refused": "association rejected",
    "hanging": "no answer in time",
    "smaller": {STUDY: {SERIES: 2}},
    "larger": {STUDY: {SERIES: 99}},
}


@pytest.mark.parametrize("says", NO_EVIDENCE.values(), ids=NO_EVIDENCE)
def test_a_count_that_is_no_evidence_leaves_an_even_series_to_quiet(says: Any, world: World) -> None:
    world.says = says
    world.arrive(1, 2, 3)
    world.turn(29)
    assert world.state() == "receiving"
    world.turn(1)
    assert world.why()[0].startswith("released, quiet for 30 s, slices contiguous")


@pytest.mark.parametrize("says", NO_EVIDENCE.values(), ids=NO_EVIDENCE)
def test_a_count_that_is_no_evidence_leaves_a_gapped_series_to_the_timeout(says: Any, world: World) -> None:
    world.says = says
    world.arrive(1, 2, 4)
    world.turn(1740, every=60)
    world.turn(59, every=59)
    assert world.state() == "receiving"
    world.turn(1)
    assert world.why()[0].startswith("nothing new for 1800 s")


def test_the_reason_tells_a_count_that_differs(world: World) -> None:
    world.says = {STUDY: {SERIES: 99}}
    world.arrive(1, 2, 3)
    world.turn(30)
    assert world.why()[0].endswith("slices contiguous (the source counts 99 images, 3 arrived)")


def test_a_gapped_or_interrupted_series_need_not_wait_when_the_source_counts_no_more(world: World) -> None:
    world.says = {STUDY: {SERIES: 3}}
    world.arrive(1, 2, 9, released=False)
    world.busy.clear()
    world.turn(11)
    assert world.state() == "closed"


def test_silence_between_two_equal_answers_does_not_make_them_differ(world: World) -> None:
    world.arrive(1, 2, released=False)
    world.says = {STUDY: {SERIES: 2}}
    world.turn(1)
    world.says = "no answer in time"
    world.turn(20)
    assert world.state() == "receiving"
    world.says = {STUDY: {SERIES: 2}}
    world.turn(1)
    assert world.state() == "closed"


def test_after_a_restart_the_source_is_asked_twice_again(world: World) -> None:
    world.says = {STUDY: {SERIES: 2}}
    world.arrive(1, 2, released=False)
    world.turn(10)
    start(world).turn(10)
    assert world.state() == "receiving"
    world.turn(1)
    assert world.state() == "closed"


def test_two_associations_with_a_pause_longer_than_the_quiet_time_are_one_series_by_count(world: World) -> None:
    world.says = {STUDY: {SERIES: 5}}
    world.arrive(1, 2, 4)  # a gap, so that quiet alone says nothing
    world.turn(90)
    world.arrive(3, 5)
    world.turn(1)
    assert world.why() == ["all 5 images that the source counts have arrived"]


def test_a_pause_longer_than_the_quiet_time_opens_an_even_series_again_and_is_one_choice(world: World) -> None:
    """Nobody is asked: the first half is closed, the second opens it, and the study waits for both."""
    world.says = "never asked"
    world.arrive(1, 2, 3)
    world.turn(90)
    assert world.state() == "closed"
    world.arrive(4, 5)
    assert (world.state(), world.choices) == ("receiving", [])
    world.turn(150)
    (study,) = rows(world.sessions, Study)
    assert (world.state(), world.choices) == ("closed", [Work("choose", study.id)])


def test_a_late_image_makes_old_counts_worthless(world: World) -> None:
    world.says = {STUDY: {SERIES: 2}}
    world.arrive(1, 2)
    world.turn(11)
    world.arrive(3)
    world.says = {STUDY: {SERIES: 3}}
    world.turn(10)
    assert world.state() == "receiving"
    world.turn(1)
    assert world.state() == "closed"


def test_a_correction_on_its_way_is_not_closed_by_the_count_of_what_it_corrects(world: World) -> None:
    world.says = {STUDY: {SERIES: 3}}
    world.arrive(1, 2, 3)
    world.turn(11)
    corrected = {"identity_digest": "corrected", "patient_id": "P-2"}
    for number in (1, 2):
        world.arrive(number, path=f"spool/{number}.dcm", released=False, **corrected)
    world.turn(20)
    assert world.state() == "receiving"
    world.arrive(3, path="spool/3.dcm", released=False, **corrected)
    world.rounds.close()
    assert world.state() == "closed"


def test_a_study_of_finished_series_is_settled_when_all_that_is_counted_arrived(finished: World) -> None:
    finished.says = {STUDY: {SERIES: 2, "1.2.4": 1, "1.2.5": 1}}
    finished.arrive(1, 2)
    finished.turn(40)
    finished.arrive(3, series_instance_uid="1.2.4")
    finished.turn(40)
    assert finished.choices == []
    finished.arrive(4, series_instance_uid="1.2.5")
    finished.turn(1)
    assert finished.why("settled") == ["all series that the source counts have arrived"]
    assert len(finished.choices) == 1


def test_a_study_is_not_settled_by_a_list_of_series_that_grew_just_now(finished: World) -> None:
    finished.says = {STUDY: {SERIES: 2}}
    finished.arrive(1, 2)
    finished.turn(10)
    finished.says = {STUDY: {SERIES: 2, "1.2.4": 1}}
    finished.arrive(3, series_instance_uid="1.2.4")
    finished.turn(10)
    assert finished.choices == []
    finished.turn(1)
    assert len(finished.choices) == 1


def test_a_study_of_a_growing_source_waits_for_quiet_whatever_is_counted(world: World) -> None:
    world.says = {STUDY: {SERIES: 2}}
    world.arrive(1, 2)
    world.turn(119)
    assert (world.state(), world.choices) == ("closed", [])
    world.turn(1)
    assert world.why("settled") == ["all series closed, quiet for 120 s"]


def test_studies_are_asked_about_in_turn_one_a_second_and_only_while_undecided(world: World) -> None:
    for number in (1, 2, 3):
        world.arrive(number, study_instance_uid=f"1.{number}", series_instance_uid=f"1.{number}.1", released=False)
    world.turn(6)
    assert world.asked == ["1.1", "1.2", "1.3"] * 2
    with world.sessions.begin() as session:
        session.query(Series).update({"state": "closed"})
    world.turn(5)
    assert len(world.asked) == 6
    assert not world.counting._heard


def test_a_source_is_asked_about_its_own_studies_only(world: World) -> None:
    world.arrive(1, source_ae="OTHER")
    world.turn(3)
    assert world.asked == []
