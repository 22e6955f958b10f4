"""Whose images are not taken, in memory for the door; read again by the clock, so that a new one counts at once."""

from pathlib import Path

from db import optout
from db.session import Sessions, looking
from dicom_node.site_secret import keyed_hash, site_secret


def key_of_patient(secret: bytes, patient_id: str) -> str:
    """What stands for a PatientID, of whatever issuer: rather one patient too many is left out than one too few."""
    return keyed_hash(secret, "opt-out", patient_id.strip())


class OptOuts:
    """`refresh` from the clock, the question from any thread."""

    def __init__(self, sessions: Sessions, data: Path) -> None:
        self._sessions = sessions
        self._secret = site_secret(data)
        self._keys: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Read the rows."""
        with looking(self._sessions) as session:
            self._keys = optout.keys(session)

    def key_if_out(self, patient_id: str) -> str | None:
        """The key of a patient who opted out, None for everybody else."""
        if not self._keys or not patient_id:
            return None
        key = key_of_patient(self._secret, patient_id)
        return key if key in self._keys else None
