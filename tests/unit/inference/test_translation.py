"""What is changed in a network before it is translated does not change what it computes."""

import copy

import pytest
import torch
from torch import nn

from inference.members.translation import with_exact_norms


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("shape", [(256, 256), (640, 640), (70, 130), (101, 67), (16, 8)])
def test_norms_in_two_steps_equal_those_of_torch(shape: tuple[int, int], affine: bool) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Sequential(nn.InstanceNorm2d(3, affine=affine)), nn.LeakyReLU())
    if affine:
        nn.init.normal_(network[0][0].weight)
        nn.init.normal_(network[0][0].bias)
    maps = torch.randn(1, 3, *shape) * 5 + 20

    with torch.inference_mode():
        assert torch.allclose(with_exact_norms(copy.deepcopy(network))(maps), network(maps), atol=1e-4)
