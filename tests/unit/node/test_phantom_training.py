import csv
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from dicom_node import evaluation, phantom_training, training
from dicom_node.cli import app
from dicom_node.prediction import OURS
from dicom_node.training import Order
from inference.model_folder import BUNDLED
from inference.phantom.training_set import drawn_otherwise, listed
from inference.training.workshop import Recipe

TRAINED, HELD_OUT = range(2), range(100_000, 100_004)


def left_over(base: Path) -> Path:
    """A fold of a larger model that was judged here before."""
    return base / "evaluation" / "ordinary" / "prediction" / "fold_9"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command leaves where the training itself, tested elsewhere, gives one fold of the bundled model."""
    base = tmp_path_factory.mktemp("phantoms")
    left_over(base).mkdir(parents=True)
    (left_over(base) / "d100000-label.nii.gz").touch()
    (left_over(base).parent / OURS).touch()

    def trained(order: Order, out: Path, console: Console) -> Path:
        (out / "model").mkdir()
        (out / "card.txt").write_text(f"{order.status}: {order.source}")
        for name in ("plans.json", "dataset.json"):
            shutil.copyfile(BUNDLED / name, out / "model" / name)
        shutil.copytree(BUNDLED / "fold_0", out / "model" / "fold_0")
        return out / "model"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phantom_training, "train", trained)
        patch.setattr(evaluation, "_figures", lambda found: iter(()))
        recipe = training.demo("cpu")
        phantom_training.train_phantoms(base, recipe, Console(quiet=True), training=TRAINED, held_out=HELD_OUT)
    return base


def test_the_slices_are_drawn_from_their_seeds_and_listed_beside_the_model(out: Path) -> None:
    with (out / "model" / "phantoms.csv").open(newline="") as file:
        rows = {int(row["seed"]): row["sha256"] for row in csv.DictReader(file)}
    assert rows == {seed: listed()[seed] for seed in TRAINED}
    assert len(list((out / "drawn").iterdir())) == 2 * len(TRAINED)


def test_what_an_earlier_model_left_counts_for_nothing(out: Path) -> None:
    assert not left_over(out).exists()


def test_the_card_says_that_it_is_a_demonstration_and_saw_no_patient(out: Path) -> None:
    card = (out / "card.txt").read_text()
    assert card.startswith("demonstration: ")
    assert "No patient" in card


def test_ordinary_and_frail_slices_that_nobody_trained_on_are_judged_apart(out: Path) -> None:
    for kind, count in (("ordinary", "3"), ("frail", "1")):
        with (out / "evaluation" / kind / "dice.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["n"] for row in rows] == [count] * 4


def test_slices_that_are_drawn_otherwise_are_told() -> None:
    known = listed()
    assert drawn_otherwise({0: known[0], 7: "another", 100_000: "not of the training"}) == [7]


def test_the_command_goes_on_from_other_folds_at_a_lower_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Recipe] = []
    monkeypatch.setattr(phantom_training, "train_phantoms", lambda out, recipe, console: given.append(recipe) or out)
    for way in ([], ["--epochs", "3", "--start", str(BUNDLED)]):
        told = CliRunner().invoke(app, ["train", "phantoms", "--out", str(tmp_path / "out"), *way])
        assert told.exit_code == 0, told.output
    fresh, further = given
    assert (fresh.start, fresh.epochs, fresh.iterations) == (None, 40, 50)
    assert (further.start, further.epochs) == (str(BUNDLED.resolve()), 3)
    assert further.learning_rate < fresh.learning_rate
