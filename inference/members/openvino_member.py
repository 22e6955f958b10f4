"""A fold on the CPU by OpenVINO in fp32: converted once, then started from the cache without importing torch."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.members.converted import ConvertedFold, read_converted, write_converted
from inference.members.fold import FoldMember, Forward
from inference.members.preprocessing import Preprocessing
from inference.members.translation import OpenvinoModule, convert, import_openvino
from inference.model_folder import Fold
from inference.model_plans import Plans

CONVERSION = 2  # raised when the way of converting changes: older files are then passed over


def open_with_openvino(
    plans: Plans, fold: Fold, *, cache: Path, threads: int, preprocessing: Preprocessing
) -> FoldMember:
    """Open one fold, from `cache` where it was converted before (a damaged file there is made anew).

    One member serves one thread at a time.  Raises ModelRefused as `load_fold` does, when it has to convert.
    """
    openvino = import_openvino()
    file = cache / f"{fold.digest}-v{CONVERSION}-openvino-{openvino.__version__.split('-')[0]}.zip"
    converted = read_converted(file)
    if converted is None:
        converted = convert(plans, fold)
        write_converted(file, converted)
    return FoldMember(
        forward=_forward(openvino, converted, threads),
        preprocessing=preprocessing,
        patch=plans.planar.patch_size,
        mirror_axes=converted.mirror_axes,
    )


def _forward(openvino: OpenvinoModule, converted: ConvertedFold, threads: int) -> Forward:
    core = openvino.Core()
    weights = openvino.Tensor(np.frombuffer(converted.weights, np.uint8), shared_memory=False)
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,  # several workers of one host would be pinned to the same cores
    }
    compiled = core.compile_model(core.read_model(converted.graph, weights), "CPU", options)

    def forward(tile: NDArray[np.float32]) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = compiled(tile[None, None])[0][0]
        compiled.release_memory()  # else every resident fold keeps its feature maps (gigabytes at the paper's size)
        return logits

    return forward
