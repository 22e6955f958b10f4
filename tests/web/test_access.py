"""Who may call what, made from the table of routes: a new route can't be forgotten."""

import re
from collections.abc import Callable

import pytest
from fastapi import APIRouter

from db import activities
from db.accounts import Role, Scope, add_token
from db.activities import Name
from db.schema import Series
from dicom_node.web import application
from dicom_node.web.application import PUBLIC, build, least_role, routes
from dicom_node.web.pages import ALL
from dicom_node.web.room import PAGES
from dicom_node.web.visitor import SAFE
from tests.web.browser import Browser
from tests.web.cases import held_case
from tests.web.conftest import Site

LOWER = {Role.REVIEWER: Role.VIEWER, Role.ADMINISTRATOR: Role.REVIEWER}
STREAMS = {"/live"}
"""Never end."""


def table() -> list[tuple[str, str, Role | None]]:
    """(method, address, least role) of every guarded route."""
    found = [route for router in ALL for route in router.routes if route.path not in PUBLIC]
    return [(method, route.path, least_role(route)) for route in found for method in sorted(route.methods)]


def call(browser: Browser, method: str, path: str) -> int:
    """The status of a request to the one case there is."""
    address = re.sub(r"\{(\w+)\}", "1", path)
    browser.get("/")
    return browser.request(method, address, headers={"accept": "application/json"}).status_code


@pytest.mark.parametrize(("method", "path", "role"), table())
def test_a_stranger_gets_nothing(method: str, path: str, role: Role | None, site: Site) -> None:
    assert call(site.browser(), method, path) == 401


@pytest.mark.parametrize(("method", "path", "role"), [row for row in table() if row[2] in LOWER])
def test_a_role_too_low_gets_nothing(method: str, path: str, role: Role, site: Site) -> None:
    assert call(site.signed_in(LOWER[role]), method, path) == 403


@pytest.mark.parametrize(("method", "path", "role"), [row for row in table() if row[1] not in STREAMS])
def test_the_least_role_is_let_in(method: str, path: str, role: Role | None, site: Site) -> None:
    assert call(site.signed_in(role or Role.VIEWER), method, path) not in (401, 403, 500)


@pytest.mark.parametrize(("method", "path", "role"), [row for row in table() if row[0] not in SAFE])
def test_nothing_changes_without_the_token_of_the_page(method: str, path: str, role: Role | None, site: Site) -> None:
    browser = site.signed_in(role or Role.VIEWER)
    address = re.sub(r"\{(\w+)\}", "1", path)
    for token in ("", "0" * 64):
        assert browser.request(method, address, headers={"x-csrf-token": token}).status_code == 403


def test_a_route_that_nobody_guards_is_not_served(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    open_door = APIRouter()
    open_door.add_api_route("/open", lambda: {})
    monkeypatch.setattr(application, "ALL", (*ALL, open_door))
    with pytest.raises(ValueError, match="nobody guards /open"):
        build(site.room)


def test_every_route_is_in_the_table(site: Site) -> None:
    served = {route.path for route in routes(site.application._inner)}
    assert served == {path for _, path, _ in table()} | PUBLIC


@pytest.mark.parametrize("path", sorted(PUBLIC))
def test_what_strangers_may_see_holds_nothing_of_patients(path: str, site: Site) -> None:
    answer = site.browser().get(path)
    assert answer.status_code == 200
    assert "P-1" not in answer.text
    assert "alert(" not in answer.text


@pytest.mark.parametrize(
    ("scopes", "status", "named"),
    [((Scope.METRICS,), 403, False), ((Scope.READ,), 200, False), ((Scope.READ, Scope.IDENTIFY), 200, True)],
)
def test_a_token_may_do_what_its_scopes_say(scopes: tuple[Scope, ...], status: int, named: bool, site: Site) -> None:
    with site.room.sessions.begin() as session:
        token = add_token(session, "statistics", scopes, site.clock[0])
    answer = site.browser(authorization=f"Bearer {token}").get("/")
    assert answer.status_code == status
    assert ("P-1" in answer.text) is named


def test_a_token_ends(site: Site) -> None:
    from datetime import timedelta

    with site.room.sessions.begin() as session:
        token = add_token(session, "statistics", [Scope.READ], site.clock[0], days=1)
    browser = site.browser(authorization=f"Bearer {token}")
    assert browser.get("/").status_code == 200
    site.clock[0] += timedelta(days=2)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(("role", "named"), [(Role.VIEWER, False), (Role.REVIEWER, True)])
@pytest.mark.parametrize("address", ["/", "/?text=P-1", "/studies/1"])
def test_only_roles_that_may_see_patients_see_them(address: str, role: Role, named: bool, site: Site) -> None:
    text = site.signed_in(role).get(address).text
    assert ("P-1" in re.sub(r'value="[^"]*"', "", text)) is named


def test_without_sign_in_only_this_machine_is_answered(make_site: Callable[..., Site]) -> None:
    site = make_site(sign_in=False)
    assert site.browser().get("/").status_code == 200
    assert site.browser(host="rebound.example").get("/").status_code == 421


@pytest.mark.parametrize(("role", "found"), [(Role.VIEWER, False), (Role.REVIEWER, True)])
@pytest.mark.parametrize("address", ["/?text=47", "/api/v1/studies?text=47"])
def test_who_sees_no_patients_finds_none_by_the_beginning_of_an_id(
    address: str, role: Role, found: bool, site: Site
) -> None:
    held_case(site.room.sessions, site.room.data, 2, patient_id="4711")
    text = site.signed_in(role).get(address).text
    assert ("/studies/2" in text or '"id":2' in text) is found


@pytest.mark.parametrize("address", ["/", "/studies/1", "/api/v1/studies/1"])
def test_who_sees_no_patients_reads_no_description_of_a_series(address: str, site: Site) -> None:
    with site.room.sessions.begin() as session:
        session.get_one(Series, 1).series_description = "Mustermann"
    assert "Mustermann" not in site.signed_in(Role.VIEWER).get(address).text
    assert "Mustermann" in site.signed_in(Role.REVIEWER).get(address).text


@pytest.mark.parametrize("address", ["/studies/99999999999999999999", "/?after=99999999999999999999999"])
def test_a_number_that_no_row_can_have_is_not_there(address: str, site: Site) -> None:
    assert site.signed_in(Role.VIEWER).get(address).status_code in (200, 404)


def test_what_is_not_understood_is_said_on_a_page_with_the_way_back(site: Site) -> None:
    answer = site.signed_in(Role.VIEWER).get("/studies/abc")
    assert answer.status_code == 422
    assert 'href="/system"' in answer.text


def test_why_something_is_paused_is_no_business_of_strangers(site: Site) -> None:
    with site.room.sessions.begin() as session:
        activities.pause(session, Name.DELIVER, why="Mrs Mustermann's PACS moves", actor="ada", now=site.clock[0])
    answer = site.browser().get("/health")
    assert answer.json()["paused"] == ["deliver"]
    assert "Mustermann" not in answer.text


@pytest.mark.parametrize("role", list(Role))
def test_the_heading_leads_where_the_role_may_go_and_nowhere_else(role: Role, site: Site) -> None:
    browser = site.signed_in(role)
    heading = browser.get("/").text.partition("<main")[0]
    offered = set(re.findall(r'<a href="([^"]+)"', heading)) - {"#main"}
    assert offered == {path for path in PAGES if browser.get(path).status_code == 200}
