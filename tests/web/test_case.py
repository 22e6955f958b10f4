"""What the case page says of a decision, and what it lets a reviewer do."""

import re

from db import purging, results, reviews
from db.accounts import Role
from db.reviews import Reviewer
from reporting.digest import digest_of
from tests.db.factories import NOW, make_arrival, register
from tests.web.cases import mask
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


def test_a_correction_that_is_refused_leaves_no_labels_behind(site: Site) -> None:
    with site.room.sessions.begin() as session:
        reviews.another_slice(session, 1, 31, ADA, NOW)
    labels = site.settings.node.files / "labels"
    refused = site.signed_in(Role.REVIEWER).post("/api/v1/analyses/1/correct", content=mask().tobytes())
    assert (refused.status_code, "newer revision" in refused.text) == (409, True)
    assert not labels.exists()


def test_a_correction_that_is_taken_has_its_labels(site: Site) -> None:
    taken = site.signed_in(Role.REVIEWER).post("/api/v1/analyses/1/correct", content=mask().tobytes())
    assert taken.status_code == 200
    (path,) = (site.settings.node.files / "labels").rglob("*.npz")
    assert path.stem == digest_of(mask())


def test_what_was_purged_says_that_it_is_to_be_sent_again(site: Site) -> None:
    with site.room.sessions.begin() as session:
        register(session, make_arrival(study_instance_uid="1.1", series_instance_uid="1.1.1"))
        purging.purged(session, 1, "90 days without news", NOW)
    browser = site.signed_in(Role.REVIEWER)
    page = browser.get("/studies/1").text
    assert "Send the study to this node again" in page
    assert re.search(r'<button id="approve"[^>]* disabled>', page)
    refused = browser.post("/api/v1/analyses/1/slice", json={"index": 3})
    assert (refused.status_code, "images_purged" in refused.text) == (409, True)
