"""Values of a header that may not be what their VR says."""

from pydicom.dataset import Dataset


def number(header: Dataset, keyword: str) -> float | None:
    """A single number, None where it is absent or is none ("1,68", two values)."""
    try:
        return float(header.get(keyword))
    except (ValueError, TypeError):
        return None
