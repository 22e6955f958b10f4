"""What the tests of the model room share: the demo folder, copies of it to be spoiled, slices of a drawn body."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inference
from inference.ct import CtSlice
from inference.members import FoldMember, open_members
from inference.model_folder import ModelFolder, read_model_folder
from inference.segmentation import Prediction, Probabilities

DEMO_MODEL = Path(inference.__file__).parent / "demo_model"

Edit = Callable[[dict[str, Any]], None]


def body_slice(
    shape: tuple[int, int] = (512, 512), spacing_mm: tuple[float, float] = (0.78, 0.78), seed: int = 0
) -> CtSlice:
    """A body in air, with noise: fat, a ring of muscle, two psoas, two paraspinal muscles, a vertebra."""
    rows, columns = shape
    y = ((np.arange(rows) + 0.5) - rows / 2)[:, None] * spacing_mm[0]
    x = ((np.arange(columns) + 0.5) - columns / 2)[None] * spacing_mm[1]

    def ellipse(down: float, right: float, tall: float, wide: float) -> Any:
        return ((y - down) / tall) ** 2 + ((x - right) / wide) ** 2 < 1

    hu = np.full(shape, -1000.0)
    hu[ellipse(0, 0, 110, 160)] = -100
    hu[ellipse(0, 0, 90, 140)] = 50
    hu[ellipse(-5, 0, 78, 126)] = -95
    for side in (-1, 1):
        hu[ellipse(28, side * 38, 20, 16)] = 55
        hu[ellipse(68, side * 34, 24, 30)] = 50
    hu[ellipse(30, 0, 17, 21)] = 220
    noise = np.random.default_rng(seed).normal(0, 12, shape)
    return CtSlice(hu=(hu + noise).astype(np.int16), spacing_mm=spacing_mm, thickness_mm=5.0)


def whole(prediction: Prediction) -> Probabilities:
    """What a member says, on the grid of the slice."""
    return prediction.grid.restore(prediction.logits)


@pytest.fixture(scope="session")
def demo() -> ModelFolder:
    return read_model_folder(DEMO_MODEL)


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory: pytest.TempPathFactory, demo: ModelFolder) -> Path:
    """A cache in which all five demo folds have been converted."""
    cache = tmp_path_factory.mktemp("converted")
    open_members(demo, cache=cache, device="cpu", threads=1)
    return cache


@pytest.fixture(scope="session")
def members(demo: ModelFolder, warm_cache: Path) -> tuple[FoldMember, ...]:
    return open_members(demo, cache=warm_cache, device="cpu", threads=1)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The demo folder, free to be spoiled, as a folder of a stranger (without its card)."""
    target = tmp_path / "nnUNetTrainer__nnUNetPlans__2d"
    shutil.copytree(DEMO_MODEL, target)
    (target / "model_card.json").unlink()
    return target


def edit_json(file: Path, change: Edit) -> None:
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def planar(content: dict[str, Any]) -> dict[str, Any]:
    """Configuration "2d" of a parsed plans.json."""
    return content["configurations"]["2d"]
