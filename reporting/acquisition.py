"""How the source image was made, as the image library of the SR tells it (PS3.16 TID 1600 to 1604)."""

from collections.abc import Iterator

from highdicom import sr
from pydicom.dataset import Dataset

from inference.ct import CtSlice
from reporting import codes
from reporting.wording import plain

NOT_STATED = "not stated"
_RELATION = "HAS ACQ CONTEXT"


def describe_acquisition(root: Dataset, image: Dataset) -> None:
    """Add tube voltage, kernel and contrast to the library entry of `image` (highdicom states the geometry)."""
    library = next(
        item for item in root.ContentSequence if item.name == sr.CodedConcept("111028", "DCM", "Image Library")
    )
    entry = library.ContentSequence[0].ContentSequence[-1]
    entry.ContentSequence.extend(_descriptors(image))


def _descriptors(image: Dataset) -> Iterator[sr.ContentItem]:
    if image.get("KVP"):
        yield sr.NumContentItem(
            name=codes.KVP, value=float(image.KVP), unit=codes.KILOVOLT, relationship_type=_RELATION
        )
    stated = {codes.KERNEL: image.get("ConvolutionKernel"), codes.CONTRAST_AGENT: image.get("ContrastBolusAgent")}
    for name, value in stated.items():
        yield sr.TextContentItem(name=name, value=_said(value), relationship_type=_RELATION)


def _said(value: object) -> str:
    """The value as the source states it; a multi-valued kernel joined by a slash."""
    if not value:
        return NOT_STATED
    return value if isinstance(value, str) else "/".join(str(part) for part in value)  # type: ignore[attr-defined]


def acquisition_line(image: Dataset, ct: CtSlice) -> str:
    """One line for a person: tube voltage, kernel, thickness, contrast."""
    voltage = f"{float(image.KVP):.0f} kV" if image.get("KVP") else "kV not stated"
    kernel = _said(image.get("ConvolutionKernel"))
    contrast = _said(image.get("ContrastBolusAgent"))
    return plain(f"CT: {voltage}, kernel {kernel}, {ct.thickness_mm:g} mm, contrast {contrast}")
