"""The pages in a browser: what a reviewer does, by keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.accounts import Role
from db.schema import Analysis
from dicom_node.web.room import PAGES
from tests.certificates import authority
from tests.db.factories import ask, make_series
from tests.factories import analyses, eventually
from tests.web.cases import held_case, unmeasured_case, with_basis
from tests.web.conftest import PASSWORD, Site
from tests.web.screen import Screen, screen

CASES = ("/studies/1", "/studies/2", "/studies/3", "/studies/99")
"""To be reviewed, without a slice, waiting, not there."""
WIDTHS = ((1280, 900), (1920, 1080))


@pytest.fixture
def local(make_site: Callable[..., Site]) -> Site:
    """A site without sign-in: one held case (study 1)."""
    site = make_site(sign_in=False)
    with_basis(site.settings.node.data)
    return site


@pytest.fixture
def seen(local: Site, tmp_path: Path) -> Iterator[Screen]:
    with screen(local, tmp_path) as shown:
        yield shown


def ready(seen: Screen) -> None:
    """Wait for the slice and its tools."""
    look = "() => document.querySelector('.stage')?.dataset.ready === 'yes'"
    eventually(lambda: seen.see(look), what="slice")


def asked(site: Site) -> list[Analysis]:
    return analyses(site.room.sessions, "queued")


def test_a_slice_of_a_series_that_was_not_measured_is_chosen(local: Site, seen: Screen) -> None:
    unmeasured_case(local.room.sessions, local.settings.node.data)
    seen.open("/studies/2")
    assert "choose that of L3" in seen.says("#around h2")
    seen.waits_for("#around output", "slice 9, 45 mm above the lowest")
    seen.press("PageUp", "PageUp")
    assert "slice 11, 55 mm" in seen.says("#around output")
    seen.to("[data-take]")
    seen.press("Enter")
    (chosen,) = eventually(lambda: asked(local), what="the slice")
    assert (chosen.slice_index, chosen.origin, chosen.basis_id) == (11, "slice", 2)
    seen.waits_for(".stage", "The analysis is under way")


def test_a_mask_begun_from_nothing_is_still_so_when_the_page_is_opened_again(local: Site, seen: Screen) -> None:
    seen.open("/studies/1")
    ready(seen)
    seen.to("#clear")
    seen.press("Enter")
    seen.press("1")
    seen.to(".stage canvas")
    seen.press("l", " ", "ArrowRight", " ")
    eventually(lambda: seen.says("#saved") == "saved", what="the draft")
    seen.open("/studies/1")
    seen.waits_for("#saved", "as local left it")
    assert seen.says("#approve") == "Send my correction"
    seen.press("a")
    (made,) = eventually(lambda: asked(local), what="the correction")
    assert made.origin == "painted"


def test_a_height_is_stated_and_the_index_follows(local: Site, seen: Screen) -> None:
    seen.open("/studies/1")
    ready(seen)
    before = float(seen.says("[data-smi]"))
    seen.see("() => document.querySelector('#body').parentElement.querySelector('summary').focus()")
    seen.press("Enter")
    seen.to("#height")
    seen.type("1.5")
    seen.press("Enter")
    seen.waits_for("#stated + dd", "1.50 m as you state it")
    eventually(lambda: float(seen.says("[data-smi]")) != before, what="the index")
    assert "Stated" in seen.says("#notice")


def faults(seen: Screen) -> list[str]:
    """What is wrong with the page that is open, its details unfolded."""
    seen.see("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
    told = seen.see("() => [...audit.contrast(), ...audit.edges(), ...audit.names()]")
    return list(told)


def walked(seen: Screen) -> tuple[list[str], list[str]]:
    """Every element that Tab reaches from the top of the page, and where the focus is not seen."""
    reached: list[str] = []
    lost: list[str] = []
    seen.see("() => document.querySelector('a[href], button, input').focus()")
    while (at := seen.see("() => audit.focus()")) and at["name"] not in reached[:1]:
        reached.append(at["name"])
        lost += at["faults"]
        seen.press("Tab")
    return reached, lost


def test_every_page_can_be_read_is_named_and_shows_where_the_focus_is(local: Site, seen: Screen) -> None:
    unmeasured_case(local.room.sessions, local.settings.node.data)
    with local.room.sessions.begin() as session:
        ask(session, make_series(session, 3), "waiting")
    told = {}
    for path in (*PAGES, "/?text=nobody", "/sign-in", *CASES):
        for width, height in WIDTHS:
            seen.page.ask("size", width, height)
            seen.open(path)
            told[path, width] = faults(seen)
        reached, lost = walked(seen)
        assert len(reached) >= 3, path
        told[path, 0] = lost
    assert {where: what for where, what in told.items() if what} == {}


def test_the_worklist_is_searched_walked_and_left_by_keyboard(local: Site, seen: Screen) -> None:
    held_case(local.room.sessions, local.settings.node.data, 2, patient_id="P-2")
    seen.open("/")
    seen.press("/")
    seen.type("p-2")
    seen.press("Enter")
    seen.waits_for("#all", "Found")
    assert seen.see("() => document.querySelectorAll('#rows tr[data-href]').length") == 1
    seen.press("j", "Enter")
    seen.waits_for(".case-head .muted", "P-2")
    seen.open("/")
    seen.press("j", "j", "k", "Enter")
    seen.waits_for(".case-head .muted", "P-1")


def test_every_tool_of_the_case_has_its_key(local: Site, seen: Screen) -> None:
    seen.open("/studies/1")
    ready(seen)
    pressed = "(one) => document.querySelector(one).getAttribute('aria-pressed')"
    for key, button in (("p", "pen"), ("e", "eraser"), ("f", "fill"), ("v", "hand")):
        seen.press(key)
        assert seen.see(pressed, f'[data-tool="{button}"]') == "true"
    for key in "123":
        seen.press(key)
        assert seen.see(pressed, f'[data-tissue-key="{key}"]') == "true"
    seen.press("]", "]", "[")
    assert seen.see("() => document.querySelector('#size').value") == "6"
    seen.press("h")
    assert seen.see(pressed, "#mask") == "false"
    seen.press("h", "d")
    eventually(lambda: seen.see(pressed, "#differ") == "true", what="where the folds disagree")
    seen.press("d", "+", "-", "0", "PageUp")
    assert "slice 13, 5 mm higher" in seen.says("#around output")


def test_a_case_is_painted_taken_back_and_approved_by_keyboard(local: Site, seen: Screen) -> None:
    seen.open("/studies/1")
    ready(seen)
    seen.press("l", "2")
    seen.to(".stage canvas")
    seen.press("ArrowUp", " ")
    seen.waits_for("#approve", "Send my correction")
    eventually(lambda: float(seen.says('[data-dice="paraspinal"]')) < 1, what="the numbers follow")
    seen.press("z")
    seen.waits_for("#approve", "Approve and send")
    seen.press("y")
    seen.waits_for("#approve", "Send my correction")
    seen.press("r")
    seen.waits_for("#approve", "Approve and send")
    eventually(lambda: seen.says("#saved") == "saved", what="the draft")
    seen.press("a")
    (made,) = eventually(lambda: asked(local), what="the approval")
    assert made.origin == "approved"


def test_a_case_is_rejected_with_its_reason_by_keyboard(local: Site, seen: Screen) -> None:
    seen.open("/studies/1")
    ready(seen)
    seen.press("x")
    seen.type("wrong vertebra")
    seen.press("Tab", "Enter")
    (row,) = eventually(lambda: analyses(local.room.sessions, "rejected"), what="the rejection")
    assert (row.reason, row.reviewed_by) == ("wrong vertebra", "local")


def test_one_signs_in_and_out_over_https_by_keyboard(make_site: Callable[..., Site], tmp_path: Path) -> None:
    papers = authority(tmp_path / "hospital").papers("node")
    site = make_site(tls=True, certificate=papers.certificate, private_key=papers.private_key)
    name = site.account(Role.REVIEWER)
    with screen(site, tmp_path) as seen:
        seen.open("/studies/1")
        eventually(lambda: seen.see("() => document.activeElement.name") == "name", what="focus on the name")
        seen.type(name)
        seen.press("Tab")
        seen.type(PASSWORD)
        seen.press("Enter")
        seen.waits_for(".who", name)
        ready(seen)
        (cookie,) = seen.page.ask("cookies")
        assert cookie["name"] == "__Host-l3node"
        kept = {key: cookie[key] for key in ("secure", "httpOnly", "sameSite", "path")}
        assert kept == {"secure": True, "httpOnly": True, "sameSite": "Strict", "path": "/"}
        seen.to("header button")
        seen.press("Enter")
        seen.waits_for("h1", "Sign in")
        assert seen.page.ask("cookies") == []
