"""The way to a GPU, shown without one: where a fold goes, in which precision, and whose resampling it takes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from config.settings import WorkSettings
from inference.ensemble import segment
from inference.members import FoldMember, open_members, torch_member
from inference.members.torch_member import Autocast, _forward
from inference.model_folder import ModelFolder

from .conftest import body_slice

TILE = np.random.default_rng(0).normal(size=(16, 16)).astype(np.float32)


class Watched(nn.Module):
    """A network that notes in which precision its convolution answers, and where it was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 4, 3, padding=1)
        self.seen: list[torch.dtype] = []
        self.sent: list[str] = []

    def to(self, device: str) -> Any:
        self.sent.append(device)
        return self

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        answer = self.convolution(image)
        self.seen.append(answer.dtype)
        return answer


@pytest.mark.parametrize(
    ("autocast", "expected"), [("off", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)]
)
def test_the_network_runs_in_the_precision_that_was_asked_for(autocast: Autocast, expected: torch.dtype) -> None:
    network = Watched()
    logits = _forward(network, "cpu", autocast)(TILE)

    assert network.seen == [expected]
    assert (logits.dtype, logits.shape) == (np.float32, (4, 16, 16))


def test_each_worker_has_a_gpu_of_its_own() -> None:
    work = WorkSettings(device="cuda", workers=2)

    assert [work.device_of(number) for number in range(2)] == ["cuda:0", "cuda:1"]
    assert WorkSettings().device_of(3) == "cpu"


def test_on_a_gpu_every_fold_goes_to_the_device_of_its_worker(
    demo: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Autocast]] = []
    genuine = torch_member._forward

    def stand_in(network: Any, device: str, autocast: Autocast) -> Any:
        asked.append((device, autocast))
        return genuine(network, "cpu", "off")

    monkeypatch.setattr(torch_member, "_forward", stand_in)
    open_members(demo, cache=tmp_path, device="cuda:1", threads=1, autocast="bf16")

    assert asked == [("cuda:1", "bf16")] * 5
    assert list(tmp_path.iterdir()) == []  # nothing is converted


def test_the_torch_path_and_the_openvino_path_give_the_same_mask(
    demo: ModelFolder, members: tuple[FoldMember, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = torch_member._forward
    monkeypatch.setattr(torch_member, "_forward", lambda network, *_: genuine(network, "cpu", "off"))
    by_torch = open_members(demo, cache=tmp_path, device="cuda:0", threads=1)
    ct = body_slice(seed=8)

    ours, theirs = segment(ct, members, "probability"), segment(ct, by_torch, "probability")
    assert np.count_nonzero(ours.labels != theirs.labels) <= 5


def test_without_a_gpu_torch_says_so(demo: ModelFolder, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises((RuntimeError, AssertionError), match=r"CUDA|NVIDIA|cuda"):
        open_members(demo, cache=tmp_path, device="cuda:0", threads=1)
