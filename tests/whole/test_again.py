"""Results asked for again: by a new model or with a stated height; kept, superseded, last in line, not delivered."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from db import body
from db.priority import Priority
from db.questions import Filter
from db.schema import Analysis, Delivery, Measurement, Study
from dicom_node import again
from dicom_node.job import Measured
from tests.factories import rows, study_files
from tests.whole.test_steps import NOW, STUDY, Scene, scene

__all__ = ["scene"]

MEASURED = Measured(
    facts={"total_area_m29_150_cm2": 120.0, "model_status": "research"},
    doubts=(),
    objects=(),
    basis_npz=b"basis",
    evidence_png=None,
    around_webp=None,
    image_nii=b"image",
    label_nii=b"label",
    seconds={"all": 1.0},
)


@pytest.fixture
def measured(scene: Scene) -> Scene:
    """One study, measured and current."""
    scene.receive(study_files(scene.data / "spool" / "incoming" / "a", **STUDY))
    scene.settle()
    scene.analyse(MEASURED)
    assert [row.is_current for row in rows(scene.sessions, Analysis)] == [True]
    return scene


def chosen(scene: Scene) -> list[int]:
    return again.chosen(scene.steps.settings.database_url, Filter())


def test_nothing_is_asked_again_that_would_be_the_same(measured: Scene) -> None:
    assert len(chosen(measured)) == 1
    assert again.stale(measured.steps, chosen(measured)) == []


def test_a_new_model_makes_a_revision_that_stays_here(measured: Scene) -> None:
    steps = measured.steps
    other = type(steps)(
        settings=steps.settings,
        sessions=steps.sessions,
        engine=steps.engine,
        card=replace(steps.card, digest="f" * 64),
        now=steps.now,
    )
    stale = again.stale(other, chosen(measured))
    assert stale == chosen(measured)
    (told,) = again.ask_again(other, stale, "", "admin")
    assert told.startswith("asked for")
    old, new = rows(measured.sessions, Analysis)
    assert (new.supersedes_id, new.priority, new.state) == (old.id, Priority.BACKFILL, "queued")

    measured.steps = other
    measured.analyse(MEASURED)
    old, new = rows(measured.sessions, Analysis)
    assert (old.state, old.is_current, new.is_current) == ("superseded", False, True)
    assert len(rows(measured.sessions, Measurement)) == 2
    assert rows(measured.sessions, Delivery) == []
    assert chosen(measured) == [new.id]


def test_a_stated_height_is_part_of_the_question_and_goes_to_the_worker(measured: Scene) -> None:
    with measured.sessions.begin() as session:
        key = measured.steps.key_of(session.scalars(select(Study)).one())
        assert key
        body.state(session, key, height_m=1.71, source="entered on the page", actor="ada", now=NOW)
    stale = again.stale(measured.steps, chosen(measured))
    assert stale == chosen(measured)
    list(again.ask_again(measured.steps, stale, "", "admin"))
    bench = measured.analyse(MEASURED)
    assert bench.jobs[-1].body.height_m == 1.71
    assert bench.jobs[-1].body.height_source == "entered on the page, date not stated"
