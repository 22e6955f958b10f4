"""How the source image was made, in the words of its header.  States what the source states and guesses nothing."""

from pydicom.dataset import Dataset

from inference.ct import CtSlice
from reporting.wording import NOT_STATED, plain


def stated(image: Dataset, keyword: str) -> str:
    """The value of a text attribute; several values (a kernel with its strength) joined by a slash."""
    value = image.get(keyword)
    if not value:
        return NOT_STATED
    return value if isinstance(value, str) else "/".join(str(part) for part in value)


def acquisition_line(image: Dataset, ct: CtSlice, frame: int | None = None) -> str:
    """One line for a person: which image, tube voltage, kernel, thickness, contrast."""
    voltage = f"{float(image.KVP):.0f} kV" if image.get("KVP") else f"kV {NOT_STATED}"
    kernel, contrast = stated(image, "ConvolutionKernel"), stated(image, "ContrastBolusAgent")
    height = f"{float(image.ImagePositionPatient[2]):.1f} mm"
    number = f"frame {frame} " if frame else f"image {image.InstanceNumber} " if image.get("InstanceNumber") else ""
    where = f"CT {number}at {height}"
    return plain(f"{where}: {voltage}, kernel {kernel}, {ct.thickness_mm:g} mm, contrast {contrast}")
