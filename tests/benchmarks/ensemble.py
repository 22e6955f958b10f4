"""Five folds with mirroring on one slice: this node beside stock nnU-Net, in process and on the command line.

`python -m tests.benchmarks.ensemble` runs them in turn and writes the raw rounds, `... ensemble table` prints the
README's table from them.  Nothing here is a gate; exactness is one, in tests/unit/inference/test_stock.py.
"""

import csv
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from inference.ct import CtSlice
from inference.ensemble import segment
from inference.labels import LabelMap
from inference.members import open_members
from inference.model_folder import BUNDLED, read_model_folder
from inference.phantom.pathology import slice_at_l3
from inference.segmentation import EnsembleRule
from reporting.finding import Person
from reporting.measure import measure

ROUNDS, COMMAND_ROUNDS, SEED = 11, 3, 7
RESULTS = Path(__file__).parent / "results" / "ensemble.csv"
CACHE = Path("out/bench/cache")
FOLDS = (0, 1, 2, 3, 4)
THREADS = os.cpu_count() or 1
SETTLE = 0.5
"""Seconds after a run in which threads that wait busily fall asleep."""
ONE, STOCK_ONE, OURS, STOCK = "l3node one thread", "nnunet one thread", "l3node", "nnunet"
COMMAND = "nnunet command"
WAYS = {
    ONE: "l3node, one thread",
    STOCK_ONE: "stock `nnUNetPredictor`, in process, resident, one thread",
    OURS: "l3node, all cores",
    "l3node logit": 'the same, `ensemble = "logit"`',
    "l3node to numbers": "the same, slice to measurements",
    STOCK: "stock `nnUNetPredictor`, in process, resident, all cores",
    COMMAND: "stock `nnUNetv2_predict_from_modelfolder`",
}
SECONDS = ("cpu_s", "wall_s")
Way = Callable[[CtSlice], LabelMap]
Row = dict[str, str]


def commit() -> str:
    """The commit that is measured."""
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def about() -> dict[str, object]:
    """What stands beside every round: commit, cores, versions."""
    versions = {name: version(name.lower()) for name in ("OpenVINO", "torch")} | {"nnU-Net": version("nnunetv2")}
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    return {"commit": commit(), "cores": os.cpu_count(), "versions": f"Python {platform.python_version()}, {told}"}


def main() -> None:
    """Measure, or print what was measured."""
    if sys.argv[1:] != ["table"]:
        with tempfile.TemporaryDirectory() as folder:
            write(rounds(Path(folder)))
    print(table(read()))


def rounds(folder: Path) -> list[dict[str, object]]:
    """Every way in turn, each in a process of its own; the command line in the first rounds only."""
    ct, _ = slice_at_l3(SEED)
    benches = {name: Bench(name, folder) for name in WAYS}
    truth = {name: bench.labels(ct) for name, bench in benches.items() if name != COMMAND}[STOCK]
    found = []
    for number in range(ROUNDS):
        for name, bench in benches.items():
            if name != COMMAND or number < COMMAND_ROUNDS:
                labels, wall, cpu = bench.run(ct)
                voxels = int(np.count_nonzero(labels != truth))
                found.append({"round": number, "way": name, "wall_s": wall, "cpu_s": cpu, "voxels": voxels})
    for bench in benches.values():
        bench.close()
    return found


class Bench:
    """One way in a process of its own: threads that wait for more work must not burn the others' time."""

    def __init__(self, name: str, folder: Path) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, name, folder))
        self._process.start()

    def run(self, ct: CtSlice) -> tuple[LabelMap, float, float]:
        """Labels, wall and CPU seconds (with those of children)."""
        self._ours.send(ct)
        answer: tuple[LabelMap, float, float] = self._ours.recv()
        return answer

    def labels(self, ct: CtSlice) -> LabelMap:
        """Labels only."""
        return self.run(ct)[0]

    def close(self) -> None:
        """End the process."""
        self._ours.send(None)
        self._process.join()


def _serve(connection: Any, name: str, folder: Path) -> None:
    way = OPENERS[name](folder)
    while (ct := connection.recv()) is not None:
        cpu, wall = _cpu(), time.perf_counter()
        labels = way(ct)
        answer = labels, round(time.perf_counter() - wall, 4), round(_cpu() - cpu, 4)
        time.sleep(SETTLE)
        connection.send(answer)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ours(_folder: Path, *, threads: int = THREADS, rule: EnsembleRule = "probability", numbers: bool = False) -> Way:
    """This node's members, resident."""
    members = open_members(read_model_folder(BUNDLED), cache=CACHE, device="cpu", threads=threads)

    def way(ct: CtSlice) -> LabelMap:
        labels = segment(ct, members, rule).labels
        if numbers:
            measure(ct, labels, Person())
        return labels

    return way


