"""The cohort page: who is in it, who is not, what is drawn, and what is said where nothing can be."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from db.accounts import Role
from dicom_node.cohort import overview
from tests.web.cases import corrected_case
from tests.web.conftest import RESULTS, Site

PICTURES = ("distribution", "age", "time", "agreement")
PNG = b"\x89PNG"


def asked(site: Site, address: str = "/cohort", role: Role = Role.VIEWER, **query: Any) -> httpx.Response:
    return site.signed_in(role, f"{role} {uuid4().hex}").get(address, params=query)


def tiles(page: str) -> dict[str, int]:
    """Each number on top of the page by its words."""
    found = re.findall(r'class="tile"><b>([\d,]+)</b><span>([^<]+)<', page)
    return {words: int(number.replace(",", "")) for number, words in found}


def drawn(page: str) -> list[str]:
    return re.findall(r'<img src="/cohort/pictures/(\w+)', page)


def corrected(site: Site, *less_cm2: float) -> None:
    for number, less in enumerate(less_cm2, 2):
        corrected_case(site.room.sessions, site.settings.node.data, number, less_cm2=less, index=28 + number)


def test_the_counts_come_first_and_say_how_many_are_left_out(filled: Site) -> None:
    plain, women = tiles(asked(filled).text), tiles(asked(filled, sex="F").text)
    assert plain["results"] == RESULTS
    assert 0 < plain["patients"] < RESULTS
    assert plain["results left out by these filters"] == 0
    assert women["results"] + women["results left out by these filters"] == RESULTS
    assert 0 < plain["without SMI: no height is known"] < RESULTS


def test_every_part_of_the_filter_says_whom_it_leaves_out(filled: Site) -> None:
    page = asked(filled, sex="F", min_age="120", where="kvp = 120").text
    left_out = dict(re.findall(r"<tr><td>([^<]+)</td><td class=\"n\">([\d,]+)</td></tr>", page))
    assert left_out["min age 120.0"] == str(RESULTS)
    assert {"sex F", "where kvp = 120"} < left_out.keys()
    assert f"None of {RESULTS} results is left" in page
    assert not drawn(page)


def test_what_waits_for_a_review_stands_among_those_without_a_result(site: Site) -> None:
    corrected(site, 1.0)
    page = asked(site).text
    assert tiles(page)["results"] == 1
    assert re.search(r"to be reviewed</td><td>fold agreement</td><td class=\"n\">1<", page)


@pytest.mark.parametrize("name", PICTURES[:3])
def test_each_picture_is_drawn_with_words_for_who_sees_none(filled: Site, name: str) -> None:
    page = asked(filled).text
    assert name in drawn(page)
    assert re.search(rf'pictures/{name}[^>]*width="960" height="585" alt="[^"]{{30,}}"', page)
    picture = asked(filled, f"/cohort/pictures/{name}", quantity="total_hu_m29_150_mean")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(PNG)


def test_automatic_and_corrected_results_of_a_study_are_compared(site: Site) -> None:
    corrected(site, 1.0, 2.0, 3.0)
    page = asked(site).text
    assert "Bias +2.00, 95 % limits +0.04 to +3.96, 3 pairs" in page
    assert drawn(page) == ["distribution", "agreement"]  # neither age nor date is known
    assert asked(site, "/cohort/pictures/agreement").content.startswith(PNG)
    with site.room.sessions() as session:
        found = overview.pairs(session, [3, 5, 7], "smi_m29_150_cm2_m2")
    assert [same for _, _, same in found] == [True, False, False]


def test_fewer_than_three_are_not_drawn_and_it_says_so(site: Site) -> None:
    corrected(site, 1.0, 2.0)
    page = asked(site).text
    assert page.count("Only 2 results to draw: 3 are the fewest.") >= 2
    assert drawn(page) == []
    for name in PICTURES:
        assert asked(site, f"/cohort/pictures/{name}").status_code == 404


def test_a_node_without_results_says_what_will_be_here(site: Site) -> None:
    page = asked(site).text
    assert "There is no result yet" in page
    assert drawn(page) == []


def test_an_expression_that_is_refused_stands_on_the_page_with_the_reason(filled: Site) -> None:
    answer = asked(filled, where="patient_id = 1")
    assert answer.status_code == 422
    assert "the expression does not know &#39;patient_id&#39;" in answer.text
    assert 'value="patient_id = 1"' in answer.text


def test_what_stands_in_the_address_stays_text(filled: Site) -> None:
    page = asked(filled, scanner="<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("role", "offered"), [(Role.VIEWER, False), (Role.REVIEWER, False), (Role.ADMINISTRATOR, True)]
)
def test_only_administrators_are_offered_identified_results(filled: Site, role: Role, offered: bool) -> None:
    page = asked(filled, role=role, sex="F").text
    assert ('name="identified"' in page) is offered
    assert 'href="/api/v1/cohort.csv?sex=F&amp;dates=year"' in page


def test_the_links_of_the_page_take_what_it_shows(filled: Site) -> None:
    browser = filled.signed_in(Role.VIEWER)
    page = browser.get("/cohort?sex=F&latest=true").text
    address = re.search(r'href="(/api/v1/cohort\.csv\?[^"]+)"', page)
    assert address
    rows = browser.get(address[1].replace("&amp;", "&")).text.splitlines()
    assert len(rows) - 1 == tiles(page)["results"]
