"""A patient's key in a cohort: the same for all studies of one patient at this site, and no way back to the ID."""

import re
from collections.abc import Iterable

from config.settings import Source
from db.schema import Study
from dicom_node.site_secret import keyed_hash

LENGTH = 32
"""Hexadecimal digits kept, 128 bits: far more than patients need to stay apart."""
CODE = re.compile("[0-9a-f]{10}", re.IGNORECASE)
"""The first of them, which people can compare and search for; two patients of a million rarely share them."""


def patient_key(secret: bytes, issuer: str | None, patient_id: str | None) -> str | None:
    """The key of issuer and PatientID (0010,0020); None where no patient is named."""
    if not patient_id:
        return None
    return keyed_hash(secret, "patient", (issuer or "").strip(), patient_id.strip())[:LENGTH]


def key_of_study(secret: bytes, sources: Iterable[Source], study: Study) -> str | None:
    """The key of a study's patient; issuer: IssuerOfPatientID (0010,0021), else that of its source's setting."""
    issuers = {source.ae_title.strip(): source.issuer for source in sources}
    issuer = study.issuer_of_patient_id or issuers.get((study.source_ae or "").strip())
    return patient_key(secret, issuer, study.patient_id)


def code_of(key: str | None) -> str:
    """The short code of a key, for a page; empty where no patient is named."""
    found = CODE.match(key or "")
    return found[0] if found else ""


def is_code(text: str) -> bool:
    """Whether a text could be the short code of a patient."""
    return CODE.fullmatch(text) is not None
