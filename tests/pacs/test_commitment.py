"""Orthanc vouches for what it stored, and answers whether it is there."""

from pathlib import Path

from db.schema import Delivery
from tests.factories import destination, eventually
from tests.peers import ORTHANC_AE, free_port, orthanc
from tests.whole.delivery import office
from tests.wire.peers import open_door


def test_orthanc_commits_by_a_reverse_association(tmp_path: Path) -> None:
    port, node = free_port(), tmp_path / "node"
    node.mkdir()
    with orthanc(tmp_path / "orthanc", port, auto_route=False) as pacs:
        with office(node, destination(ORTHANC_AE, pacs.port, verify="commitment")) as desk:
            desk.result(1, ORTHANC_AE)
            committers = frozenset({ORTHANC_AE})
            with open_door(tmp_path, committers=committers, reported=desk.steps.reported, port=port):
                desk.tick()
                desk.tick(11)
                eventually(lambda: desk.states(ORTHANC_AE) == ["verified"] * 3, what="the commitment")


def test_what_orthanc_lost_is_found_out_and_sent_again(tmp_path: Path) -> None:
    with orthanc(tmp_path / "orthanc", free_port(), auto_route=False) as pacs:
        with office(tmp_path, destination(ORTHANC_AE, pacs.port, verify="query")) as desk:
            desk.result(1, ORTHANC_AE)
            desk.tick()
            pacs.rest.delete(f"/instances/{pacs.contents()['CT'][0]}").raise_for_status()
            for _ in range(12):
                desk.tick(240)
            assert desk.states(ORTHANC_AE) == ["verified"] * 3
            assert sorted(parcel.resent for parcel in desk.parcels(ORTHANC_AE)) == [0, 0, 1]
            assert len(pacs.contents()["CT"]) == 3
            assert isinstance(desk.parcels(ORTHANC_AE)[0], Delivery)
