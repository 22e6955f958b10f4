"""Single slices on the pages: bytes in, nothing parsed, the pair out, two painters kept apart."""

import gzip
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from sqlalchemy import select

from config.analysis import AnalysisSettings
from db import uploads
from db.accounts import Role
from db.schema import Event, Upload
from dicom_node import basis
from dicom_node.single import GIVEN
from dicom_node.web.pages.single import folds_of
from tests.factories import eventually, rows
from tests.web.browser import Browser
from tests.web.cases import body, mask, nifti
from tests.web.conftest import Site
from tests.web.screen import screen

TICKET = "0" * 32
BASIS = basis.Basis(
    labels=mask(), folds=basis.NO_FOLDS, level=GIVEN, agreement=None, model=None, doubts=(), positions_mm=(0.0,)
)


def upload(browser: Browser, data: bytes = b"anything") -> str:
    answer = browser.post("/uploads", content=data, headers={"content-type": "application/octet-stream"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ticket"])


def ask(browser: Browser, **given: object) -> int:
    answer = browser.post("/api/v1/slices", json={"name": "case 1", "image": upload(browser), **given})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["slice"])


def segmented(site: Site, number: int, *, reference: bool = False) -> Path:
    """As a worker leaves it."""
    now = site.clock[0]
    with site.room.sessions.begin() as session:
        row = uploads.take(session, number, now)
        assert row is not None
        folder = site.room.data / row.folder
        (folder / "image.nii.gz").write_bytes(nifti(body()))
        (folder / "label.nii.gz").write_bytes(nifti(mask()))
        (folder / basis.NAME).write_bytes(basis.packed(BASIS))
        if reference:
            (folder / "reference.nii.gz").write_bytes(nifti(np.roll(mask(), 1, axis=0)))
        assert uploads.finish(session, number, row.attempt, now)
    return folder


def test_bytes_are_kept_as_they_come_and_asked_for_by_their_ticket(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser, reference=upload(browser, b"\x00labels"), fold=3)
    with site.room.sessions() as session:
        row = session.get_one(Upload, number)
        assert (row.state, row.fold, row.uploaded_by) == ("queued", 3, "reviewer")
        folder = site.room.data / row.folder
    assert ((folder / "image").read_bytes(), (folder / "reference").read_bytes()) == (b"anything", b"\x00labels")
    assert (folder / "image").stat().st_mode & 0o777 == 0o600


def test_the_folds_in_use_are_offered_and_none_of_a_model_that_is_not_there(tmp_path: Path, site: Site) -> None:
    for rules, folds in ({}, [0, 1, 2, 3, 4]), ({"folds": (1, 3)}, [1, 3]), ({"model": tmp_path / "none"}, []):
        assert folds_of(AnalysisSettings.model_validate(rules)) == folds
    offered = re.findall(r">(fold \d) alone<", site.signed_in(Role.REVIEWER).get("/single").text)
    assert offered == [f"fold {number}" for number in range(5)]


@pytest.mark.parametrize("image", [TICKET, "../../etc/passwd", "", "a" * 31])
def test_a_ticket_that_nobody_holds_asks_for_nothing(image: str, site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    assert browser.post("/api/v1/slices", json={"name": "x", "image": image}).status_code == 422
    with site.room.sessions() as session:
        assert session.scalars(select(Upload)).all() == []


def test_a_ticket_counts_once(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    given = {"name": "x", "image": upload(browser)}
    assert [browser.post("/api/v1/slices", json=given).status_code for _ in range(2)] == [200, 422]


def test_image_and_reference_are_two_files(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    ticket = upload(browser)
    answer = browser.post("/api/v1/slices", json={"name": "x", "image": ticket, "reference": ticket})
    assert answer.status_code == 422
    assert browser.post("/api/v1/slices", json={"name": "x", "image": ticket}).status_code == 200


def test_an_upload_that_grows_too_large_leaves_nothing(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    most = site.settings.web.max_upload_bytes
    assert browser.post("/uploads", content=b"x" * (most + 1)).status_code == 413

    async def endless():  # type: ignore[no-untyped-def]
        for _ in range(most // 1_000_000 + 2):
            yield b"x" * 1_000_000

    assert browser.post("/uploads", content=endless()).status_code == 413
    assert list((site.room.data / "uploads").rglob("*")) in ([], [site.room.data / "uploads" / "incoming"])


def test_the_page_compares_with_the_reference(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    segmented(site, number, reference=True)
    assert "HD95" in browser.get(f"/single/{number}").text
    told = browser.post(f"/api/v1/slices/{number}/measure", content=mask().tobytes()).json()
    assert told["reference"]["psoas"] == {"dice": pytest.approx(7 / 8), "hd95": pytest.approx(1.5)}
    assert told["dice"]["total"] == 1


def test_what_cannot_be_compared_says_why(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    segmented(site, number, reference=True)
    nothing = bytes(mask().size)
    told = browser.post(f"/api/v1/slices/{number}/measure", content=nothing).json()
    assert told["reference"]["psoas"]["hd95"] == "not computable: a mask is empty"


def test_the_pair_that_is_taken_along_holds_what_was_painted(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser, name="../Müller: 1")
    folder = segmented(site, number)
    painted = np.roll(mask(), 3, axis=1)
    address = f"/api/v1/slices/{number}"
    assert browser.request("PUT", f"{address}/draft", content=painted.tobytes()).json() == {"version": 1}
    answer = browser.get(f"{address}/label")
    assert 'filename="M-ller-1-label.nii.gz"' in answer.headers["content-disposition"]
    image = nibabel.Nifti1Image.from_bytes(gzip.decompress(answer.content))
    assert np.array_equal(np.asanyarray(image.dataobj)[:, :, 0].T, painted)
    assert np.array_equal(image.affine, nibabel.load(folder / "image.nii.gz").affine)
    assert gzip.decompress(browser.get(f"{address}/image").content) == gzip.decompress(nifti(body()))


def test_two_painters_do_not_overwrite_each_other(site: Site) -> None:
    first, second = site.signed_in(Role.REVIEWER, "first"), site.signed_in(Role.REVIEWER, "second")
    number = ask(first)
    segmented(site, number)
    address, labels = f"/api/v1/slices/{number}/draft", mask().tobytes()
    second.get("/")
    assert first.request("PUT", address, content=labels).status_code == 200
    late = second.request("PUT", address, content=labels, headers={"accept": "application/json"})
    assert late.status_code == 409
    assert "first saved another mask" in late.json()["detail"]


@pytest.mark.parametrize("labels", [b"", b"\x04" * 64 * 64, b"\x01" * 10])
def test_labels_that_do_not_fit_are_refused(labels: bytes, site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    segmented(site, number)
    assert browser.request("PUT", f"/api/v1/slices/{number}/draft", content=labels).status_code == 422


def test_a_slice_is_deleted_with_its_files_but_not_under_a_worker(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    address = f"/api/v1/slices/{number}"
    with site.room.sessions.begin() as session:
        uploads.take(session, number, site.clock[0])
    assert browser.request("DELETE", address).status_code == 409
    with site.room.sessions.begin() as session:
        uploads.give_up(session, number, 1, "its worker was lost", site.clock[0])
    folder = segmented(site, number)
    assert browser.request("DELETE", address).status_code == 204
    assert not folder.exists()
    assert browser.get(f"/single/{number}").status_code == 404


def test_who_looked_at_a_slice_is_on_record(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    browser.get(f"/single/{number}")
    with site.room.sessions() as session:
        events = session.scalars(select(Event).where(Event.entity == "upload")).all()
    assert [(one.actor, one.reason) for one in events] == [("reviewer", None), ("reviewer", "viewed")]


def test_a_spiteful_name_stays_inert(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser, name="<script>alert(1)</script>")
    for address in ("/single", f"/single/{number}"):
        assert "<script>alert" not in browser.get(address).text


def test_a_reader_gives_a_slice_paints_and_deletes_it(make_site: Callable[..., Site], tmp_path: Path) -> None:
    site = make_site(sign_in=False)
    (tmp_path / "case-7-image.nii.gz").write_bytes(nifti(body()))
    with screen(site, tmp_path) as seen:
        seen.open("/single")
        seen.page.ask("files", "#image", str(tmp_path / "case-7-image.nii.gz"))
        assert seen.see("() => document.querySelector('#name').value") == "case-7"
        seen.see("() => document.querySelector('#give button').click()")
        seen.waits_for("main", "waits for a worker")
        segmented(site, 1, reference=True)
        seen.waits_for("[data-reference=psoas] [data-what=dice]", "0.875")
        eventually(lambda: seen.see("() => document.querySelector('.stage')?.dataset.ready"), what="slice")
        seen.press("g")
        eventually(
            lambda: seen.see("() => document.querySelector('#reference').ariaPressed === 'true'"), 20, "outline"
        )
        seen.see("() => document.querySelector('#clear').click()")
        seen.waits_for("[data-reference=psoas] [data-what=dice]", "0.000")
        eventually(lambda: rows(site.room.sessions, Upload, version=1), 20, "autosave")
        seen.open("/single")
        seen.waits_for("main", "painted")
        for _ in ("asks", "deletes"):
            seen.see("() => document.querySelector('[data-delete]').click()")
        seen.waits_for("#notice", "Deleted")
    with site.room.sessions() as session:
        assert session.scalars(select(Upload)).all() == []


def test_a_large_mask_may_come_packed_and_grows_no_further_than_its_slice(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    segmented(site, number)
    address = f"/api/v1/slices/{number}/draft"
    assert browser.request("PUT", address, content=zlib.compress(mask().tobytes())).status_code == 200
    bomb = zlib.compress(bytes(50_000_000))
    assert browser.request("PUT", address, content=bomb, headers={"x-version": "1"}).status_code == 422
    assert np.array_equal(np.frombuffer(browser.get(address).content, np.uint8), mask().ravel())


def test_a_slice_that_still_waits_can_be_deleted(site: Site) -> None:
    browser = site.signed_in(Role.REVIEWER)
    number = ask(browser)
    assert browser.request("DELETE", f"/api/v1/slices/{number}").status_code == 204
