"""Reading arrivals back from hostile files."""

import random
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian

from db import inbox
from db.schema import Base
from db.session import open_engine, open_sessions
from dicom_node.receive.glance import Malformed, glance
from dicom_node.receive.register import UNREADABLE, read_arrival
from tests.factories import SCALE
from tests.unit.node.factories import dataset_bytes, make_image, part10

HEADER = part10(make_image())[: -len(dataset_bytes(part10(make_image())))]
DATASET = dataset_bytes(part10(make_image()))


def test_what_the_rows_need_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(part10(make_image()))
    arrival = read_arrival(tmp_path / "a.dcm", "spool/a.dcm")
    assert (arrival.path, arrival.patient_id, arrival.accession_number, arrival.issuer_of_patient_id) == (
        "spool/a.dcm",
        "P-1",
        "A-1",
        None,
    )
    assert (arrival.position_mm, arrival.transfer_syntax_uid) == (0.0, ExplicitVRLittleEndian)
    assert arrival.received_at.tzinfo


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("sent", "kept"), [("A\\B", "A\\B"), ("x" * 900, "x" * 64), ("", None), (" P ", "P")])
def test_an_id_that_breaks_its_vr_is_still_text_that_a_row_holds(tmp_path: Path, sent: str, kept: str | None) -> None:
    (tmp_path / "a.dcm").write_bytes(part10(make_image(PatientID=sent)))
    assert (read_arrival(tmp_path / "a.dcm", "a").patient_id or "").strip() == (kept or "")


@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4)
)
@settings(max_examples=300 * SCALE, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_whatever_passes_the_door_is_an_arrival_or_put_aside(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, bytes]]
) -> None:
    data = bytearray(DATASET[:-96])
    for where, new in changes:
        start = int(where * len(data))
        data[start : start + len(new)] = new
    whole = bytes(data) + DATASET[-96:]
    try:
        glance(BytesIO(whole), len(whole), ExplicitVRLittleEndian)
    except Malformed:
        return
    path = tmp_path_factory.getbasetemp() / "mutated.dcm"
    path.write_bytes(HEADER + whole)
    with suppress(UNREADABLE):
        read_arrival(path, "a")


@pytest.mark.filterwarnings("ignore")
def test_values_of_the_wrong_kind_become_rows_or_are_put_aside(tmp_path: Path) -> None:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    chance = random.Random(3)
    kept = 0
    for number in range(400 * SCALE):
        data = _with_other_digits(chance)
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(HEADER + data)
        with suppress(UNREADABLE):
            glance(BytesIO(data), len(data), ExplicitVRLittleEndian)
            arrival = read_arrival(path, path.name)
            with open_sessions(engine).begin() as session:
                inbox.register(session, [arrival], lambda _one, _other: False)
            kept += 1
    engine.dispose()
    assert kept > 100 * SCALE


def _with_other_digits(chance: random.Random) -> bytes:
    """The dataset with a few characters of its numbers changed, its elements whole."""
    data = bytearray(DATASET)
    for _ in range(chance.randrange(1, 4)):
        where = chance.randrange(len(data) - 96)
        if chr(data[where]) in "0123456789.\\-":
            data[where] = chance.choice(b"0123456789.\\-+eE xn\0\xff")
    return bytes(data)