def stock(_folder: Path, *, threads: int = THREADS) -> Way:
    """`nnUNetPredictor` as it comes, its networks in memory."""
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    torch.set_num_threads(threads)
    predictor = nnUNetPredictor(device=torch.device("cpu"), allow_tqdm=False, perform_everything_on_device=False)
    predictor.initialize_from_trained_model_folder(str(BUNDLED), FOLDS)

    def predict(ct: CtSlice) -> LabelMap:
        image, spacing = ct.hu[None, None].astype(np.float32), [ct.thickness_mm, *ct.spacing_mm]
        labels: LabelMap = predictor.predict_single_npy_array(image, {"spacing": spacing})[0]
        return labels

    return predict


def stock_command(folder: Path) -> Way:
    """nnU-Net's own command on a NIfTI file."""
    import SimpleITK as sitk

    given, made = folder / "given", folder / "made"
    given.mkdir(exist_ok=True)
    program = Path(sys.executable).with_name("nnUNetv2_predict_from_modelfolder")
    words: list[Any] = [program, "-i", given, "-o", made, "-m", BUNDLED, "-f", *FOLDS, "-device", "cpu"]

    def predict(ct: CtSlice) -> LabelMap:
        image = sitk.GetImageFromArray(ct.hu[None].astype(np.float32))
        image.SetSpacing((ct.spacing_mm[1], ct.spacing_mm[0], ct.thickness_mm))
        sitk.WriteImage(image, str(given / "slice_0000.nii.gz"))
        places = {name: str(folder) for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results")}
        subprocess.run(list(map(str, words)), check=True, capture_output=True, env=os.environ | places)
        labels: LabelMap = sitk.GetArrayFromImage(sitk.ReadImage(str(made / "slice.nii.gz")))[0]
        return labels

    return predict


OPENERS: dict[str, Callable[[Path], Way]] = {
    ONE: partial(ours, threads=1),
    STOCK_ONE: partial(stock, threads=1),
    OURS: ours,
    "l3node logit": partial(ours, rule="logit"),
    "l3node to numbers": partial(ours, numbers=True),
    STOCK: stock,
    COMMAND: stock_command,
}


def write(found: list[dict[str, object]]) -> None:
    """One row a round and way."""
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*found[0], *about()])
        writer.writeheader()
        writer.writerows(row | about() for row in found)


def read() -> list[Row]:
    """The rows of the newest run."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(found: list[Row]) -> str:
    """The README's table in Markdown.

    The best round of each way is what disturbed it least: factors are between best rounds, medians show the spread.
    """
    lines = [
        "| way | CPU-s, best (median) | wall s, best (median) | stock takes, CPU | wall | voxels differing |",
        "|---|---|---|---|---|---|",
    ]
    for way, title in WAYS.items():
        stock_way = STOCK_ONE if way in (ONE, STOCK_ONE) else STOCK
        cells = [f"{_best(found, way, name):.3f} ({_median(found, way, name):.3f})" for name in SECONDS]
        times = [f"{_best(found, stock_way, name) / _best(found, way, name):.1f} x" for name in SECONDS]
        voxels = max(int(row["voxels"]) for row in found if row["way"] == way)
        lines.append(f"| {' | '.join([title, *cells, *times, str(voxels)])} |")
    return "\n".join([*lines, "", _goals(found), _circumstances(found)])


def _goals(found: list[Row]) -> str:
    work = _best(found, STOCK_ONE, "cpu_s") / _best(found, ONE, "cpu_s")
    wall = _best(found, STOCK, "wall_s") / _best(found, OURS, "wall_s")
    command = _best(found, COMMAND, "wall_s") / _best(found, OURS, "wall_s")
    return (
        f"Goals: stock in process {_said(work, 3.5)} on one thread, {_said(wall, 3.5)} on all; "
        f"the stock command {_said(command, 50)}. "
    )


def _said(times: float, goal: float) -> str:
    return f"{times:.1f} x ({goal:g} x {'reached' if times >= goal else 'missed'})"


def _circumstances(found: list[Row]) -> str:
    first = found[0]
    turns = f"{ROUNDS} alternating rounds ({COMMAND_ROUNDS} of the command), each way in its own process"
    return (
        f"Five folds, two mirrorings, 512 x 512 pixels; {turns}, {first['cores']} shared cores; "
        f"{first['versions']}; commit {first['commit']}."
    )


def _best(found: list[Row], way: str, name: str) -> float:
    return min(float(row[name]) for row in found if row["way"] == way)


def _median(found: list[Row], way: str, name: str) -> float:
    return statistics.median(float(row[name]) for row in found if row["way"] == way)


if __name__ == "__main__":
    main()
