"""Models are remembered once and released by a person, and every step of it is an event."""

import pytest
from sqlalchemy.orm import Session

from db import models
from db.models import NoSuchModel
from db.schema import Model
from tests.db.factories import LATER, NOW, make_seen


def told(session: Session, model: Model) -> list[tuple[str, str, str | None]]:
    session.flush()
    return [(event.actor, event.to_state, event.reason) for event in models.audit(session, model)]


def test_a_model_is_remembered_once_with_where_it_is(session: Session) -> None:
    first = models.remember(session, make_seen(), now=NOW, actor="admin")
    again = models.remember(session, make_seen(), now=LATER)

    assert again is first
    assert (first.state, first.first_seen_at, first.path) == ("research", NOW, "/models/l3")
    assert told(session, first) == [("admin", "research", "/models/l3")]


def test_what_the_folder_says_otherwise_later_is_taken_over_and_recorded(session: Session) -> None:
    models.remember(session, make_seen(), now=NOW)
    model = models.remember(session, make_seen(version="2", limits='{"cases": 9}'), now=LATER)

    assert (model.version, model.limits) == ("2", '{"cases": 9}')
    assert told(session, model)[1:] == [("node", "research", "the folder says otherwise: version, limits")]


def test_a_release_names_the_person_the_date_and_the_reason(session: Session) -> None:
    model = models.remember(session, make_seen(), now=NOW)

    assert models.release(session, model, by="Dr. A", why="validated on 60 cases", now=LATER)
    session.refresh(model)
    assert (model.state, model.released_by, model.released_at) == ("released", "Dr. A", LATER)
    assert model.reason == "validated on 60 cases"
    assert told(session, model)[-1] == ("Dr. A", "released", "validated on 60 cases")
    assert models.state_of(session, make_seen()) == "released"


@pytest.mark.parametrize("state", ["demonstration", "released"])
def test_only_a_research_model_can_be_released(session: Session, state: str) -> None:
    model = models.remember(session, make_seen(state=state), now=NOW)

    assert not models.release(session, model, by="Dr. A", why="wanted", now=LATER)
    assert (model.state, len(told(session, model))) == (state, 1)


def test_the_node_that_sees_a_released_model_again_leaves_it_released(session: Session) -> None:
    model = models.remember(session, make_seen(), now=NOW)
    models.release(session, model, by="Dr. A", why="validated", now=NOW)
    session.refresh(model)

    assert models.remember(session, make_seen(state="research"), now=LATER).state == "released"


@pytest.mark.parametrize("card", [{"limits": '{"cases": 9}'}, {"name": "Better"}, {"version": "2"}], ids=str)
def test_a_released_model_whose_card_changes_is_research_again(session: Session, card: dict[str, str]) -> None:
    model = models.remember(session, make_seen(), now=NOW)
    models.release(session, model, by="Dr. A", why="validated", now=NOW)
    session.refresh(model)

    assert models.state_of(session, make_seen(**card)) == "research"  # before it is remembered as well as after
    assert models.remember(session, make_seen(**card), now=LATER).state == "research"
    assert (model.released_by, model.released_at) == (None, None)
    assert told(session, model)[-2][1:] == ("research", "its card has changed since Dr. A released it")
    assert models.state_of(session, make_seen(**card)) == "research"


def test_a_released_model_that_was_moved_to_another_folder_stays_released(session: Session) -> None:
    model = models.remember(session, make_seen(), now=NOW)
    models.release(session, model, by="Dr. A", why="validated", now=NOW)
    session.refresh(model)

    assert models.state_of(session, make_seen(path="/elsewhere")) == "released"
    assert models.remember(session, make_seen(path="/elsewhere"), now=LATER).state == "released"


def test_a_model_is_found_by_the_beginning_of_its_digest(session: Session) -> None:
    for digest in ("abc1", "abd2"):
        models.remember(session, make_seen(digest), now=NOW)

    assert models.find(session, "abd").digest == "abd2"
    for beginning in ("ab", "x", "%"):
        with pytest.raises(NoSuchModel):
            models.find(session, beginning)


def test_nothing_is_said_of_a_model_that_was_never_seen(session: Session) -> None:
    assert models.state_of(session, make_seen()) is None
    assert list(models.known(session)) == []
