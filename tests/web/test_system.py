"""The system page, and a destination that is asked whether it answers."""

import re
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.settings import AnyDestination
from db import activities, circuit, models
from db.accounts import Role
from db.activities import Name
from db.schema import Measurement
from dicom_node import echo
from dicom_node.web import throughput
from dicom_node.web.throughput import Column, Picture
from tests.db.factories import NOW, make_seen
from tests.factories import destination, make_settings
from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.screen import screen
from tests.web.test_deeds import dead, waiting

ECHO = "/api/v1/destinations/{}/echo"
JSON = {"accept": "application/json"}
BERLIN = ZoneInfo("Europe/Berlin")
STOW = {"kind": "stow", "name": "CLOUD", "url": "https://example.org/dicom"}


def answering(to: AnyDestination) -> str:
    """ARCHIVE does not answer, others do."""
    return "no connection or no answer" if to.name == "ARCHIVE" else ""


def connected(site: Site) -> Site:
    """The site with three destinations."""
    peers = [destination("PACS", 104), destination("ARCHIVE", 11112), STOW]
    settings = site.settings.model_copy(
        update={"destination": make_settings(site.settings.node.data, destination=peers).destination}
    )
    return Site(settings=settings, room=replace(site.room, settings=settings, echo=answering), clock=site.clock)


def told(browser: Browser, name: str) -> tuple[bool, str]:
    answer = browser.post(ECHO.format(name), headers=JSON).json()
    return answer["answers"], answer["said"]


def test_the_page_tells_what_waits_what_was_done_and_what_is_paused(site: Site) -> None:
    waiting(site)
    dead(site, 3)
    with site.room.sessions.begin() as session:
        assert activities.pause(session, Name.DELIVER, why="PACS moves house", actor="ada", now=NOW)
    page = site.signed_in(Role.VIEWER).get("/system").text
    assert "Delivering is paused</b>: PACS moves house" in page
    tiles = dict(reversed(one) for one in re.findall(r'class="tile"><b>([^<]+)</b><span>(?:<a[^>]+>)?([^<]+)', page))
    assert tiles["measured in 24 h"] == "1"
    assert tiles["to be reviewed"] == "1"
    assert tiles["failed, want a person"] == "1"
    assert tiles["waiting, the longest just now; 0 being analysed"] == "1"
    assert "Waiting: 1 routine." in page


def test_the_page_holds_no_patient_and_its_empty_parts_say_so(site: Site) -> None:
    page = site.signed_in(Role.REVIEWER).get("/system").text
    assert "P-1" not in page
    for empty in (
        "No destination is configured",
        "No model has run yet",
        "Nothing was measured in the last thirteen",
    ):
        assert empty in page


def test_a_destination_shows_its_circuit_and_only_administrators_can_ask_it(site: Site) -> None:
    site = connected(site)
    with site.room.sessions.begin() as session:
        circuit.failed(session, circuit.of(session, "ARCHIVE", NOW), "rejected: <b>title</b>", NOW)
    page = site.signed_in(Role.REVIEWER).get("/system").text
    assert ">away<" in page
    assert "rejected: &lt;b&gt;title" in page
    assert "data-echo" not in page
    administrators = site.signed_in(Role.ADMINISTRATOR).get("/system").text
    assert re.findall(r'data-echo="(\w+)"', administrators) == ["PACS", "ARCHIVE", "CLOUD"]


def test_the_model_that_the_settings_name_is_marked(site: Site) -> None:
    with site.room.sessions.begin() as session:
        for digest, state in (("a" * 64, "demonstration"), ("b" * 64, "research")):
            models.remember(session, make_seen(digest, name=state, state=state), now=NOW)
    page = site.signed_in(Role.VIEWER).get("/system").text
    assert re.findall(r"<td>(\w+) <span class=\"badge\">in use", page) == ["demonstration"]


def test_a_scanner_whose_numbers_moved_is_marked(site: Site) -> None:
    from tests.web.cases import held_case

    for number in range(2, 44):
        held_case(site.room.sessions, site.settings.node.data, number)
    with site.room.sessions.begin() as session:
        for number, row in enumerate(session.query(Measurement).order_by(Measurement.analysis_id)):
            row.manufacturer_model_name, row.fold_dice = "<Force>", 0.9 + number % 3 / 100
            row.study_date = "20260220" if number < 21 else "20250701"
            row.total_hu_m29_150_mean = 20.0 if number < 21 else 38.0 + number % 5
    page = site.signed_in(Role.VIEWER).get("/system").text
    row = page.partition("&lt;Force&gt;")[2].partition("</tr>")[0]
    assert re.findall(r'class="n moved"[^>]*>([^<]+)', row) == ["20.0"]
    assert "The middle half of the year before: 39.0 to 41.0" in row


