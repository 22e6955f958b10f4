"""What was accepted is there, or is sent again: commitment both ways, C-FIND, peers that forget or keep silent."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import (
    StorageCommitmentPushModel,
    StorageCommitmentPushModelInstance,
    StudyRootQueryRetrieveInformationModelFind,
)

from db.schema import Refusal
from db.verifying import MOST_ASKED, MOST_RESENT
from tests.factories import destination
from tests.whole.delivery import Office, office
from tests.wire.peers import connect, open_door

MINUTES = 60.0


@dataclass
class Archive:
    """A PACS with storage commitment and query; it keeps what `keeps` says, and reports as it is told."""

    port: int = 0
    keeps: Callable[[str], bool] = lambda _uid: True
    there: set[str] = field(default_factory=set)
    stores: list[str] = field(default_factory=list)
    asked: list[Dataset] = field(default_factory=list)
    reports: Callable[["Archive", Any, Dataset], None] = lambda _archive, _association, _report: None
    find_status: int = 0x0000

    def report(self, wanted: Dataset) -> Dataset:
        report = Dataset()
        report.TransactionUID = wanted.TransactionUID
        items = {str(item.ReferencedSOPInstanceUID): item for item in wanted.ReferencedSOPSequence}
        report.ReferencedSOPSequence = [item for uid, item in items.items() if uid in self.there]
        report.FailedSOPSequence = failed = [item for uid, item in items.items() if uid not in self.there]
        for item in failed:
            item.FailureReason = 0x0112
        return report


@contextmanager
def archive(**how: Any) -> Iterator[Archive]:
    here = Archive(**how)
    ae = AE("PACS")
    ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian)
    ae.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
    ae.add_supported_context(StorageCommitmentPushModel)
    promised: list[Dataset] = []

    def store(event: Any) -> int:
        uid = str(event.request.AffectedSOPInstanceUID)
        here.stores.append(uid)
        if here.keeps(uid):
            here.there.add(uid)
        return 0x0000

    def find(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        if here.find_status:
            yield here.find_status, None
        elif event.identifier.SOPInstanceUID in here.there:
            yield 0xFF00, event.identifier

    def action(event: Any) -> tuple[int, Dataset | None]:
        here.asked.append(event.action_information)
        promised.append(here.report(event.action_information))
        return 0x0000, None

    def answered(event: Any) -> None:
        if type(event.message).__name__ == "N_ACTION_RSP":
            here.reports(here, event.assoc, promised.pop())

    handlers = [
        (evt.EVT_C_STORE, store),
        (evt.EVT_C_FIND, find),
        (evt.EVT_N_ACTION, action),
        (evt.EVT_DIMSE_SENT, answered),
    ]
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    here.port = server.socket.getsockname()[1]
    try:
        yield here
    finally:
        server.shutdown()


def on_the_same_association(_archive: Archive, association: Any, report: Dataset) -> None:
    kind = 2 if report.FailedSOPSequence else 1
    arguments = (report, kind, StorageCommitmentPushModel, StorageCommitmentPushModelInstance)
    threading.Thread(target=association.send_n_event_report, args=arguments, daemon=True).start()


def call_the_node(port: int, report: Dataset, *, calling: str = "PACS", role: bool = True) -> int | None:
    """The archive opens an association of its own, as the provider."""
    ae = AE(calling)
    ae.add_requested_context(StorageCommitmentPushModel)
    roles = [build_role(StorageCommitmentPushModel, scp_role=True)] if role else []
    association = ae.associate("127.0.0.1", port, ae_title="L3NODE", ext_neg=roles)
    if not association.is_established:
        return None
    kind = 2 if report.FailedSOPSequence else 1
    model, instance = StorageCommitmentPushModel, StorageCommitmentPushModelInstance
    status, _ = association.send_n_event_report(report, kind, model, instance)
    association.release()
    return status.get("Status")


@contextmanager
def at(tmp_path: Path, here: Archive, verify: str) -> Iterator[Office]:
    with office(tmp_path / "node", destination("PACS", here.port, verify=verify)) as desk:
        desk.result(1, "PACS")
        yield desk


@pytest.fixture(autouse=True)
def node_folder(tmp_path: Path) -> None:
    (tmp_path / "node").mkdir()


def test_a_report_on_the_same_association_verifies(tmp_path: Path) -> None:
    with archive(reports=on_the_same_association) as here, at(tmp_path, here, "commitment") as desk:
        desk.tick()
        assert desk.states("PACS") == ["sent"] * 3
        desk.tick(11)
        assert desk.states("PACS") == ["verified"] * 3
        assert len(here.asked) == 1
        assert {parcel.reason for parcel in desk.parcels("PACS")} == {"committed"}


def test_what_is_not_committed_is_sent_again_and_the_rest_is_verified(tmp_path: Path) -> None:
    lost = iter([False])
    keeps = lambda uid: uid != "1.2.3.12" or next(lost, True)  # noqa: E731
    with archive(reports=on_the_same_association, keeps=keeps) as here, at(tmp_path, here, "commitment") as desk:
        desk.tick()
        desk.tick(11)
        assert desk.states("PACS") == ["verified", "pending", "verified"]
        assert desk.parcels("PACS")[1].reason == "not committed: failure reason 0x0112"
        desk.tick()
        desk.tick(11)
        assert desk.states("PACS") == ["verified"] * 3
    assert here.stores == ["1.2.3.11", "1.2.3.12", "1.2.3.13", "1.2.3.12"]


@pytest.mark.parametrize("role", [True, False], ids=["with a role", "without"])
@pytest.mark.parametrize("lane", [True, False], ids=["lane", "stock"])
def test_a_report_on_an_association_that_the_archive_opens_verifies(tmp_path: Path, role: bool, lane: bool) -> None:
    waiting: list[Dataset] = []
    later = archive(reports=lambda _archive, _association, report: waiting.append(report))
    with later as here, at(tmp_path, here, "commitment") as desk:
        committers = frozenset({"PACS"})
        with open_door(tmp_path, committers=committers, reported=desk.steps.reported, lane=lane) as door:
            desk.tick()
            desk.tick(11)
            assert desk.states("PACS") == ["sent"] * 3
            assert call_the_node(door.port, waiting[0], role=role) == 0x0000
            assert desk.states("PACS") == ["verified"] * 3
            assert call_the_node(door.port, waiting[0], calling="STRANGER") is None


def test_a_report_that_nobody_asked_for_changes_nothing_and_is_counted(tmp_path: Path) -> None:
    with archive() as here, at(tmp_path, here, "commitment") as desk:
        with open_door(tmp_path, committers=frozenset({"PACS"}), reported=desk.steps.reported) as door:
            desk.tick()
            forged = Dataset()
            forged.TransactionUID = "1.2.3.4"
            forged.FailedSOPSequence = []
            forged.ReferencedSOPSequence = [item := Dataset()]
            item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CTImageStorage, "1.2.3.11"
            assert call_the_node(door.port, forged) == 0x0000
            (refusal,) = door.rows(Refusal, 1)
            assert refusal.reason == "report of a commitment that nobody asked for"
        assert desk.states("PACS") == ["sent"] * 3


def test_a_destination_that_only_commits_may_not_store(tmp_path: Path) -> None:
    with open_door(tmp_path, committers=frozenset({"PACS"})) as door:
        assert not connect(door.port, calling="PACS").is_established


def test_a_commitment_that_is_never_reported_is_asked_for_again_then_sent_again_then_left_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicom_node.deliver.commitment.STAY", 0.0)
    with archive() as here, at(tmp_path, here, "commitment") as desk:
        for _ in range((MOST_ASKED + 2) * (MOST_RESENT + 1)):
            desk.tick(16 * MINUTES)
        assert desk.states("PACS") == ["dead"] * 3
        assert {parcel.reason for parcel in desk.parcels("PACS")} == {"sent 4 times: commitment was never reported"}
    assert len(here.stores) == 3 * (MOST_RESENT + 1)
    assert len(here.asked) == MOST_ASKED * (MOST_RESENT + 1)
    assert len({str(wanted.TransactionUID) for wanted in here.asked}) == len(here.asked)


def test_an_archive_that_is_away_when_asked_costs_nothing(tmp_path: Path) -> None:
    with archive(reports=on_the_same_association) as here, at(tmp_path, here, "commitment") as desk:
        desk.tick()
        sections = {"destination": (desk.settings.destination[0].model_copy(update={"port": 1}),)}
        away = desk.settings.model_copy(update=sections)
        office_away = Office(away, desk.sessions, now=desk.now)
        for _ in range(8):
            office_away.tick(24 * 60 * MINUTES)
        assert desk.states("PACS") == ["sent"] * 3
        assert {parcel.asked for parcel in desk.parcels("PACS")} == {0}
        desk.now = office_away.now
        desk.tick(24 * 60 * MINUTES)
        assert desk.states("PACS") == ["verified"] * 3


def test_what_was_accepted_and_forgotten_is_found_out_by_query_and_sent_again(tmp_path: Path) -> None:
    forget = iter([False, False])
    keeps = lambda uid: uid != "1.2.3.13" or next(forget, True)  # noqa: E731
    with archive(keeps=keeps) as here, at(tmp_path, here, "query") as desk:
        for _ in range(3 * MOST_ASKED):
            desk.tick(4 * MINUTES)
        assert desk.states("PACS") == ["verified"] * 3
        assert {parcel.reason for parcel in desk.parcels("PACS")} == {"found by C-FIND"}
        assert desk.parcels("PACS")[2].resent == 2
    assert here.stores.count("1.2.3.13") == 3
    assert here.stores.count("1.2.3.11") == 1


def test_an_archive_that_always_forgets_is_given_up_and_the_parcel_says_why(tmp_path: Path) -> None:
    with archive(keeps=lambda _uid: False) as here, at(tmp_path, here, "query") as desk:
        for _ in range((MOST_ASKED + 1) * (MOST_RESENT + 1)):
            desk.tick(16 * MINUTES)
        assert {parcel.reason for parcel in desk.parcels("PACS")} == {"sent 4 times: accepted, and then not there"}
        assert desk.states("PACS") == ["dead"] * 3


def test_a_query_that_fails_is_no_evidence_of_anything(tmp_path: Path) -> None:
    with archive(find_status=0xC000) as here, at(tmp_path, here, "query") as desk:
        for _ in range(12):
            desk.tick(16 * MINUTES)
        assert desk.states("PACS") == ["sent"] * 3
        here.find_status = 0x0000
        desk.tick(30 * MINUTES)
        assert desk.states("PACS") == ["verified"] * 3
    assert len(here.stores) == 3


def test_without_verification_nothing_is_asked(tmp_path: Path) -> None:
    with archive() as here, at(tmp_path, here, "none") as desk:
        for _ in range(5):
            desk.tick(60 * MINUTES)
        assert desk.states("PACS") == ["sent"] * 3
        assert here.asked == []
