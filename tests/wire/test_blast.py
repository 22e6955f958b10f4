"""The benchmark's sender says what it sends: what is stored is what it encoded, and a refusal stops it."""

from pathlib import Path

import pytest

from config.settings import Source
from db.schema import Instance
from tests.benchmarks.blast import CALLING, Refused, Sender, Stencil, blast, ct
from tests.unit.node.factories import dataset_bytes
from tests.wire.peers import open_door

SIDE = 256
"""131 KB: more than one PDU."""


def test_numbered_images_are_stored_byte_for_byte(tmp_path: Path) -> None:
    with open_door(tmp_path, sources=(Source(ae_title=CALLING),)) as door:
        blast(door.port, 5, associations=2, first=7, side=SIDE)
        door.rows(Instance, 5)
        stored = {dataset_bytes(path.read_bytes()) for path in door.stored()}
    stencil = Stencil(ct(SIDE))
    assert stored == {bytes(stencil.numbered(number)) for number in range(7, 12)}


def test_a_sender_that_is_not_let_in_says_so(tmp_path: Path) -> None:
    with open_door(tmp_path) as door, pytest.raises(Refused, match="0x03"):
        Sender(door.port, ct(16))


def test_an_image_that_is_refused_ends_the_measurement(tmp_path: Path) -> None:
    with (
        open_door(tmp_path, sources=(Source(ae_title=CALLING),), max_object_bytes=1000) as door,
        pytest.raises(Refused),
    ):
        blast(door.port, 1, side=16)
