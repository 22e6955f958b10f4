"""Orthanc vouches for what it stored, and answers whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.factories import destination, eventually
from tests.peers import ORTHANC_AE, Orthanc, free_port, orthanc
from tests.whole.delivery import Office, office
from tests.wire.peers import open_door


@contextmanager
def site(tmp_path: Path, node_port: int, verify: str) -> Iterator[tuple[Orthanc, Office]]:
    """Orthanc, and a result on its way to it."""
    (tmp_path / "node").mkdir()
    pacs = orthanc(tmp_path / "orthanc", node_port, auto_route=False)
    with pacs as here, office(tmp_path / "node", destination(ORTHANC_AE, here.port, verify=verify)) as desk:
        desk.result(1, ORTHANC_AE)
        yield here, desk


def test_orthanc_commits_by_a_reverse_association(tmp_path: Path) -> None:
    port, committers = free_port(), frozenset({ORTHANC_AE})
    with (
        site(tmp_path, port, "commitment") as (_, desk),
        open_door(tmp_path, committers=committers, reported=desk.steps.reported, port=port),
    ):
        desk.tick()
        desk.tick(11)
        eventually(lambda: desk.states(ORTHANC_AE) == ["verified"] * 3, what="the commitment")


def test_what_orthanc_lost_is_found_out_and_sent_again(tmp_path: Path) -> None:
    with site(tmp_path, free_port(), "query") as (pacs, desk):
        desk.tick()
        pacs.rest.delete(f"/instances/{pacs.contents()['CT'][0]}").raise_for_status()
        for _ in range(12):
            desk.tick(240)
        assert desk.states(ORTHANC_AE) == ["verified"] * 3
        assert sorted(parcel.resent for parcel in desk.parcels(ORTHANC_AE)) == [0, 0, 1]
        assert len(pacs.contents()["CT"]) == 3
