import csv
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from dicom_node import evaluation, phantom_training, training
from dicom_node.training import Order
from inference.model_folder import BUNDLED
from inference.phantom.training_set import listed

TRAINED, HELD_OUT = range(2), range(100_000, 100_004)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command leaves where the training itself, tested elsewhere, gives one fold of the bundled model."""
    base = tmp_path_factory.mktemp("phantoms")

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


def test_the_card_says_that_it_is_a_demonstration_and_saw_no_patient(out: Path) -> None:
    card = (out / "card.txt").read_text()
    assert card.startswith("demonstration: ")
    assert "No patient" in card


def test_ordinary_and_frail_slices_that_nobody_trained_on_are_judged_apart(out: Path) -> None:
    for kind, count in (("ordinary", "3"), ("frail", "1")):
        with (out / "evaluation" / kind / "dice.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["n"] for row in rows] == [count] * 4
