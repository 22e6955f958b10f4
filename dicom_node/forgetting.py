"""Forget a patient or a study at this node: rows, images, results.  What a PACS holds is the PACS' affair."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import forgetting
from db.forgetting import Forgotten
from db.session import Sessions
from dicom_node import given
from dicom_node.folders import result_folder
from dicom_node.site_secret import keyed_hash, site_secret


class Busy(Exception):
    """A worker is at it; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Whom:
    """What is to be forgotten, and what kind of identifier it is."""

    kind: str
    value: str
    studies: tuple[int, ...]


def find(sessions: Sessions, value: str, issuer: str | None = None) -> Whom:
    """A study by its UID, else every study of a PatientID."""
    with sessions() as session:
        if studies := forgetting.study_of(session, value):
            return Whom("StudyInstanceUID", value, tuple(studies))
        return Whom("PatientID", value, tuple(forgetting.studies_of_patient(session, value, issuer)))


def forget(sessions: Sessions, data: Path, whom: Whom, actor: str, now: datetime) -> Forgotten:
    """Rows in one transaction, then the files; raises `Busy`."""
    audit = f"{whom.kind} {keyed_hash(site_secret(data), 'forgotten', whom.kind, whom.value)}"
    with sessions.begin() as session:
        if forgetting.at_work(session, whom.studies):
            raise Busy("a worker analyses it just now; try again in a moment")
        gone = forgetting.forget(session, whom.studies, audit, actor, now)
    _delete(data, gone)
    return gone


def _delete(data: Path, gone: Forgotten) -> None:
    for name in gone.files:
        (data / name).unlink(missing_ok=True)
    for key in gone.results:
        shutil.rmtree(result_folder(data, key), ignore_errors=True)
    for digest in gone.labels:
        given.forget(data, digest)
