"""What the case page says of a decision, and what it lets a reviewer do."""

from db import results, reviews
from db.accounts import Role
from db.reviews import Reviewer
from tests.db.factories import NOW
from tests.web.conftest import Site

ADA = Reviewer(account="ada", name="Lovelace^Ada")


def test_an_approved_result_is_being_sent_until_its_objects_are_there(site: Site) -> None:
    with site.room.sessions.begin() as session:
        reviews.approve(session, 1, "labels", ADA, NOW)
    browser = site.signed_in(Role.REVIEWER)
    assert "being sent" in browser.get("/").text
    page = browser.get("/studies/1").text
    assert "ada decided. The objects are being made and sent" in page
    assert 'id="approve"' not in page


def test_a_decision_that_came_to_nothing_is_told_and_decided_again(site: Site) -> None:
    with site.room.sessions.begin() as session:
        made = reviews.approve(session, 1, "labels", ADA, NOW)
        assert results.take(session, made, NOW)
        results.give_up(session, made, 1, "no space left on device", attempts=1, now=NOW)
    page = site.signed_in(Role.REVIEWER).get("/studies/1").text
    assert "What ada decided at" in page
    assert "came to nothing: no space left on device" in page
    assert 'id="approve"' in page
