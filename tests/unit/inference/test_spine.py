"""A folder of vertebra weights: looked at before it is opened, run by nnU-Net's predictor, believed by its map."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.ct import CtVolume
from inference.errors import ModelRefused
from inference.l3 import LevelStatus
from inference.spine import VertebraModel, open_vertebra_model, read_vertebra_folder

from .folders import vertebra_folder

LABELS = {"vertebrae_L5": 1, "vertebrae_L4": 2, "vertebrae_L3": 3, "vertebrae_L2": 4, "vertebrae_L1": 5, "sacrum": 6}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vertebra_folder(tmp_path_factory.mktemp("spine"), labels=LABELS)


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    for file in made.rglob("*"):
        if file.is_file():
            target = tmp_path / file.relative_to(made)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return tmp_path


def make_volume(slices: int = 32) -> CtVolume:
    hu = np.random.default_rng(0).integers(-200, 300, (slices, 30, 32)).astype(np.int16)
    return CtVolume(hu=hu, spacing_mm=(3.0, 3.0, 3.0))


def test_vertebrae_are_known_by_the_names_of_totalsegmentator_and_by_plain_ones(made: Path, tmp_path: Path) -> None:
    assert read_vertebra_folder(made).names == {1: "L5", 2: "L4", 3: "L3", 4: "L2", 5: "L1"}
    plain = vertebra_folder(tmp_path, labels={"L2": 1, "l3": 2, "L4": 3})
    assert read_vertebra_folder(plain).names == {1: "L2", 2: "L3", 3: "L4"}


def test_a_genuine_folder_runs_and_its_random_weights_are_not_believed(made: Path) -> None:
    level = open_vertebra_model(made, "cpu")(make_volume())
    assert (level.status, level.z_mm) == (LevelStatus.UNCERTAIN, None)
    assert "vertebra model" in level.reason or "vertebrae of the model" in level.reason


def test_the_model_labels_what_stock_nnunet_labels(made: Path) -> None:
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    stock = nnUNetPredictor(
        device=torch.device("cpu"), allow_tqdm=False, perform_everything_on_device=False, use_mirroring=False
    )
    stock.initialize_from_trained_model_folder(str(made), (0,))
    hu = np.ascontiguousarray(make_volume().hu, np.float32)
    theirs = stock.predict_single_npy_array(hu[None], {"spacing": [3.0, 3.0, 3.0]})
    ours = open_vertebra_model(made, "cpu").predict(hu, (3.0, 3.0, 3.0))
    assert len(np.unique(theirs)) > 1
    assert np.array_equal(ours, theirs)


def test_the_model_sees_ras_and_its_labels_come_back_where_the_patient_is() -> None:
    """A model that calls bright boxes by their brightness, and looks for the spine at the back and on the left."""
    seen = []

    def predict(hu: NDArray[np.float32], spacing_mm: tuple[float, float, float]) -> NDArray[np.uint8]:
        seen.append(hu.copy())
        return (hu * (hu > 0)).astype(np.uint8)

    hu = np.zeros((120, 60, 60), np.int16)
    for place in range(5):
        hu[8 + 17 * place : 20 + 17 * place, 30:50, 5:25] = place + 1  # behind the middle, on the patient's right
    volume = CtVolume(hu=hu, spacing_mm=(2.0, 2.0, 2.0))
    level = VertebraModel(predict=predict, names={1: "L5", 2: "L4", 3: "L3", 4: "L2", 5: "L1"})(volume)
    assert level.z_mm == pytest.approx((8 + 34 + 5.5) * 2)
    _, rows, columns = np.nonzero(seen[0])
    assert (rows.max() < 30, columns.min() > 30) == (True, True)


def spoilt(name: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = json.loads((folder / name).read_text())
        change(content)
        (folder / name).write_text(json.dumps(content))

    return spoil


class RunsCode:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("ran"),))


def runs_code(folder: Path) -> None:
    import torch

    torch.save(RunsCode(), folder / "fold_0" / "checkpoint_final.pth", pickle_module=pickle)


def architecture(plans: dict[str, Any]) -> dict[str, Any]:
    return plans["configurations"]["3d_fullres"]["architecture"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (spoilt("dataset.json", lambda d: d["labels"].pop("vertebrae_L4")), "does not label L2, L3 and L4"),
        (spoilt("dataset.json", lambda d: d.update(labels={"L3": [1, 2]})), "each with one number"),
        (lambda folder: (folder / "plans.json").write_text("{"), "no JSON object"),
        (lambda folder: (folder / "plans.json").unlink(), "missing"),
        (lambda folder: (folder / "fold_0" / "checkpoint_final.pth").unlink(), "has no fold_"),
        (runs_code, "more than weights"),
        (spoilt("plans.json", lambda p: architecture(p)["arch_kwargs"].update(norm_op="os.system")), "on the list"),
        (spoilt("plans.json", lambda p: architecture(p).update(network_class_name="os.system")), "not on the list"),
        (spoilt("plans.json", lambda p: p["configurations"].pop("3d_fullres")), "configuration"),
        (
            spoilt("plans.json", lambda p: architecture(p)["arch_kwargs"].update(features_per_stage=[2] * 9)),
            "do not fit",
        ),
    ],
)
def test_a_folder_that_is_not_what_it_should_be_is_refused_in_one_sentence(
    spoil: Callable[[Path], None], why: str, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copied)
    spoil(copied)
    with pytest.raises(ModelRefused, match=why):
        open_vertebra_model(copied, "cpu")
    assert not (copied / "ran").exists()


def test_a_2d_model_is_no_vertebra_model(tmp_path: Path) -> None:
    folder = vertebra_folder(tmp_path, labels=LABELS, configuration="2d")
    with pytest.raises(ModelRefused, match="3d_fullres or 3d_lowres expected, not '2d'"):
        open_vertebra_model(folder, "cpu")
