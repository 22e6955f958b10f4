"""The members of a folder: OpenVINO equals torch, and a worker with converted folds is light."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference.ensemble import segment
from inference.errors import ModelRefused
from inference.members import FoldMember, open_members
from inference.members.preprocessing import Preprocessing
from inference.members.torch_member import open_with_torch
from inference.model_folder import ModelFolder, read_model_folder
from tests.factories import SCALE

from .conftest import DEMO_MODEL, body_slice, whole
from .test_weights import Payload, rewrite

WORKER = """
import socket, sys
from pathlib import Path
import numpy as np

def refuse(*arguments):
    raise AssertionError("a worker opened a connection")

socket.socket.connect = socket.getaddrinfo = refuse

from inference.ct import CtSlice
from inference.ensemble import segment
from inference.members import open_members
from inference.model_folder import read_model_folder

folder = read_model_folder(Path(sys.argv[1]), folds=[int(number) for number in sys.argv[3]])
members = open_members(folder, cache=Path(sys.argv[2]), device="cpu", threads=1)
ct = CtSlice(hu=np.full((300, 300), -50, np.int16), spacing_mm=(1.0, 1.0), thickness_mm=5.0)
labels = segment(ct, members, "probability").labels
heavy = {"torch", "pydicom", "highdicom", "sqlalchemy"} & sys.modules.keys()
print(len(members), labels.shape, sorted(heavy), sys.modules["openvino_telemetry"])
"""


def run_worker(cache: Path, folds: str) -> str:
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, DEMO_MODEL, cache, folds],
        cwd=DEMO_MODEL.parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return worker.stdout.strip()


def test_every_fold_becomes_a_member(members: tuple[FoldMember, ...]) -> None:
    assert len(members) == 5
    assert {member.mirror_axes for member in members} == {(1,)}
    assert len({id(member.preprocessing) for member in members}) == 1


def test_one_chosen_fold_gives_one_member_that_agrees_with_nobody(warm_cache: Path, tmp_path: Path) -> None:
    before = sorted(warm_cache.iterdir())
    members = open_members(read_model_folder(DEMO_MODEL, folds=2), cache=warm_cache, device="cpu", threads=1)

    assert len(members) == 1
    assert segment(body_slice(), members, "probability").agreement is None
    assert sorted(warm_cache.iterdir()) == before  # the same fold of the same model was not converted again


def test_the_demo_model_finds_every_muscle_of_a_drawn_body(members: tuple[FoldMember, ...]) -> None:
    found = segment(body_slice(), members, "probability")

    assert found.labels.shape == (512, 512)
    assert (np.bincount(found.labels.ravel(), minlength=4)[1:] > 500).all()
    assert found.agreement is not None
    assert 0.5 < found.agreement.overall <= 1.0


@pytest.mark.parametrize("spacing_mm", [(0.78, 0.78), (1.2, 1.4)])
def test_openvino_gives_the_probabilities_of_torch_in_one_tile_and_in_many(
    demo: ModelFolder, members: tuple[FoldMember, ...], spacing_mm: tuple[float, float]
) -> None:
    ct = body_slice(spacing_mm=spacing_mm)
    own = Preprocessing(demo.plans)
    reference = open_with_torch(demo.plans, demo.folds[0], device="cpu", preprocessing=own)

    tiles = own.prepare(ct).image.shape != demo.plans.planar.patch_size
    assert tiles == (spacing_mm[0] > 1)
    assert np.abs(whole(members[0](ct)) - whole(reference(ct))).max() < 5e-3  # half precision


def test_openvino_gives_the_logits_of_torch(demo: ModelFolder, members: tuple[FoldMember, ...]) -> None:
    own = Preprocessing(demo.plans)
    reference = open_with_torch(demo.plans, demo.folds[4], device="cpu", preprocessing=own)
    tile = own.prepare(body_slice(seed=4)).image
    ours, theirs = members[4].forward(tile), reference.forward(tile)

    assert np.abs(theirs).max() > 10
    assert np.abs(ours - theirs).max() < 3e-3  # OpenVINO's own InstanceNorm: 2e-2


def test_the_same_slice_gives_the_same_bytes_twice(members: tuple[FoldMember, ...]) -> None:
    assert np.array_equal(members[1](body_slice()).logits, members[1](body_slice()).logits)


def test_what_a_member_returned_is_not_changed_by_the_next_slice(members: tuple[FoldMember, ...]) -> None:
    first = members[0](body_slice()).logits
    kept = first.copy()
    members[0](body_slice(seed=1))

    assert np.array_equal(first, kept)


def test_a_worker_with_converted_folds_imports_no_torch_and_no_telemetry(warm_cache: Path) -> None:
    assert run_worker(warm_cache, "01234") == "5 (300, 300) [] None"


def test_a_worker_that_converts_opens_no_connection(tmp_path: Path) -> None:
    assert run_worker(tmp_path / "cache", "3") == "1 (300, 300) ['torch'] None"
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half"])
def test_a_damaged_converted_fold_is_made_anew(tmp_path: Path, warm_cache: Path, damage: bytes) -> None:
    folder = read_model_folder(DEMO_MODEL, folds=0)
    (genuine,) = (file for file in warm_cache.iterdir() if file.name.startswith(folder.folds[0].digest))
    spoiled = tmp_path / genuine.name
    spoiled.write_bytes(damage)
    (member,) = open_members(folder, cache=tmp_path, device="cpu", threads=1)

    assert spoiled.stat().st_size > 10**6
    (untouched,) = open_members(folder, cache=warm_cache, device="cpu", threads=1)
    assert np.array_equal(member(body_slice()).logits, untouched(body_slice()).logits)


def test_a_checkpoint_that_wants_to_run_code_does_not_become_a_member(copied: Path, tmp_path: Path) -> None:
    rewrite(copied, surprise=Payload(tmp_path / "the_code_ran"))

    with pytest.raises(ModelRefused):
        open_members(read_model_folder(copied, folds=0), cache=tmp_path / "cache", device="cpu", threads=1)
    assert not (tmp_path / "the_code_ran").exists()
    assert not (tmp_path / "cache").exists()


LEAST = """
import sys
from pathlib import Path
from inference.members import open_members
from inference.model_folder import read_model_folder

