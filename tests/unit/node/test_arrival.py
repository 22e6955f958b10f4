"""A stored file read back: by header and stream the same digests as by the whole dataset, in little memory."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from dicom_node.digests import pixels_digest
from dicom_node.receive import arrival
from dicom_node.receive.arrival import read_arrival, same_pixels
from reporting.identity import identity_digest
from tests.factories import REPOSITORY
from tests.unit.node.factories import enhanced, item, make_image, part10, renamed

NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
LOSSY_OR_NOT_DECODED = ("4.50", "4.51", "4.53", "4.55", "4.81", "4.91")
LARGE_BYTES = 500 << 20


@pytest.fixture(params=["at once", "in parts", "all left in the file"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a small object, as a large one, and as a large one with long values in its header."""
    if request.param != "at once":
        monkeypatch.setattr(arrival, "SMALL", 0)
        monkeypatch.setattr(arrival, "CHUNK", 1000)
    if request.param == "all left in the file":
        monkeypatch.setattr(arrival, "DEFERRED", 40)


def write(path: Path, syntax: str = ExplicitVRLittleEndian, **attributes: Any) -> Path:
    path.write_bytes(part10(make_image(**attributes), syntax))
    return path


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("attributes", [{}, {"PixelData": None}, {"PixelData": b""}, enhanced(0, 5)], ids=str)
@pytest.mark.usefixtures("reading")
def test_header_and_stream_have_the_digests_of_the_whole_dataset(
    tmp_path: Path, syntax: str, attributes: dict[str, Any]
) -> None:
    path = write(tmp_path / "a.dcm", syntax, **attributes)
    found, whole = read_arrival(path, "a"), dcmread(path)
    assert (found.pixels_digest, found.identity_digest) == (pixels_digest(whole), identity_digest(whole))
    assert found.transfer_syntax_uid == syntax


@pytest.mark.usefixtures("reading")
def test_encapsulated_pixels_have_the_digest_of_the_whole_dataset(tmp_path: Path) -> None:
    fragments = [b"\xfe\xff\xdd\xe0" * 100, b"12", b"x" * 3000]
    image = make_image(PixelData=encapsulate(fragments), NumberOfFrames=3)
    image["PixelData"].VR = "OB"
    image["PixelData"].is_undefined_length = True
    path = tmp_path / "a.dcm"
    path.write_bytes(part10(image, RLELossless))
    assert read_arrival(path, "a").pixels_digest == pixels_digest(dcmread(path))


@pytest.mark.usefixtures("reading")
def test_real_objects_have_the_digests_of_the_whole_dataset(shared_data: Path) -> None:
    files = sorted((shared_data / "transfer_syntaxes").glob("*.dcm")) + sorted((shared_data / "odd").glob("*.dcm"))
    assert len(files) > 16
    for path in files:
        found, whole = read_arrival(path, path.name), dcmread(path)
        assert (found.pixels_digest, found.identity_digest) == (pixels_digest(whole), identity_digest(whole)), path


def test_another_transfer_syntax_is_the_same_unless_it_is_lossy_or_cannot_be_decoded(
    tmp_path: Path, shared_data: Path
) -> None:
    known, other = tmp_path / "a.dcm", tmp_path / "b.dcm"
    known.write_bytes(renamed(shared_data / "transfer_syntaxes" / "CTImage.dcm", "1.2.3.1"))
    for path in sorted((shared_data / "transfer_syntaxes").glob("*.dcm")):
        other.write_bytes(renamed(path, "1.2.3.1"))
        syntax = dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
        assert same_pixels(known, other) != syntax.endswith(LOSSY_OR_NOT_DECODED), path.name


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian], ids=lambda s: s.name)
def test_an_enhanced_object_in_another_transfer_syntax_is_the_same(tmp_path: Path, syntax: str) -> None:
    known = write(tmp_path / "a.dcm", ImplicitVRLittleEndian, **enhanced(0, 5))
    assert same_pixels(known, write(tmp_path / "b.dcm", syntax, **enhanced(0, 5)))
    assert not same_pixels(known, write(tmp_path / "c.dcm", syntax, **enhanced(0, 6)))


