"""In which precision the small network is trained."""

import pytest
import torch

from inference.training.trainers import is_quick_in_bfloat16


@pytest.mark.parametrize(
    ("able", "quick"),
    [
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"avx2": True, "avx512_bf16": False}, False),
        ({}, False),
    ],
)
def test_a_cpu_trains_in_bfloat16_only_where_it_has_instructions_for_it(
    able: dict[str, bool], quick: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert is_quick_in_bfloat16("cpu") is quick


def test_an_older_torch_that_does_not_say_trains_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not is_quick_in_bfloat16("cpu")


def test_a_gpu_trains_in_bfloat16() -> None:
    assert is_quick_in_bfloat16("cuda")
