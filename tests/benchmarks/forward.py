"""One forward pass of the paper's network (640 x 640) beside its convolutions alone: how near to the floor it runs.

`python -m tests.benchmarks.forward` writes the raw rounds and prints the medians.  Random weights, one slice.
"""

import csv
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from inference.members.converted import ConvertedFold
from inference.members.openvino_member import _forward
from inference.members.translation import _serialised, import_openvino, translate, with_exact_norms
from tests.benchmarks.ensemble import commit

ROUNDS, SIDE = 9, 640
FEATURES = (32, 64, 128, 256, 512, 512, 512, 512)
RESULTS = Path(__file__).parent / "results" / "forward.csv"


def main() -> None:
    """Measure in turn."""
    tile = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    ways = {
        "network": opened(with_exact_norms(network())),
        "convolutions": opened(network(norm_op=None, nonlin=None)),
    }
    for way in ways.values():
        way(tile)
    rows = [
        {"commit": commit(), "round": number, "way": name, "cpu_s": timed(way, tile)}
        for number in range(ROUNDS)
        for name, way in ways.items()
    ]
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    medians = {name: statistics.median(row["cpu_s"] for row in rows if row["way"] == name) for name in ways}
    ratio = medians["network"] / medians["convolutions"]
    print(f"network {medians['network']:.2f} CPU-s, its convolutions {medians['convolutions']:.2f}: {ratio:.2f} x")


def network(**changes: Any) -> Any:
    """nnU-Net's default network at the paper's size."""
    from dynamic_network_architectures.architectures.unet import PlainConvUNet
    from torch import nn

    stages = len(FEATURES)
    parts: dict[str, Any] = {"norm_op": nn.InstanceNorm2d, "nonlin": nn.LeakyReLU} | changes
    return PlainConvUNet(
        1, stages, FEATURES, nn.Conv2d, 3, [1] + [2] * (stages - 1), 2, 4, 2, True,
        norm_op_kwargs={"affine": True}, nonlin_kwargs={"inplace": True}, deep_supervision=False, **parts,
    ).eval().requires_grad_(False)  # fmt: skip


def opened(made: Any) -> Callable[[Any], Any]:
    """The network as a worker runs it."""
    graph, weights = _serialised(translate(made, (1, 1, SIDE, SIDE)))
    converted = ConvertedFold(graph=graph, weights=weights, mirror_axes=())
    return _forward(import_openvino(), converted, os.cpu_count() or 1)


def timed(way: Callable[[Any], Any], tile: Any) -> float:
    """CPU seconds."""
    before = time.process_time()
    way(tile)
    return round(time.process_time() - before, 4)


if __name__ == "__main__":
    main()
