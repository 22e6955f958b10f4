"""Two results of the same image: of two models, or of a model and of the person who corrected it."""

from typing import Any

from sqlalchemy.orm import Session

from db import results, twins
from db.schema import Series
from tests.db.factories import LATER, NOW, SENT, make_asked, make_series


def measured(session: Session, series: Series, key: str, area: float, model: str | None, **asked: Any) -> None:
    question = make_asked(key, **asked)
    analysis_id = results.ask(session, series.study_id, series.id, question, now=NOW)
    assert analysis_id is not None
    assert results.take(session, analysis_id, NOW)
    facts = {"total_area_m29_150_cm2": area, "model_digest": model, "l3_index": 40}
    assert results.finish_measured(session, analysis_id, 1, facts, [], SENT, LATER)


def areas(found: Any) -> list[tuple[float | None, float | None]]:
    return [(one.reference["total_area_m29_150_cm2"], one.other["total_area_m29_150_cm2"]) for one in found]


def test_two_models_are_paired_by_the_content_of_the_series(session: Session) -> None:
    for number in (1, 2):
        series, content = make_series(session, number), {"content_digest": f"content {number}"}
        measured(session, series, f"a{number}", 100.0 + number, "aaa", **content, model_digest="a")
        measured(session, series, f"b{number}", 110.0 + number, "bbb", **content, model_digest="b")
    measured(session, make_series(session, 3), "a3", 90.0, "aaa", content_digest="content 3", model_digest="a")
    assert areas(twins.of_models(session, "aa", "bb")) == [(101.0, 111.0), (102.0, 112.0)]


def test_a_correction_is_the_reference_of_what_the_model_said_before(session: Session) -> None:
    series = make_series(session)
    measured(session, series, "model", 100.0, "aaa")
    measured(session, series, "person", 104.0, None, labels_digest="painted")
    (pair,) = twins.corrections(session)
    assert areas([pair]) == [(104.0, 100.0)]
    assert pair.same_slice
    assert list(twins.of_models(session, "aa", "bb")) == []
