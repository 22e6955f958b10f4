"""What the case page says of a decision, and what it lets a reviewer do."""

import re

import pytest

from db import purging, results, reviews
from db.accounts import Role
from db.reviews import Reviewer
from db.schema import Measurement, Study
from reporting.digest import digest_of
from tests.db.factories import NOW, make_arrival, register
from tests.web.cases import held_case, mask
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


def test_a_viewer_follows_a_patient_by_a_code_and_no_name(site: Site) -> None:
    data = site.settings.node.data
    held_case(site.room.sessions, data, 2)
    held_case(site.room.sessions, data, 3, patient_id="P-2")
    key = site.room.key_of(Study(patient_id="P-1"))
    assert key is not None
    browser = site.signed_in(Role.VIEWER)
    names = re.findall(r">Patient ([0-9a-f]{10})</a>", browser.get("/?sort=newest&state=held").text)
    assert names[1] == names[2] == key[:10]
    assert names[0] != key[:10]
    with site.room.sessions.begin() as session:
        for row in session.query(Measurement):
            row.patient_key = site.room.key_of(row.analysis.study)
    case = browser.get("/studies/1").text
    assert f'href="/?text={key[:10]}"' in case
    listed = browser.get("/", params={"text": key[:10]}).text
    assert re.findall(r'data-href="/studies/(\d+)"', listed) == ["2", "1"]


def test_a_height_that_is_stated_gives_the_index_at_once_and_stands_on_the_page(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    address = "/api/v1/analyses/1"
    before = browser.post(f"{address}/measure", content=mask().tobytes()).json()
    assert browser.post(f"{address}/body", json={"height_m": 1.5}).status_code == 200
    after = browser.post(f"{address}/measure", content=mask().tobytes()).json()
    area = after["tissues"]["total"]["area_m29_150_cm2"]
    assert before["smi_m29_150_cm2_m2"] == pytest.approx(area / 1.71**2)
    assert after["smi_m29_150_cm2_m2"] == pytest.approx(area / 1.5**2)
    page = browser.get("/studies/1").text
    assert "1.50 m" in page
    assert "stated by reviewer, date not stated" in page
    assert f"<span data-smi>{120.4 / 1.5**2:.1f}</span>" in page


@pytest.mark.parametrize(("seen", "status"), [("0", 409), ("1", 200), (None, 200)])
def test_a_decision_is_not_taken_over_a_mask_that_another_is_painting(
    seen: str | None, status: int, site: Site
) -> None:
    first, second = site.signed_in(Role.REVIEWER, "first"), site.signed_in(Role.REVIEWER, "second")
    first.get("/")
    assert first.request("PUT", "/api/v1/analyses/1/draft", content=mask().tobytes()).status_code == 200
    headers = {"accept": "application/json"} | ({"x-version": seen} if seen else {})
    answer = second.post("/api/v1/analyses/1/reject", json={"why": "not L3"}, headers=headers)
    assert answer.status_code == status
    assert ("first saved another mask" in answer.text) is (status == 409)


def test_a_saved_mask_is_not_thrown_away_unseen(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    browser.get("/")
    browser.request("PUT", "/api/v1/analyses/1/draft", content=mask().tobytes())
    assert browser.request("DELETE", "/api/v1/analyses/1/draft", headers={"x-version": "0"}).status_code == 409
    assert browser.request("DELETE", "/api/v1/analyses/1/draft", headers={"x-version": "1"}).status_code == 204
