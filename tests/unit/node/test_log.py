"""Log lines: codes and counts, never a patient's name or ID."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from pydicom import dcmread
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from db.schema import Study
from db.session import open_engine, open_sessions, upgrade
from dicom_node import log
from tests.db.factories import NOW
from tests.unit.node.factories import make_image, part10

SECRETS = ("Doe", "Jane", "P-1", "A-1")
TALKERS = ("pynetdicom", "pydicom", "py.warnings", "apscheduler", "alembic")


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What a configured process has written; the configuration is taken back afterwards."""
    levels = {talker: logging.getLogger(talker).level for talker in TALKERS}
    log.configure()
    yield lambda: capsys.readouterr().err
    structlog.reset_defaults()
    logging.captureWarnings(False)
    for talker, level in levels.items():
        logging.getLogger(talker).setLevel(level)


def test_a_line_is_json_with_event_level_and_utc_time(lines: Callable[[], str]) -> None:
    structlog.get_logger().info("receive.turned_away", kind="object")
    written = lines()
    told = json.loads(written)
    assert (told["event"], told["level"], told["kind"]) == ("receive.turned_away", "info", "object")
    assert told["timestamp"].endswith("Z")


def test_a_fault_that_quotes_a_name_is_logged_as_type_and_frames_only(lines: Callable[[], str]) -> None:
    try:
        try:
            raise ValueError("Invalid value for VR PN: 'Doe^Jane'")
        except ValueError as cause:
            raise RuntimeError("of patient P-1") from cause
    except RuntimeError:
        structlog.get_logger().exception("choose.fault", study=7)
    written = lines()
    told = json.loads(written)
    assert told["exception"].startswith("RuntimeError\n  test_log.py:")
    assert "ValueError" in told["exception"]
    assert not any(secret in written for secret in SECRETS)


def test_what_pydicom_says_of_a_broken_value_is_not_repeated(lines: Callable[[], str], tmp_path: Path) -> None:
    logging.captureWarnings(True)
    (tmp_path / "a.dcm").write_bytes(part10(make_image()).replace(b"066Y", b"Jane"))
    assert dcmread(tmp_path / "a.dcm").PatientAge == "Jane"
    written = lines()
    assert not any(secret in written for secret in SECRETS)


def test_a_fault_of_the_database_does_not_quote_the_row(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    upgrade(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE study"))
    study = Study(study_instance_uid="1.2", patient_id="P-1", accession_number="A-1", first_at=NOW, last_at=NOW)
    with pytest.raises(OperationalError) as fault, open_sessions(engine).begin() as session:
        session.add(study)
    engine.dispose()
    assert not any(secret in str(fault.value) for secret in SECRETS)