def test_a_destination_is_asked_and_says_how_it_answers_or_why_not(site: Site) -> None:
    browser = connected(site).signed_in(Role.ADMINISTRATOR)
    assert told(browser, "PACS") == (True, "answers C-ECHO")
    assert told(browser, "ARCHIVE") == (False, "no connection or no answer")
    assert told(browser, "CLOUD") == (True, "answers QIDO-RS")
    assert browser.post(ECHO.format("NOWHERE")).status_code == 404


def test_a_destination_that_is_being_asked_is_not_asked_twice(site: Site) -> None:
    site = connected(site)
    browser = site.signed_in(Role.ADMINISTRATOR)
    site.room.asked.add("PACS")
    answer = browser.post(ECHO.format("PACS"), headers=JSON)
    assert (answer.status_code, answer.json()["detail"]) == (409, "PACS is being asked already")
    assert told(browser, "ARCHIVE")[1] == "no connection or no answer"
    assert site.room.asked == {"PACS"}


def test_a_click_waits_for_no_peer_that_accepts_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(echo, "AT_A_CLICK_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        peers = [destination("PACS", silent.getsockname()[1], timeout=3600)]
        settings = make_settings(tmp_path, destination=peers)
        assert echo.at_a_click(settings, settings.destination[0]) == "no connection or no answer"


def test_a_click_says_what_is_wrong_with_the_node_s_own_certificate(tmp_path: Path) -> None:
    papers = {name: str(tmp_path / f"{name}.pem") for name in ("certificate", "private_key", "trusted")}
    settings = make_settings(tmp_path, destination=[destination("PACS", 104, tls=True)], tls=papers)
    assert echo.at_a_click(settings, settings.destination[0]).startswith("can't be asked without TLS: ")


def test_on_the_page_the_answer_stands_beside_the_button_and_is_said_without_a_jump(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    site = connected(make_site(sign_in=False))
    heights = "() => [...document.querySelectorAll('.peers tr')].map((one) => one.getBoundingClientRect().height)"
    with screen(site, tmp_path) as page:
        page.open("/system")
        before = page.see(heights)
        page.see("() => document.querySelector('[data-echo=PACS]').focus()")
        page.press("Enter")
        page.waits_for("tbody tr:nth-child(1) output.good", "answers C-ECHO in ")
        page.waits_for("#notice", "PACS: answers C-ECHO.")
        page.press("Tab", "Enter")
        page.waits_for("tbody tr:nth-child(2) output.bad", "no connection or no answer")
        assert page.see(heights) == before
        waiting(site)
        page.waits_for("#load", "Waiting: 1 routine.")
        page.waits_for("tbody tr:nth-child(2) output.bad", "no connection or no answer")


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (2, 2), (3, 5), (7, 10), (10, 10), (11, 20), (480, 500), (999, 1000)]
)
def test_a_picture_ends_at_a_round_number(highest: int, top: int) -> None:
    assert Picture(title="", columns=(Column(label="", when="", done={"received": highest}),)).top == top


def test_hours_and_days_are_those_of_the_site() -> None:
    night = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # 00:30 of the next day in Berlin
    counts = {"received": Counter({night: 3, night - timedelta(hours=1): 4})}
    today, days = throughput.pictures(counts, night + timedelta(hours=9), BERLIN)
    assert [(one.when, one.done["received"]) for one in today.columns if one.done["received"]] == [("00:00", 3)]
    assert [one.done["received"] for one in days.columns[-2:]] == [4, 3]
    assert [one.label for one in days.columns[-2:]] == ["1", "2"]
    assert throughput.begin(night, BERLIN) == datetime(2026, 2, 17, tzinfo=BERLIN)


def test_an_hour_that_the_clock_shows_twice_is_counted_in_one_column() -> None:
    first = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)  # 02:10 in summer, and an hour later 02:10 again
    counts = {"received": Counter({first: 1, first + timedelta(hours=1): 2})}
    today, _ = throughput.pictures(counts, first + timedelta(hours=9), BERLIN)
    assert today.columns[2].done["received"] == 3
