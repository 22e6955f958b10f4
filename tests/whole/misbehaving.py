"""A worker that does what the patient's ID says; importable in its own process by name."""

import os
import time
from pathlib import Path

from pydicom import dcmread

from dicom_node.job import Job, Outcome
from tests.chaos import stub
from tests.chaos.points import VARIABLE


def perform(opening: object, job: Job) -> Outcome:
    """Hang, choke, or do as a stub does."""
    who = str(dcmread(job.files[0], stop_before_pixels=True).PatientID)
    if who.startswith("HANG") and not (Path(os.environ[VARIABLE]) / "well").exists():
        time.sleep(600)
    if who == "POISON":
        raise ValueError("told so")
    return stub.perform(opening, job)
