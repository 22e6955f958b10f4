"""Restart, cancel and first in line, from the worklist and from the case."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from db import outbox, results
from db.accounts import Role
from db.jobs import Deed
from db.priority import Priority
from db.schema import Analysis, Event
from db.states import move
from tests.db.factories import NOW, ask, done, make_series
from tests.factories import rows
from tests.web.conftest import Site
from tests.web.screen import Screen, screen

ADDRESS = "/api/v1/analyses/{}/{}"
QUEUED = 2
"""The analysis that `waiting` makes: study 1 of every site has the first."""


def waiting(site: Site, number: int = 2) -> int:
    """A study whose analysis is queued; the id of both."""
    with site.room.sessions.begin() as session:
        return ask(session, make_series(session, number), f"{number}")


def dead(site: Site, number: int = 2) -> int:
    """A study whose only attempt failed."""
    analysis_id = waiting(site, number)
    with site.room.sessions.begin() as session:
        assert results.take(session, analysis_id, NOW)
        results.give_up(session, analysis_id, 1, "no memory", attempts=1, now=NOW)
    return analysis_id


def undeliverable(site: Site, number: int = 2) -> int:
    """A study whose result is measured, and whose three objects no destination takes."""
    with site.room.sessions.begin() as session:
        analysis_id = done(session, make_series(session, number), f"{number}")
        for parcel in outbox.take(session, "PACS", NOW):
            outbox.bury(session, parcel.delivery_id, "SOP class not accepted", NOW)
    return analysis_id


def the(site: Site, analysis_id: int) -> Analysis:
    (row,) = rows(site.room.sessions, Analysis, id=analysis_id)
    assert isinstance(row, Analysis)
    return row


def offered(text: str) -> list[str]:
    """Deeds that a page offers, in order."""
    return re.findall(r'data-deed="(\w+)"', text)


@pytest.mark.parametrize("address", ["/?sort=newest", "/studies/2"])
@pytest.mark.parametrize(("made", "deeds"), [(waiting, ["prioritise", "cancel"]), (dead, ["retry"])])
def test_a_page_offers_what_does_something(
    made: Callable[[Site], int], deeds: list[str], address: str, site: Site
) -> None:
    made(site)
    assert offered(site.signed_in(Role.ADMINISTRATOR).get(address).text) == deeds


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
@pytest.mark.parametrize("address", ["/", "/studies/2"])
def test_nothing_is_offered_to_who_may_not_do_it(role: Role, address: str, site: Site) -> None:
    waiting(site)
    page = site.signed_in(role).get(address).text
    assert "/studies/2" in page
    assert offered(page) == []
    assert "cancelling" not in page


def test_what_is_held_or_running_is_offered_nothing(site: Site) -> None:
    analysis_id = waiting(site)
    with site.room.sessions.begin() as session:
        assert results.take(session, analysis_id, NOW)
    assert offered(site.signed_in(Role.ADMINISTRATOR).get("/").text) == []


def test_an_old_request_of_a_study_that_has_a_newer_one_is_not_offered_again(site: Site) -> None:
    analysis_id = dead(site)
    with site.room.sessions.begin() as session:
        row = session.get_one(Analysis, analysis_id)
        ask(session, row.series, "newer")
    page = site.signed_in(Role.ADMINISTRATOR).get(f"/studies/2?analysis={analysis_id}").text
    assert offered(page) == []


def test_what_is_first_in_line_is_not_offered_to_be_put_first(site: Site) -> None:
    analysis_id = waiting(site)
    browser = site.signed_in(Role.ADMINISTRATOR)
    assert browser.post(ADDRESS.format(analysis_id, Deed.PRIORITISE)).status_code == 200
    assert the(site, analysis_id).priority == Priority.PERSON
    assert offered(browser.get("/").text) == ["cancel"]
    told = browser.post(ADDRESS.format(analysis_id, Deed.PRIORITISE), headers={"accept": "application/json"})
    assert (told.status_code, told.json()["detail"]) == (409, "analysis 2 is first in line already")


def test_a_result_whose_objects_could_not_be_delivered_is_offered_to_be_sent_again(site: Site) -> None:
    analysis_id = undeliverable(site)
    browser = site.signed_in(Role.ADMINISTRATOR)
    assert offered(browser.get("/studies/2").text) == ["resend"]
    assert browser.post(ADDRESS.format(analysis_id, Deed.RESEND)).status_code == 200
    assert offered(browser.get("/studies/2").text) == []


@pytest.mark.parametrize("deed", list(Deed))
def test_of_two_who_do_the_same_the_second_is_told_what_it_is_by_now(deed: Deed, site: Site) -> None:
    analysis_id = {Deed.RETRY: dead, Deed.RESEND: undeliverable}.get(deed, waiting)(site)
    browser, address = site.signed_in(Role.ADMINISTRATOR), ADDRESS.format(analysis_id, deed)
    first, second = (browser.post(address, json={"why": "wrong patient"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 409)
    assert len(rows(site.room.sessions, Event, actor="administrator")) == (3 if deed is Deed.RESEND else 1)


@pytest.mark.parametrize("deed", [Deed.PRIORITISE, Deed.CANCEL])
def test_what_has_begun_meanwhile_is_left_alone(deed: Deed, site: Site) -> None:
    analysis_id = waiting(site)
    with site.room.sessions.begin() as session:
        assert results.take(session, analysis_id, NOW)
    told = site.signed_in(Role.ADMINISTRATOR).post(
        ADDRESS.format(analysis_id, deed), json={"why": "too late"}, headers={"accept": "application/json"}
    )
    assert told.status_code == 409
    assert "is running" in told.json()["detail"]
    assert the(site, analysis_id).state == "running"


def test_a_cancellation_wants_a_reason(site: Site) -> None:
    analysis_id = waiting(site)
    browser = site.signed_in(Role.ADMINISTRATOR)
    assert browser.post(ADDRESS.format(analysis_id, Deed.CANCEL), json={"why": " "}).status_code == 422
    assert the(site, analysis_id).state == "queued"


@pytest.mark.parametrize("deed", list(Deed))
def test_nothing_is_done_to_what_is_not_there(deed: Deed, site: Site) -> None:
    browser = site.signed_in(Role.ADMINISTRATOR)
    assert browser.post(ADDRESS.format(77, deed), json={"why": "wrong patient"}).status_code == 404


def places(page: Screen) -> list[list[float]]:
    """Where the rows of the worklist are, and how high."""
    source = "() => [...document.querySelectorAll('#rows tr')].map((one) => one.getBoundingClientRect())"
    return [[one["y"], one["height"]] for one in page.see(source)]


def test_by_keyboard_what_failed_is_restarted_and_what_waits_is_put_first_or_cancelled_without_a_jump(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    site = make_site(sign_in=False)
    broken, other = dead(site, 2), waiting(site, 3)
    with screen(site, tmp_path) as page:
        page.open("/")
        before = places(page)
        page.see("() => document.querySelector('[data-deed=retry]').focus()")
        page.press("Enter")
        page.waits_for("#notice", "Study 2 is queued again")
        page.waits_for('tr[data-href="/studies/2"]', "waiting")
        assert the(site, broken).state == "queued"
        page.focuses("Cancel: study 2")

        page.press("Shift+Tab", "Shift+Tab", "Shift+Tab")  # over the link of study 2 to the row above
        page.focuses("First: study 3")
        page.press("Enter")
        page.waits_for("#notice", "Study 3 is first in line")
        assert the(site, other).priority == Priority.PERSON
        page.focuses("Cancel: study 3")
        assert places(page) == before

        page.press("Enter", "t", "w", "i", "c", "e", "Tab", "Enter")
        page.waits_for("#notice", "Study 3 is out of the queue")
        page.waits_for('tr[data-href="/studies/3"]', "cancelled")
        assert (the(site, other).state, the(site, other).reason) == ("cancelled", "twice")
        page.focuses("Restart: study 3")
        assert places(page) == before


def test_what_another_did_first_is_told_on_the_page_of_the_case_which_then_shows_it(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    site = make_site(sign_in=False)
    analysis_id = waiting(site)
    with screen(site, tmp_path) as page:
        page.open("/studies/2")
        page.see("() => document.querySelector('[data-deed=cancel]').click()")
        with site.room.sessions.begin() as session:
            assert move(session, "analysis", analysis_id, "queued", "running", now=NOW)
        page.press("t", "o", "o", "Tab", "Enter")
        page.waits_for("#notice", "is running; only queued can be cancelled")
        page.waits_for(".case-head", "being analysed")


def test_a_row_that_comes_anew_while_a_reason_is_written_has_the_focus_again(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    site = make_site(sign_in=False)
    waiting(site, 2)
    with screen(site, tmp_path) as page:
        page.open("/")
        page.see("() => document.querySelector('[data-deed=cancel]').focus()")
        page.press("Enter")
        page.waits_for("#live[data-state=on]", "live")
        waiting(site, 3)
        page.waits_for('tr[data-href="/studies/3"]', "waiting")
        page.press("Escape")
        page.focuses("Cancel: study 2")
