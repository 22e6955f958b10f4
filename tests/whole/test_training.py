"""A tiny real training: nnU-Net's own trainer, two folds, killed once."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from dicom_node import training
from dicom_node.cli import app
from inference.ensemble import segment
from inference.labels import Tissue
from inference.members import open_members
from inference.model_card import ModelStatus
from inference.model_folder import read_model_folder
from inference.phantom.varied import draw_varied
from inference.slice_files import IMAGE, LABEL, read_slice, write_slice
from inference.training.workshop import Recipe, Workshop
from tests.factories import REPOSITORY

pytestmark = pytest.mark.timeout(900)  # a minute on a quiet machine; two busy cores took six
CASES = 4
TINY = Recipe(
    plan="demo", epochs=3, iterations=2, validations=1, folds=2, save_every=1, device="cpu", learning_rate=3e-3
)
INTERRUPTED = """
import sys
from pathlib import Path
from rich.console import Console
from dicom_node import training
from tests.whole.test_training import TINY
training.train(training.order_of(Path(sys.argv[1]), TINY), Path(sys.argv[2]), Console())
"""


def write_pairs(folder: Path) -> Path:
    folder.mkdir()
    for seed in range(CASES):
        case = draw_varied(seed, frail=False)
        write_slice(folder / f"case{seed}{IMAGE}", case.ct.hu, case.ct.spacing_mm, 5.0)
        write_slice(folder / f"case{seed}{LABEL}", case.labels, case.ct.spacing_mm, 5.0)
    (folder / "SOURCE.md").write_text("- Drawn for a test. Licence: none needed.\n")
    return folder


def kill_in_the_first_fold(data: Path, out: Path) -> None:
    """Start a training, and end it with all its children when the first checkpoint is there."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", INTERRUPTED, str(data), str(out)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True) as running:
        latest = Workshop(root=out / "work").trained(0) / "checkpoint_latest.pth"
        while not latest.exists():
            assert running.poll() is None, "the training ended before it could be killed"
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("training")
    data = write_pairs(base / "data")
    kill_in_the_first_fold(data, base / "out")
    training.train(training.order_of(data, TINY), base / "out", Console(quiet=True))
    return base / "out"


def test_a_killed_training_goes_on_after_its_last_checkpoint(out: Path) -> None:
    first, second = (Workshop(root=out / "work").log(f"fold_{fold}").read_text() for fold in (0, 1))
    assert "Epoch 0" not in first
    assert "Epoch 2" in first
    assert "Epoch 0" in second


def test_what_is_exported_is_a_genuine_folder_that_stock_nnunet_opens_too(out: Path) -> None:
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    predictor = nnUNetPredictor(device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(out / "model"), use_folds=(0, 1))
    ct = read_slice(out.parent / "data" / f"case0{IMAGE}")
    spacing = {"spacing": [ct.thickness_mm, *ct.spacing_mm]}
    stock = predictor.predict_single_npy_array(ct.hu[None, None].astype(np.float32), spacing, None, None, False)[0]
    folder = read_model_folder(out / "model")
    members = open_members(folder, cache=out / "cache", device="cpu", threads=1)
    assert np.mean(segment(ct, members, "logit").labels != stock) < 1e-3
    assert folder.card.status is ModelStatus.RESEARCH


def test_weights_are_stored_in_half_precision_without_the_optimiser(out: Path) -> None:
    import torch

    stored = torch.load(out / "model" / "fold_1" / "checkpoint_final.pth", weights_only=True)
    assert {value.dtype for value in stored["network_weights"].values()} == {torch.float16}
    assert "optimizer_state" not in stored


def test_cross_validation_judges_every_case_by_the_fold_that_did_not_see_it(out: Path) -> None:
    with (out / "cross_validation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["fold"], row["n"]) for row in rows] == [("fold_0", "2"), ("fold_1", "2")]
    assert len(list((out / "validation").glob(f"*{LABEL}"))) == CASES
    assert {f"{tissue.name.lower()} mean" for tissue in Tissue} < set(rows[0])


def test_the_command_evaluates_the_cross_validation(out: Path) -> None:
    given = ("--prediction", out / "validation", "--reference", out.parent / "data", "--out", out / "evaluation")
    told = CliRunner().invoke(app, ["evaluate", *map(str, given)])
    assert told.exit_code == 0, told.output
    with (out / "evaluation" / "dice.csv").open(newline="") as file:
        assert {row["method"] for row in csv.DictReader(file)} == {"prediction"}


def test_learning_curves_hold_every_epoch_of_every_fold(out: Path) -> None:
    with (out / "learning_curves.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["fold"], row["epoch"]) for row in rows] == [(f, e) for f in "01" for e in "123"]
    assert (out / "learning_curves.png").stat().st_size > 5000


def test_the_card_tells_what_is_known_and_no_limits(out: Path) -> None:
    card = (out / "model" / "MODEL_CARD.md").read_text()
    assert "Status: **research**. No limits of agreement" in card
    assert f"{CASES} slices" in card
    assert "Licence: none needed." in card
    assert read_model_folder(out / "model").card.limits is None


def test_a_folder_with_another_training_is_not_overwritten(out: Path) -> None:
    other = Recipe(plan="demo", epochs=9, iterations=2, validations=1, folds=2, save_every=1, device="cpu")
    with pytest.raises(training.CannotTrain, match="holds another training"):
        training.train(training.order_of(out.parent / "data", other), out, Console(quiet=True))


def test_too_few_pairs_and_a_pair_without_labels_are_refused(tmp_path: Path) -> None:
    data = write_pairs(tmp_path / "data")
    run = CliRunner()
    few = run.invoke(app, ["train", str(data), "--out", str(tmp_path / "out")])
    assert few.exit_code == 1
    assert "has 4 pairs" in few.output
    (data / f"case1{LABEL}").unlink()
    alone = run.invoke(app, ["train", str(data), "--out", str(tmp_path / "out")])
    assert "case1 in" in alone.output