@pytest.mark.parametrize(
    "changes",
    [{"Rows": 65535, "Columns": 65535}, {"PixelData": None}, {"PixelData": b"xx"}, {"BitsAllocated": 7}],
    ids=str,
)
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_decoded_is_not_the_same(tmp_path: Path, changes: dict[str, Any]) -> None:
    one = write(tmp_path / "a.dcm", **changes)
    assert not same_pixels(one, write(tmp_path / "b.dcm", ImplicitVRLittleEndian, **changes))
    assert not same_pixels(one, tmp_path / "gone.dcm")


@pytest.mark.parametrize(
    "other",
    [
        enhanced(0, 6),
        enhanced(5, 0),
        enhanced(0, 5, PixelMeasuresSequence=[item(PixelSpacing=[0.8, 0.8], SliceThickness=5)]),
        enhanced(0, 5, PixelMeasuresSequence=[item(PixelSpacing=[0.8, 0.7], SliceThickness=4)]),
        enhanced(0, 5, PlaneOrientationSequence=[item(ImageOrientationPatient=[-1, 0, 0, 0, 1, 0])]),
        enhanced(0, 5, PixelValueTransformationSequence=[item(RescaleIntercept=0, RescaleSlope=1, RescaleType="HU")]),
    ],
)
def test_the_geometry_of_every_frame_is_part_of_the_digest(other: dict[str, Any]) -> None:
    assert pixels_digest(make_image(**enhanced(0, 5))) == pixels_digest(make_image(**enhanced(0, 5)))
    assert pixels_digest(make_image(**other)) != pixels_digest(make_image(**enhanced(0, 5)))


def test_an_enhanced_object_has_no_one_position(tmp_path: Path) -> None:
    assert read_arrival(write(tmp_path / "a.dcm", **enhanced(0, 5)), "a").position_mm is None


@pytest.mark.parametrize("cut", [1, 90, 500])
@pytest.mark.usefixtures("reading")
def test_pixels_that_end_too_early_are_told(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path / "a.dcm", PixelData=bytes(100_000))
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ValueError, match="longer than its file"):
        read_arrival(path, "a")


@pytest.mark.parametrize("encapsulated", [False, True])
def test_half_a_gigabyte_is_registered_in_little_memory(tmp_path: Path, encapsulated: bool) -> None:
    path = write(tmp_path / "a.dcm", **enhanced(*map(float, range(1000))) | {"PixelData": None})
    grow(path, encapsulated)
    code = (
        "import re, sys; from pathlib import Path; from dicom_node.receive.arrival import read_arrival\n"
        "print(read_arrival(Path(sys.argv[1]), 'a').size_bytes)\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    size, peak_kib = map(int, done.stdout.split())
    assert size > LARGE_BYTES
    assert peak_kib < 200 << 10


def grow(path: Path, encapsulated: bool) -> None:
    """Give the object half a gigabyte of zeros as PixelData, as holes in its file."""
    length, end = (0xFFFFFFFF, b"\xfe\xff\xdd\xe0\0\0\0\0") if encapsulated else (LARGE_BYTES, b"")
    with path.open("r+b") as file:
        file.seek(0, 2)
        file.write(b"\xe0\x7f\x10\0OB\0\0" + length.to_bytes(4, "little"))
        for _ in range(10 if encapsulated else 0):
            file.write(b"\xfe\xff\0\xe0" + (LARGE_BYTES // 10).to_bytes(4, "little"))
            file.seek(LARGE_BYTES // 10, 1)
        file.write(end)
        file.truncate(file.tell() if encapsulated else file.tell() + LARGE_BYTES)
