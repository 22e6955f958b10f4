"""What the worklist shows, and in which order."""

import re

import pytest

from db import results, reviews
from db.accounts import Role
from db.reviews import Reviewer
from tests.db.factories import NOW, make_stored
from tests.web.cases import FACTS, HELD, held_case
from tests.web.conftest import Site


def waiting(text: str) -> str:
    """The part of the page that waits for a person."""
    return text.partition('id="reviews"')[2].partition("</section>")[0]


def test_what_waits_for_a_person_comes_first_the_oldest_on_top_and_is_counted_by_study(site: Site) -> None:
    held_case(site.room.sessions, site.settings.node.data, 2, patient_id="P-2")
    page = site.signed_in(Role.REVIEWER).get("/").text
    assert page.index('id="reviews"') < page.index('id="all"')
    assert re.findall(r'data-href="/studies/(\d+)"', waiting(page)) == ["1", "2"]
    assert '<span class="count">2</span>' in waiting(page)


def test_a_study_with_another_slice_on_its_way_is_counted_once(site: Site) -> None:
    with site.room.sessions.begin() as session:
        analysis = reviews.another_slice(session, 1, 31, Reviewer(account="ada", name="Ada^A"), NOW)
        assert results.take(session, analysis, NOW)
        stored = [make_stored("other", kind) for kind in ("seg", "sr", "key")]
        assert results.finish_measured(session, analysis, 1, FACTS, stored, HELD, NOW)
    page = site.signed_in(Role.REVIEWER).get("/").text
    assert re.findall(r'data-href="/studies/(\d+)"', waiting(page)) == ["1"]
    assert '<span class="count">1</span>' in waiting(page)


@pytest.mark.parametrize(("text", "found"), [("P-2", ["2"]), ("nobody", [])])
def test_a_search_finds_studies_by_what_begins_so(site: Site, text: str, found: list[str]) -> None:
    held_case(site.room.sessions, site.settings.node.data, 2, patient_id="P-2")
    page = site.signed_in(Role.REVIEWER).get("/", params={"text": text}).text
    assert re.findall(r'data-href="/studies/(\d+)"', page) == found
    assert ("No study fits" in page) == (not found)


def test_a_viewer_can_not_search_by_patient(site: Site) -> None:
    page = site.signed_in(Role.VIEWER).get("/", params={"text": "P-1"}).text
    assert re.findall(r'data-href="/studies/(\d+)"', page)
    assert "P-1<" not in page
