import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from reporting.objects import objects
from reporting.rejection import rejection_note
from tests.unit.reporting.factories import make_ct_header, make_finding, make_identity, make_review, make_revision

ROOT = Path(__file__).parents[3]
PROGRAM = "from tests.unit.reporting.test_same_bytes import told; print(*told(), sep='\\n')"


def told() -> list[str]:
    """UID and digest of a first result, of a corrected revision and of its rejection note."""
    header, found, second = make_ct_header(), make_finding(), make_revision(review=make_review(corrected=True))
    encoded = (
        *objects(header, found, make_identity()),
        *objects(header, found, second),
        rejection_note(header, found, second, "quality"),
    )
    return [f"{one.sop_instance_uid} {hashlib.sha256(one.data).hexdigest()}" for one in encoded]


def in_a_process_of_its_own(zone: str, seed: str) -> list[str]:
    environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()


def test_two_processes_at_different_times_and_places_write_the_same_bytes() -> None:
    first = in_a_process_of_its_own("UTC", "1")
    time.sleep(1.1)  # every clock reading of one second would differ
    assert in_a_process_of_its_own("Asia/Tokyo", "2") == first
    assert told() == first
    assert len(set(first)) == 7
