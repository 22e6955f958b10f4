"""kill -9 of the whole node while a row is in a named state: nothing lost, nothing twice in the PACS.

The state is read from the database just before the kill.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from db.schema import Delivery, Instance, Series
from db.session import Sessions
from tests.factories import SCALE, all_sent, analyses, eventually, rows, study_files
from tests.peers import Gate, Orthanc, Served, free_port, node_config, orthanc

SLICES = 72


@contextmanager
def scene(tmp_path: Path, data: Path) -> Iterator[tuple[Served, Orthanc, Gate]]:
    """A node as its own process, Orthanc on both sides, and a gate before the PACS that can be shut."""
    port = free_port()
    with orthanc(tmp_path / "orthanc", port, auto_route=False) as pacs:
        gate = Gate(pacs.port)
        try:
            with Served(node_config(tmp_path, data, node_port=port, pacs_port=gate.port)) as node:
                yield node, pacs, gate
        finally:
            gate.close()


def one_result_set(node: Served, pacs: Orthanc) -> None:
    """All three objects are in the PACS once, one current result is in SQL, every row has come to rest."""
    eventually(lambda: all_sent(node.sessions), seconds=120, what="delivery")
    counts = {modality: len(instances) for modality, instances in pacs.contents().items()}
    assert counts == {"CT": SLICES, "SEG": 1, "SR": 1, "OT": 1}
    assert [analysis.state for analysis in analyses(node.sessions)] == ["done"]
    assert [analysis.is_current for analysis in analyses(node.sessions)] == [True]


def whole_files(data: Path) -> set[str]:
    """SOPInstanceUIDs of the complete files in the spool: what was answered is among them."""
    whole = set()
    for path in (data / "spool").rglob("*.dcm"):
        with suppress(InvalidDicomError, EOFError, AttributeError):
            image = dcmread(path)
            whole |= {image.SOPInstanceUID} if len(image.PixelData) == 2 * image.Rows * image.Columns else set()
    return whole


def known(node: Served) -> set[str]:
    """SOPInstanceUIDs that have a row."""
    return {instance.sop_instance_uid for instance in rows(node.sessions, Instance)}


def arriving(sessions: Sessions) -> bool:
    """Slices are arriving: the series is open and some of it is registered."""
    receiving = [series for series in rows(sessions, Series) if series.state == "receiving"]
    return bool(receiving) and 0 < len(rows(sessions, Instance)) < SLICES


def inferring(sessions: Sessions) -> bool:
    """An analysis is running."""
    return bool(analyses(sessions, "running"))


def unsent(sessions: Sessions) -> bool:
    """The result stands, and nothing of it has been sent."""
    parcels = rows(sessions, Delivery)
    return bool(analyses(sessions, "done")) and len(parcels) == 3 and all(p.state == "pending" for p in parcels)


@pytest.mark.parametrize("state", [arriving, inferring, unsent], ids=lambda state: str(state.__name__))
@pytest.mark.parametrize("_round", range(SCALE))
def test_a_killed_node_goes_on_where_it_was(
    state: Callable[[Sessions], bool], _round: int, tmp_path: Path, data_folder: Path
) -> None:
    with scene(tmp_path, data_folder) as (node, pacs, gate):
        study = pacs.upload(study_files(tmp_path / "ct"))
        if state is not unsent:
            gate.open()
        pacs.start_routing(study)
        eventually(lambda: state(node.sessions), seconds=90, what=state.__name__)
        node.kill()
        assert state(node.sessions), "the row had moved on before the kill"
        answered = whole_files(data_folder)
        gate.open() if state is unsent else None
        node.start()
        eventually(lambda: known(node) >= answered, what="every received file has its row again")
        if state is arriving:  # the PACS was not answered for the rest: it sends again
            assert answered
            assert pacs.route(study)
        one_result_set(node, pacs)
        assert pacs.route(study)
        one_result_set(node, pacs)


def test_sigterm_in_mid_analysis_ends_the_node_in_order_and_the_next_start_goes_on(
    tmp_path: Path, data_folder: Path
) -> None:
    with scene(tmp_path, data_folder) as (node, pacs, gate):
        gate.open()
        pacs.start_routing(pacs.upload(study_files(tmp_path / "ct")))
        eventually(lambda: inferring(node.sessions), seconds=90, what="inference")
        assert node.stop() == 0
        kept = [path for path in data_folder.rglob("*") if path.is_file() and "cache" not in path.parts]
        assert {path.name for path in kept if path.stat().st_mode & 0o077} == set()
        node.start()
        one_result_set(node, pacs)
