"""A fold on the CPU by OpenVINO in fp32: converted once through its PyTorch frontend, then started without torch.

No telemetry and no network: `openvino.convert_model` and the telemetry package are kept out of the process.
OpenVINO and torch are imported inside the functions, where a model is opened.
"""

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.members.converted import ConvertedFold, read_converted, write_converted
from inference.members.fold import FoldMember, Forward, Logits
from inference.members.preprocessing import Preprocessing
from inference.members.weights import TorchModule, load_fold
from inference.model_folder import Fold, Plans

OpenvinoModule: TypeAlias = Any
OpenvinoModel: TypeAlias = Any

CONVERSION = 1  # raised when the way of converting changes: older files are then passed over


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


def import_openvino() -> OpenvinoModule:
    """Import OpenVINO without its telemetry, which otherwise reports the import itself to its maker."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def convert(plans: Plans, fold: Fold) -> ConvertedFold:
    """Trace the network of a fold and translate it to OpenVINO IR of fixed shape [1, 1, *patch].

    Imports torch.  Raises ModelRefused as `load_fold` does.
    """
    trained = load_fold(plans, fold)
    model = _translated(trained.network, (1, 1, *plans.planar.patch_size))
    graph, weights = _serialised(import_openvino(), model)
    return ConvertedFold(graph=graph, weights=weights, mirror_axes=trained.mirror_axes)


def _translated(network: TorchModule, shape: tuple[int, ...]) -> OpenvinoModel:
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    frontend = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations between torch and OpenVINO, nothing about the network
        unchecked = {"check_trace": False}  # the graph has no branches; the check doubles the time
        decoder = TorchScriptPythonDecoder(network, example_input=torch.zeros(shape), trace_kwargs=unchecked)
        model = frontend.convert(frontend.load(decoder))
    model.reshape(list(shape))
    return model


def _serialised(openvino: OpenvinoModule, model: OpenvinoModel) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "graph.xml"
        openvino.save_model(model, str(graph), compress_to_fp16=False)
        return graph.read_bytes(), graph.with_suffix(".bin").read_bytes()


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

    def forward(tile: NDArray[np.float32]) -> Logits:
        logits: Logits = compiled(tile[None, None])[0][0]
        compiled.release_memory()  # else every resident fold keeps its feature maps (gigabytes at the paper's size)
        return logits

    return forward
