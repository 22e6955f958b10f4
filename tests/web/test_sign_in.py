"""Signing in and out: sessions that can't be fixed, guessed or kept, and settings that leave nothing open."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.web import WebSettings
from db import accounts
from db.accounts import AccountFault, Role, Visit
from dicom_node import people
from dicom_node.web.pages import sign_in
from dicom_node.web.passwords import FREE_TRIES, fits, hashed
from tests.web.conftest import PASSWORD, Site

COOKIE = "l3node"


def test_a_session_that_the_browser_brings_is_not_the_one_it_gets(site: Site) -> None:
    name, browser = site.account(Role.VIEWER), site.browser()
    browser.cookies.set(COOKIE, "planted", domain="localhost.local")
    browser.request("POST", "/sign-in", data={"name": name, "password": PASSWORD})
    secrets = [cookie.value for cookie in browser.cookies.jar if cookie.value != "planted"]
    assert len(secrets[0]) > 40
    with site.room.sessions() as session:
        (visit,) = session.scalars(select(Visit)).all()
        assert visit.digest == accounts.digest(secrets[0])


def test_every_sign_in_gets_another_session_and_ends_the_one_before(site: Site) -> None:
    name, browser = site.account(Role.VIEWER), site.browser()
    browser.post("/sign-in", data={"name": name, "password": PASSWORD})
    first = browser.cookies[COOKIE]
    browser.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert browser.cookies[COOKIE] != first
    old = site.browser(cookie=f"{COOKIE}={first}")
    assert old.get("/").status_code == 303


def test_the_cookie_is_for_this_host_by_tls_and_for_no_script(make_site: Callable[..., Site]) -> None:
    site = make_site(behind_proxy=True)
    answer = site.browser().post("/sign-in", data={"name": site.account(Role.VIEWER), "password": PASSWORD})
    told = answer.headers["set-cookie"]
    assert told.startswith("__Host-l3node=")
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert word in told
    assert "max-age" in answer.headers["strict-transport-security"]


def test_signing_out_ends_the_session_in_the_database(site: Site) -> None:
    browser = site.signed_in(Role.VIEWER)
    secret = browser.cookies[COOKIE]
    assert browser.post("/sign-out").status_code == 303
    assert site.browser(cookie=f"{COOKIE}={secret}").get("/").status_code == 303


def test_a_session_ends_by_itself(site: Site) -> None:
    browser = site.signed_in(Role.VIEWER)
    site.clock[0] += timedelta(hours=site.settings.web.session_hours, seconds=1)
    assert browser.get("/").status_code == 303


def test_another_password_or_no_account_ends_sessions_at_once(site: Site) -> None:
    site.account(Role.VIEWER)
    for change in (
        lambda: people.set_password(site.room.sessions, "viewer", PASSWORD, now=site.clock[0], actor="t"),
        lambda: people.remove(site.room.sessions, "viewer", now=site.clock[0], actor="t"),
    ):
        browser = site.browser()
        browser.post("/sign-in", data={"name": "viewer", "password": PASSWORD})
        assert browser.get("/").status_code == 200
        change()
        assert browser.get("/").status_code == 303
    assert browser.post("/sign-in", data={"name": "viewer", "password": PASSWORD}).status_code == 401


def test_who_guesses_waits_longer_each_time_and_the_right_password_waits_too(site: Site) -> None:
    name, browser = site.account(Role.VIEWER), site.browser()
    tries = [browser.post("/sign-in", data={"name": name, "password": f"wrong {n}"}).status_code for n in range(6)]
    assert tries == [401] * 5 + [429]
    assert browser.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 429
    site.clock[0] += timedelta(seconds=3)
    assert browser.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303


def test_an_unknown_name_is_answered_like_a_wrong_password(site: Site) -> None:
    site.account(Role.VIEWER)
    told = [site.browser().post("/sign-in", data={"name": n, "password": "x"}).text for n in ("viewer", "nobody")]
    assert told[0] == told[1]


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_leads_nowhere_else(then: str, site: Site) -> None:
    data = {"name": site.account(Role.VIEWER), "password": PASSWORD, "then": then}
    assert site.browser().post("/sign-in", data=data).headers["location"] == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(site: Site) -> None:
    asked = site.browser().get("/studies/1").headers["location"]
    assert asked == "/sign-in?then=/studies/1"
    data = {"name": site.account(Role.VIEWER), "password": PASSWORD, "then": "/studies/1"}
    assert site.browser().post("/sign-in", data=data).headers["location"] == "/studies/1"


def test_passwords_are_kept_as_argon2id_with_their_own_salt() -> None:
    one, other = hashed(PASSWORD), hashed(PASSWORD)
    assert one != other
    assert one.startswith("$argon2id$")
    assert fits(PASSWORD, one)
    assert not fits(PASSWORD + "x", one)
    assert not fits("", None)


@pytest.mark.parametrize(("name", "password"), [("ada", "short"), ("", PASSWORD), ("a\nb", PASSWORD)])
def test_a_poor_name_or_password_is_refused(name: str, password: str, site: Site) -> None:
    with pytest.raises(AccountFault):
        people.add(site.room.sessions, name, "A^B", Role.VIEWER, password, now=site.clock[0], actor="t")


@pytest.mark.parametrize(
    "given",
    [
        {"host": "0.0.0.0", "sign_in": False, "behind_proxy": True},
        {"host": "0.0.0.0"},
    ],
)
def test_settings_that_leave_a_door_open_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"sign_in|in the clear"):
        WebSettings.model_validate(given)


def test_many_tries_at_once_are_many_tries(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.account(Role.VIEWER)
    tries: list[int] = []

    def late(_password: str, _stored: str | None) -> bool:
        """Another try comes while this one is being looked at."""
        tries.append(1)
        if len(tries) < 20:
            site.browser().post("/sign-in", data={"name": "viewer", "password": "x" * 12})
        return False

    monkeypatch.setattr(sign_in, "fits", late)
    site.browser().post("/sign-in", data={"name": "viewer", "password": "x" * 12})
    assert len(tries) == FREE_TRIES
