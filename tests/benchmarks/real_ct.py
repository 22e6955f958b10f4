"""The bundled model on the real CT beside the repository: a development figure on one patient, no validation.

The references are another model's labels (psoas, back muscles), a drawing of ours (wall) and a label of all muscle
above L3.  "Refined" compares within muscle HU: the reference grown by 4.5 mm into it, the prediction cut to it.
`python -m tests.benchmarks.real_ct [FOLDER [PNG]]` prints mean and minimum over the slices, and draws some of them;
of the bundled model it also keeps them slice by slice.
"""

import csv
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.ct import CtSlice
from inference.ensemble import segment
from inference.labels import LabelMap, Tissue
from inference.members import FoldMember, open_members
from inference.model_folder import BUNDLED, read_model_folder
from tests.benchmarks.doubts import dice
from tests.factories import SHARED_DATA
from tests.realct import canonical

Mask = NDArray[np.bool_]
RESULTS = Path(__file__).parent / "results" / "real_ct.csv"
FINER = 4
L3_SLICES, UPPER_SLICES = range(64, 81), range(82, 91)
FIRST_OF_WALL, FIRST_OF_MUSCLE = 64, 82
BACK, PSOAS = (86, 87), (88, 89)
GROWN_MM, NEAR_MM = 4.5, 6.0
SHOWN = (64, 68, 72, 75, 78, 80)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One slice on a grid four times as fine: the CT, the other model's labels, wall or all muscle where drawn."""

    k: int
    ct: CtSlice
    labels: NDArray[Any]
    drawn: Mask


def views(shared: Path, slices: Sequence[int]) -> Iterator[View]:
    """Slices of the real CT."""
    folder = shared / "real_ct"
    hu, (_, row, column) = canonical(folder / "ct.nii.gz")
    labels, _ = canonical(folder / "labels_v2_fast.nii.gz")
    wall, _ = canonical(folder / "wall_reference_k64_80.nii.gz")
    muscle, _ = canonical(folder / "skeletal_muscle_k82_111.nii.gz")
    for k in slices:
        fine = np.rint(_finer(hu[k].astype(np.float32), 1)).astype(np.int16)
        ct = CtSlice(hu=fine, spacing_mm=(row / FINER, column / FINER), thickness_mm=3.0)
        drawn = wall[k - FIRST_OF_WALL] if k < FIRST_OF_MUSCLE else _finer(muscle[k - FIRST_OF_MUSCLE], 0)
        yield View(k=k, ct=ct, labels=_finer(labels[k], 0), drawn=drawn == 1)


def judged(view: View, found: LabelMap) -> dict[str, float]:
    """Dice coefficients of one slice."""
    hu, pixel_mm = view.ct.hu, view.ct.spacing_mm[0]
    if view.k >= FIRST_OF_MUSCLE:
        muscle = _window(ndi.gaussian_filter(hu.astype(np.float32), 1))
        return {"union gated": dice((found > 0) & muscle, view.drawn & muscle)}
    smooth = ndi.gaussian_filter(hu.astype(np.float32), 1)
    within, muscle = _window(smooth), _window(hu)
    psoas, back = np.isin(view.labels, PSOAS), np.isin(view.labels, BACK)
    near = ndi.distance_transform_edt(~back) * pixel_mm <= NEAR_MM  # the reference has no quadratus lumborum
    free = within & ~((view.labels > 0) & ~psoas & ~back)
    wall, back_found = found == Tissue.ABDOMINAL_WALL, (found == Tissue.PARASPINAL) & near
    return {
        "psoas": dice(found == Tissue.PSOAS, psoas),
        "psoas refined": dice((found == Tissue.PSOAS) & within, _grown(psoas, free & ~back, pixel_mm)),
        "paraspinal": dice(back_found, back),
        "paraspinal refined": dice(back_found & within, _grown(back, free & ~psoas, pixel_mm)),
        "wall": dice(wall, view.drawn),
        "wall gated": dice(wall & muscle, view.drawn & muscle),
    }


def real_ct(members: Sequence[FoldMember], shared: Path) -> tuple[dict[str, list[float]], dict[int, LabelMap]]:
    """Every coefficient by its name, slice by slice, and the label maps by slice."""
    figures: dict[str, list[float]] = {}
    maps = {}
    for view in views(shared, [*L3_SLICES, *UPPER_SLICES]):
        maps[view.k] = segment(view.ct, members, "probability").labels
        for name, value in judged(view, maps[view.k]).items():
            figures.setdefault(name, []).append(value)
    return figures, maps


def draw(maps: dict[int, LabelMap], shared: Path, picture: Path) -> None:
    """The slices of SHOWN, the found muscles over them, the drawn wall as a line."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(24, 14), layout="tight")
    for place, view in enumerate(views(shared, SHOWN)):
        axes = figure.add_subplot(2, 3, place + 1)
        axes.imshow(view.ct.hu, cmap="gray", vmin=-160, vmax=240)
        axes.imshow(np.ma.masked_equal(maps[view.k], 0), cmap="brg", vmin=0, vmax=3, alpha=0.4)
        axes.contour(view.drawn, [0.5], colors="w", linewidths=0.5)
        axes.set_title(f"k = {view.k}")
        axes.axis("off")
    figure.savefig(picture, dpi=50)


def show(folder: Path = BUNDLED, picture: Path | None = None) -> None:
    """The development figure of a folder, the bundled one without an argument."""
    with tempfile.TemporaryDirectory() as cache:
        members = open_members(read_model_folder(folder), cache=Path(cache), device="cpu", threads=1)
        figures, maps = real_ct(members, SHARED_DATA)
    if folder == BUNDLED:
        _save(figures)
    for name, values in figures.items():
        print(f"{name:20} {statistics.fmean(values):.3f} (min {min(values):.3f})")
    if picture:
        draw(maps, SHARED_DATA, picture)


def _save(figures: dict[str, list[float]]) -> None:
    slices = {
        name: UPPER_SLICES if len(values) == len(UPPER_SLICES) else L3_SLICES for name, values in figures.items()
    }
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("what", "k", "dice"))
        for name, values in figures.items():
            writer.writerows((name, k, f"{value:.4f}") for k, value in zip(slices[name], values, strict=True))


def _finer(image: NDArray[Any], order: int) -> NDArray[Any]:
    finer: NDArray[Any] = ndi.zoom(image, FINER, order=order, grid_mode=True, mode="nearest")
    return finer


def _window(hu: NDArray[Any]) -> Mask:
    return np.asarray((hu >= -29) & (hu <= 150))


def _grown(mask: Mask, free: Mask, pixel_mm: float) -> Mask:
    reached = (ndi.distance_transform_edt(~mask) * pixel_mm <= GROWN_MM) & free
    return np.asarray(ndi.binary_opening(reached))


if __name__ == "__main__":
    show(*map(Path, sys.argv[1:]))
