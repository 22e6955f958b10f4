"""The steps and the clock's rounds on real rows and files, with a stand-in for the worker: no process, no network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from config.settings import AnalysisSettings
from db import inbox, jobs
from db.priority import Priority
from db.schema import Analysis, Series, Study
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node.job import Job, NotMeasured, Outcome
from dicom_node.receive.register import read_arrival
from dicom_node.rounds import Rounds
from dicom_node.steps import Steps
from dicom_node.work.bench import Closed
from dicom_node.work.embedded import Embedded
from dicom_node.work.engine import Work
from dicom_node.worker import model_folder
from inference.errors import Reason
from tests.db.factories import ask, make_series
from tests.enhanced import write_enhanced
from tests.factories import make_settings, rows, study_files

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Recorder:
    """An engine that remembers what it was handed."""

    def __init__(self) -> None:
        self.handed: list[Work] = []

    def known(self, _session: object) -> Mapping[Work, int]:
        """Nobody is at it: what is due is handed over each time."""
        return {}

    def hand_over(self, _session: object, work: Work, priority: int = 0) -> None:
        self.handed.append(work)


@dataclass
class Bench:
    """A worker that answers what it is told to, and remembers the jobs."""

    answer: Outcome | Exception
    jobs: list[Job] = field(default_factory=list)

    def run(self, job: Job) -> Outcome:
        self.jobs.append(job)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Scene:
    steps: Steps
    rounds: Rounds
    sessions: Sessions
    engine: Recorder
    data: Path
    busy: set[str]

    def receive(self, files: list[Path], **changes: Any) -> None:
        """Make rows of files as the registrar does."""
        arrivals = [replace(read_arrival(path, str(path.relative_to(self.data))), **changes) for path in files]
        with self.sessions.begin() as session:
            inbox.register(session, arrivals, lambda _one, _other: True)
            inbox.association_ended(session, [one.series_instance_uid for one in arrivals], released=True)

    def settle(self) -> Study:
        """Close and settle everything, then choose."""
        with self.sessions.begin() as session:
            for row in (*session.query(Series), *session.query(Study)):
                row.last_at = row.first_at = NOW - timedelta(minutes=10)
        self.rounds.close()
        (study,) = rows(self.sessions, Study)
        self.steps.choose(Work("choose", study.id))
        (study,) = rows(self.sessions, Study)
        return study

    def analyse(self, answer: Outcome | Exception) -> Bench:
        """Let the worker answer every queued analysis."""
        bench = Bench(answer)
        for analysis in rows(self.sessions, Analysis, state="queued"):
            self.steps.analyse(bench, Work("analyse", analysis.id))  # type: ignore[arg-type]
        return bench


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    settings = make_settings(tmp_path)
    upgrade(settings.database_url)
    engine = open_engine(settings.database_url)
    sessions, recorder, busy = open_sessions(engine), Recorder(), set[str]()
    shared: dict[str, Any] = {
        "settings": settings,
        "sessions": sessions,
        "engine": recorder,
        "card": model_folder(settings.analysis).card,
        "now": lambda: NOW,
    }
    rounds = Rounds(**shared, busy_series=lambda: frozenset(busy))
    yield Scene(Steps(**shared), rounds, sessions, recorder, tmp_path, busy)
    engine.dispose()


NO_L3 = NotMeasured(reason=Reason.L3_NOT_IN_SERIES, detail="told so", seconds={})
STUDY = {"StudyInstanceUID": "2.25.77"}


def two_series(folder: Path, **attributes: Any) -> tuple[list[Path], list[Path]]:
    """A soft series and a sharp one of the same study; the soft one is better."""
    soft = study_files(folder / "soft", SeriesInstanceUID="2.25.1", **STUDY, **attributes)
    sharp = {"SeriesInstanceUID": "2.25.2", "ConvolutionKernel": "B70f"}
    return soft, study_files(folder / "sharp", **sharp, **STUDY, **attributes)


def test_a_correction_after_a_fallback_asks_again_for_the_series_that_was_measured(scene: Scene) -> None:
    for files in two_series(scene.data / "sent"):
        scene.receive(files)
    scene.settle()
    scene.analyse(NO_L3)
    first, second = rows(scene.sessions, Analysis)
    assert (first.state, second.state) == ("not_measured", "queued")
    for files in two_series(scene.data / "corrected", PatientID="CORRECTED"):
        scene.receive(files)
    scene.settle()
    third = rows(scene.sessions, Analysis)[-1]
    assert third.series_id == second.series_id
    assert third.identity_digest != second.identity_digest


def test_a_late_slice_of_a_series_that_was_not_chosen_asks_nothing_anew(scene: Scene) -> None:
    soft, sharp = two_series(scene.data / "sent")
    scene.receive(soft)
    scene.receive(sharp[1:])
    scene.settle()
    scene.receive(sharp[:1])
    assert {series.state for series in rows(scene.sessions, Series)} == {"chosen", "receiving"}
    assert scene.settle().reason is not None
    assert len(rows(scene.sessions, Analysis)) == 1
    assert len(scene.analyse(NO_L3).jobs) == 1


def test_a_series_of_two_patients_is_not_asked_for(scene: Scene) -> None:
    files = study_files(scene.data / "ct")
    scene.receive(files[:40])
    scene.receive(files[40:], identity_digest="another patient")
    assert scene.settle().reason.startswith("mixed_identity: ")
    assert rows(scene.sessions, Analysis) == []


def test_a_series_of_which_nothing_can_be_read_has_its_reason_too(scene: Scene) -> None:
    good = study_files(scene.data / "good", SeriesInstanceUID="2.25.1", **STUDY)
    plain = study_files(scene.data / "plain", SeriesInstanceUID="2.25.2", **STUDY)
    scene.receive([*good, write_enhanced(plain, scene.data / "enhanced.dcm", NumberOfFrames=3)])
    assert scene.settle().reason.startswith("asked for analysis ")
    found = {series.series_instance_uid: series for series in rows(scene.sessions, Series)}
    assert (found["2.25.1"].state, found["2.25.2"].state) == ("chosen", "ignored")
    assert found["2.25.2"].reason == "not_dicom: no image of the series can be read"


def test_an_analysis_whose_series_has_changed_is_superseded_before_it_begins(scene: Scene) -> None:
    files = study_files(scene.data / "ct")
    scene.receive(files[1:])
    scene.settle()
    scene.receive(files[:1])
    assert scene.analyse(NO_L3).jobs == []
    (analysis,) = rows(scene.sessions, Analysis)
    assert analysis.state == "superseded"
    assert "changed before the analysis began" in analysis.reason
    scene.settle()
    assert [row.state for row in rows(scene.sessions, Analysis)] == ["superseded", "queued"]


def test_a_passing_fault_leaves_the_study_settled_and_the_sweep_brings_it_back(scene: Scene) -> None:
    scene.receive(study_files(scene.data / "ct"))
    with scene.sessions.begin() as session:
        session.query(Study).update({"state": "settled"})
    (study,) = rows(scene.sessions, Study)
    scene.steps.give_up(Work("choose", study.id), OperationalError("SELECT", {}, Exception("locked")))
    scene.rounds.sweep()
    assert rows(scene.sessions, Study)[0].state == "settled"
    assert scene.engine.handed == [Work("choose", study.id)]


def test_what_waits_in_the_engine_moves_up_with_the_next_sweep_when_a_person_puts_it_first(scene: Scene) -> None:
    engine = Embedded()
    rounds = replace(scene.rounds, engine=engine)
    with scene.sessions.begin() as session:
        first, second = (ask(session, make_series(session, number), str(number)) for number in (1, 2))
    rounds.sweep()
    assert set(engine.known().values()) == {Priority.ROUTINE}
    with scene.sessions.begin() as session:
        jobs.prioritise(session, second, actor="admin", now=NOW)
    rounds.sweep()
    assert engine.known() == {Work("analyse", first): Priority.ROUTINE, Work("analyse", second): Priority.PERSON}


def test_an_orderly_stop_leaves_the_row_to_the_next_start(scene: Scene) -> None:
    scene.receive(study_files(scene.data / "ct"))
    scene.settle()
    scene.analyse(Closed())
    (analysis,) = rows(scene.sessions, Analysis)
    assert (analysis.state, analysis.attempt) == ("running", 1)
    scene.rounds.recover()
    (analysis,) = rows(scene.sessions, Analysis)
    assert (analysis.state, analysis.due_at) == ("queued", NOW)


def test_a_series_that_never_ends_is_closed_with_its_study_at_the_timeout(scene: Scene) -> None:
    files = study_files(scene.data / "ct")
    scene.receive(files)
    with scene.sessions.begin() as session:
        for row in (*session.query(Series), *session.query(Study)):
            row.first_at, row.last_at = NOW - timedelta(hours=3), NOW
        session.query(Series).update({"interrupted": True})
    scene.rounds.close()
    assert [series.state for series in rows(scene.sessions, Series)] == ["closed"]
    assert [study.state for study in rows(scene.sessions, Study)] == ["settled"]


def test_a_busy_series_is_not_closed(scene: Scene) -> None:
    files = study_files(scene.data / "ct")
    scene.receive(files)
    scene.busy.add(str(read_arrival(files[0], "x").series_instance_uid))
    with scene.sessions.begin() as session:
        session.query(Series).update({"last_at": NOW - timedelta(minutes=10)})
    scene.rounds.close()
    assert [series.state for series in rows(scene.sessions, Series)] == ["receiving"]


def test_a_lost_worker_costs_attempts_until_the_row_is_dead(scene: Scene) -> None:
    from dicom_node.work.bench import WorkerLost

    scene.receive(study_files(scene.data / "ct"))
    scene.settle()
    for _ in range(scene.steps.settings.work.attempts):
        with scene.sessions.begin() as session:
            session.query(Analysis).update({"due_at": NOW})
        scene.analyse(WorkerLost("its stack"))
    (analysis,) = rows(scene.sessions, Analysis)
    assert (analysis.state, analysis.log) == ("dead", "its stack")


def test_a_queued_row_survives_a_change_of_the_settings(scene: Scene) -> None:
    scene.receive(study_files(scene.data / "ct"))
    scene.settle()
    changed = scene.steps.settings.model_copy(update={"analysis": AnalysisSettings(minimum_age=20)})
    scene.steps = replace(scene.steps, settings=changed)
    assert scene.analyse(NO_L3).jobs == []
    first, second = rows(scene.sessions, Analysis)
    assert (first.state, second.state) == ("superseded", "queued")
    assert first.analysis_digest != second.analysis_digest
    assert scene.engine.handed[-1] == Work("analyse", second.id)
    assert len(scene.analyse(NO_L3).jobs) == 1