open_members(read_model_folder(Path(sys.argv[1])), cache=Path(sys.argv[2]), device="cpu", threads=2)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak) // 1024, "torch" in sys.modules)
"""


def test_five_converted_folds_are_open_in_less_than_300_megabytes(warm_cache: Path) -> None:
    opened = subprocess.run(
        [sys.executable, "-c", LEAST, DEMO_MODEL, warm_cache],
        cwd=DEMO_MODEL.parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    megabytes, torch_there = opened.stdout.split()

    assert torch_there == "False"
    assert int(megabytes) <= 300


FLAT = """
import sys
from pathlib import Path
import numpy as np
from inference.ct import CtSlice
from inference.ensemble import segment
from inference.members import open_members
from inference.model_folder import read_model_folder

def resident():
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS"))) // 1024

members = open_members(read_model_folder(Path(sys.argv[1])), cache=Path(sys.argv[2]), device="cpu", threads=1)
draw, slices, early = np.random.default_rng(0), int(sys.argv[3]), 0
for number in range(slices):
    side = int(draw.integers(200, 280))
    hu = draw.normal(0, 200, (side, side)).astype(np.int16)
    segment(CtSlice(hu=hu, spacing_mm=(1.6, 1.6), thickness_mm=5.0), members, "probability")
    early = resident() if number == slices // 4 else early
print(early, resident())
"""
SLICES_PER_SCALE = 80


def test_memory_stays_flat_slice_after_slice(warm_cache: Path) -> None:
    """After a quarter of the slices every buffer has been made once; 25 times the scale are 2000 slices."""
    ran = subprocess.run(
        [sys.executable, "-c", FLAT, DEMO_MODEL, warm_cache, str(SLICES_PER_SCALE * SCALE)],
        cwd=DEMO_MODEL.parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    early, late = map(int, ran.stdout.split())

    assert late - early <= 30, f"{early} MB after a quarter, {late} MB at the end"
