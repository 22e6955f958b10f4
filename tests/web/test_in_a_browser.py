"""The pages in a browser: what a reviewer does, by keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.schema import Analysis
from tests.factories import analyses, eventually
from tests.web.cases import unmeasured_case
from tests.web.conftest import Site
from tests.web.screen import Screen, screen


@pytest.fixture
def local(make_site: Callable[..., Site]) -> Site:
    """A site without sign-in: one held case (study 1)."""
    return make_site(sign_in=False)


@pytest.fixture
def seen(local: Site, tmp_path: Path) -> Iterator[Screen]:
    with screen(local, tmp_path) as shown:
        yield shown


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
    seen.waits_for("#saved", "Paint only")
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
    seen.waits_for("#saved", "Paint only")
    before = float(seen.says("[data-smi]"))
    seen.see("() => document.querySelector('#body').parentElement.querySelector('summary').focus()")
    seen.press("Enter")
    seen.to("#height")
    seen.type("1.5")
    seen.press("Enter")
    seen.waits_for("#stated + dd", "1.50 m as you state it")
    eventually(lambda: float(seen.says("[data-smi]")) != before, what="the index")
    assert "Stated" in seen.says("#notice")
