"""Pixels in every transfer syntax: the lossless ones are the same, what cannot be decoded has that reason."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLossless, JPEGLSLossless, RLELossless

from dicom_node.study.geometry import Orientation
from dicom_node.study.pixels import read_slice
from dicom_node.study.series import Stack, read_images
from inference.errors import Reason, Unsuitable
from tests.unit.node.factories import HEAD_FIRST_SUPINE, make_image, part10

SLIGHTLY_LOSSY = {"1.2.840.10008.1.2.4.81": 1, "1.2.840.10008.1.2.4.91": 5}
"""Largest difference of a pixel, HU."""
EIGHT_BIT = "1.2.840.10008.1.2.4.50"
"""Decodes, to something else: this process cannot hold 16 bits."""
NO_DECODER = {f"1.2.840.10008.1.2.4.{process}" for process in (51, 53, 55)}


def decoded(path: Path) -> NDArray[np.int16]:
    """One image as a slice in Hounsfield units."""
    (image,) = read_images(path)
    stack = Stack(
        images=(image,),
        orientation=Orientation.of(HEAD_FIRST_SUPINE),
        positions_mm=(0.0,),
        spacing_mm=5.0,
        pixel_spacing_mm=(1.0, 1.0),
        tilt_degrees=0.0,
    )
    return read_slice(stack, 0).hu


def difference(path: Path, expected: NDArray[np.int16]) -> int | Reason:
    """The largest difference from what was expected, HU; or why there is none."""
    try:
        return int(np.abs(decoded(path).astype(int) - expected).max())
    except Unsuitable as fault:
        return fault.reason


def test_every_transfer_syntax_gives_the_same_pixels_or_the_reason_that_it_cannot(shared_data: Path) -> None:
    folder = shared_data / "transfer_syntaxes"
    expected, found = decoded(folder / "CTImage.dcm"), {}
    for path in sorted(folder.glob("*.dcm")):
        syntax = str(dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID)
        found[syntax] = difference(path, expected)
    assert isinstance(found.pop(EIGHT_BIT), int)
    assert {syntax for syntax, one in found.items() if one == Reason.CANNOT_DECODE} == NO_DECODER
    others = {syntax: one for syntax, one in found.items() if one != Reason.CANNOT_DECODE}
    assert all(int(one) <= SLIGHTLY_LOSSY.get(syntax, 0) for syntax, one in others.items())
    assert len(others) >= 10


@pytest.mark.parametrize(
    "syntax", [RLELossless, JPEGLossless, JPEGLSLossless, JPEG2000Lossless], ids=lambda s: s.name
)
@pytest.mark.parametrize("frame", [bytes(2), bytes(64), b"\xff" * 64, b"\xff\x4f\xff\x51" + bytes(20)], ids=repr)
@pytest.mark.filterwarnings("ignore")
def test_pixels_that_are_none_have_the_reason_that_they_cannot_be_decoded(
    tmp_path: Path, syntax: str, frame: bytes
) -> None:
    image = make_image(PixelData=encapsulate([frame]))
    image["PixelData"].is_undefined_length = True
    image["PixelData"].VR = "OB"
    path = tmp_path / "image.dcm"
    path.write_bytes(part10(image, syntax))
    with pytest.raises(Unsuitable) as fault:
        decoded(path)
    assert fault.value.reason == Reason.CANNOT_DECODE
