"""OHIF shows what the node measured, in its place, colour and name; a SEG that is wrong does not pass for right.

Screenshots are left in the folder that L3NODE_PICTURES names, else in pytest's.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pydicom import dcmread

from inference.labels import Tissue
from tests.peers import Orthanc, free_port, orthanc
from tests.viewer.ohif import Look, Viewer, ohif
from tests.viewer.overlay import (
    Expected,
    corners_mm,
    corners_of_key_image,
    faults,
    faults_of_key_image,
    faults_of_picture,
)
from tests.viewer.spoiled import mirrored, moved, swapped
from tests.viewer.studies import ViewedStudy, drawn_study, processed_study, single

DICOM_WEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")

STUDIES: dict[str, Callable[[Path], ViewedStudy]] = {
    "feet first": partial(drawn_study, PatientPosition="FFS", ImageOrientationPatient=[-1, 0, 0, 0, 1, 0]),
    "negated cosine": partial(drawn_study, ImageOrientationPatient=[1, 0, 0, 0, -1, 0]),
    "one slice": lambda folder: single(drawn_study(folder)),
    "300 slices": partial(drawn_study, slices=300),
    "no abdominal wall": partial(drawn_study, absent=[Tissue.ABDOMINAL_WALL]),
}
SPOILED = {"mirrored": mirrored, "moved by one slice": moved, "two colours swapped": swapped}


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """An archive that speaks DICOMweb."""
    if not DICOM_WEB.is_file():
        pytest.skip("DICOMweb for Orthanc is not installed (Debian package orthanc-dicomweb)")
    folder = tmp_path_factory.mktemp("pacs")
    with orthanc(folder, free_port(), auto_route=False, dicom_web=DICOM_WEB) as running:
        yield running


@pytest.fixture(scope="module")
def viewer(pacs: Orthanc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """One browser for all studies: what it has loaded of OHIF stays in its cache."""
    with ohif(pacs, tmp_path_factory.mktemp("viewer") / "page.log") as running:
        yield running


@pytest.fixture
def picture(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Path]:
    """Where a screenshot of this test goes."""
    folder = Path(os.environ.get("L3NODE_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    case = getattr(getattr(request.node, "callspec", None), "id", "process").replace(" ", "-")
    return lambda what: folder / f"{case}-{what}.png"


def opened(study: ViewedStudy, expected: Expected, pacs: Orthanc, viewer: Viewer) -> Look:
    """What is seen of a stored study as soon as it is as `expected`."""
    pacs.upload([*study.ct, study.seg, study.key])
    viewer.open(dcmread(study.seg))
    corners = corners_mm(study.expected.shown)
    viewer.look_until(corners, partial(faults_of_picture, expected=expected))
    viewer.list_segments()
    return viewer.look_until(corners, partial(faults, expected=expected))


def shows(study: ViewedStudy, pacs: Orthanc, viewer: Viewer, picture: Callable[[str], Path]) -> None:
    """The SEG in place, colour and name, then the key image."""
    opened(study, study.expected, pacs, viewer)
    viewer.screenshot(picture("seg"))
    key = dcmread(study.key)
    viewer.show(key.Modality)
    viewer.look_until(corners_of_key_image(key), partial(faults_of_key_image, key=key))
    viewer.screenshot(picture("key"))


def test_a_viewer_shows_what_l3node_process_made(
    pacs: Orthanc, viewer: Viewer, picture: Callable[[str], Path], tmp_path: Path, warm_cache: Path
) -> None:
    shows(processed_study(tmp_path, warm_cache), pacs, viewer, picture)


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES.keys())
def test_a_viewer_shows_each_muscle_in_its_place_colour_and_name(
    study: Callable[[Path], ViewedStudy],
    pacs: Orthanc,
    viewer: Viewer,
    picture: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    shows(study(tmp_path), pacs, viewer, picture)


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_seg_does_not_pass_for_a_right_one(
    spoil: Callable[[ViewedStudy], Expected],
    pacs: Orthanc,
    viewer: Viewer,
    picture: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    study = drawn_study(tmp_path)
    look = opened(study, spoil(study), pacs, viewer)
    viewer.screenshot(picture("seg"))
    assert faults(look, study.expected)
