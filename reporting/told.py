"""The current identity of a study over what its images carry: told by the source, or by an administrator."""

from collections.abc import Mapping

from pydicom.dataset import Dataset

from reporting.identity import COPIED, PATIENT, UTF8

SAME_PERSON = "same_person"
"""Beside keywords: two numbers of one patient were merged, so what else is known of the patient stays."""
WHO = ("PatientID", "IssuerOfPatientID")


def apply_told(header: Dataset, told: Mapping[str, str]) -> None:
    """Give `header` the attributes that were told; of another patient nothing of the old one stays.

    Applying twice is applying once.
    """
    for keyword in COPIED:
        header.get(keyword)  # decoded with the character set it came in, before another is declared
    if is_another(header, told) and SAME_PERSON not in told:
        for keyword in PATIENT:
            if keyword in header:
                delattr(header, keyword)
    if not header.get("SpecificCharacterSet") and not "".join(told.values()).isascii():
        header.SpecificCharacterSet = UTF8
    for keyword in COPIED:
        if keyword in told:
            setattr(header, keyword, told[keyword])


def is_another(header: Dataset, told: Mapping[str, str]) -> bool:
    """Whether who is told is not whom the header names."""
    return any(keyword in told and str(header.get(keyword) or "").strip() != told[keyword] for keyword in WHO)
