import csv
import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import f1_score
from typer.testing import CliRunner, Result

from dicom_node import evaluation
from dicom_node.cli import app
from inference.labels import LabelMap
from inference.model_folder import BUNDLED
from inference.slice_files import IMAGE, LABEL, write_slice
from reporting.evaluation import Table

SPACING = (0.8, 1.0)
PIXEL_CM2 = 0.008
RUN = CliRunner()


def labels_of(seed: int, grown: int = 0) -> LabelMap:
    """A small slice: three boxes, of which `grown` makes the psoas wider by that many columns."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((48, 64), np.uint8)
    tall = rng.integers(6, 12)
    labels[8 : 8 + tall, 10 : 20 + grown] = 1
    labels[24 : 24 + tall, 10:30] = 2
    labels[40:44, 4 : 40 + tall] = 3
    return labels


def image_of(labels: LabelMap, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 8, labels.shape)
    return np.rint(np.where(labels > 0, 50, -100) + noise).astype(np.int16)


def write(folder: Path, case: str, labels: LabelMap) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_slice(folder / f"{case}{LABEL}", labels, SPACING, 5.0)


@pytest.fixture(autouse=True)
def no_figures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine figures take seconds; one test draws them."""
    if "figures" not in request.node.name:
        monkeypatch.setattr(evaluation, "_figures", lambda found: iter(()))


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    for seed in range(6):
        labels = labels_of(seed)
        write(tmp_path / "reference", f"case{seed}", labels)
        write_slice(tmp_path / "reference" / f"case{seed}{IMAGE}", image_of(labels, seed), SPACING, 5.0)
    return tmp_path / "reference"


def predictions(folder: Path, grown: int) -> Path:
    for seed in range(6):
        write(folder, f"case{seed}", labels_of(seed, grown))
    return folder


def evaluated(*arguments: object) -> Result:
    return RUN.invoke(app, ["evaluate", *map(str, arguments)], env={"COLUMNS": "240"})


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def line(path: Path, **wanted: str) -> dict[str, str]:
    return next(row for row in rows_of(path) if all(row[key] == value for key, value in wanted.items()))


def test_dice_areas_and_bias_of_a_wider_psoas_are_the_hand_calculation(tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "out"
    told = evaluated("--prediction", predictions(tmp_path / "p", 2), "--reference", reference, "--out", out)
    assert told.exit_code == 0, told.output
    psoas = line(out / "dice.csv", **{"class": "psoas"})
    assert float(psoas["mean"]) == pytest.approx(2 * 10 / (10 + 12))
    assert (psoas["n"], psoas["n >= .90"]) == ("6", "6")
    heights = [float(np.any(labels_of(seed) == 1, axis=1).sum()) for seed in range(6)]
    area = line(out / "numbers.csv", **{"class": "psoas", "quantity": "area_mask_cm2"})
    assert float(area["bias"]) == pytest.approx(np.mean(heights) * 2 * PIXEL_CM2)
    assert float(area["limit high"]) == pytest.approx(
        (np.mean(heights) + 1.96 * np.std(heights, ddof=1)) * 2 * PIXEL_CM2
    )
    gated = line(out / "numbers.csv", **{"class": "psoas", "quantity": "area_m29_150_cm2"})
    assert abs(float(gated["bias"])) < 1e-9  # what was added is fat
    assert float(line(out / "numbers.csv", **{"class": "psoas", "quantity": "hu_mask_mean"})["bias"]) < -10


def test_the_command_agrees_with_scikit_learn_on_the_same_masks(tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "out"
    evaluated("--prediction", predictions(tmp_path / "p", 3), "--reference", reference, "--out", out)
    for seed in range(6):
        row = line(out / "cases.csv", case=f"case{seed}", **{"class": "total"})
        expected = f1_score((labels_of(seed) > 0).ravel(), (labels_of(seed, 3) > 0).ravel())
        assert float(row["dice"]) == pytest.approx(expected)


def test_folds_are_told_one_by_one_and_the_best_is_tested_against_the_ensemble(
    tmp_path: Path, reference: Path
) -> None:
    ensemble = predictions(tmp_path / "p", 0)
    for fold, grown in ((0, 4), (1, 1)):
        predictions(ensemble / f"fold_{fold}", grown)
    out = tmp_path / "out"
    told = evaluated("--prediction", ensemble, "--reference", reference, "--out", out)
    assert [row["fold"] for row in rows_of(out / "folds.csv")] == ["fold_0", "fold_1"]
    assert {row["method"] for row in rows_of(out / "dice.csv")} == {"prediction", "fold_1"}
    tested = line(out / "dice.csv", method="fold_1", **{"class": "psoas"})
    assert tested["t-test p"] == "not computable: all differences are equal"
    assert float(tested["Wilcoxon p"]) == pytest.approx(2 / 64)
    assert "not computable: all differences are equal" in told.output


def test_two_models_are_compared_case_by_case(tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "out"
    one, other = predictions(tmp_path / "p", 1), predictions(tmp_path / "q", 2)
    write(one, "case0", labels_of(0, 3))
    evaluated("--prediction", one, "--reference", reference, "--compare", other, "--out", out)
    row = line(out / "dice.csv", method="compared", **{"class": "psoas"})
    assert 0 < float(row["t-test p"]) < 1
    assert (out / "numbers_compared.csv").exists()


def test_two_readings_by_one_person_give_repeatability(tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "out"
    again = predictions(tmp_path / "again", 1)
    told = evaluated("--prediction", again, "--reference", reference, "--intra-observer", "--out", out)
    heights = [float(np.any(labels_of(seed) == 1, axis=1).sum()) * PIXEL_CM2 for seed in range(6)]
    within = np.sqrt(np.mean(np.square(heights)) / 2)
    row = line(out / "repeatability.csv", **{"class": "psoas", "quantity": "area_mask_cm2"})
    assert float(row["within-subject SD"]) == pytest.approx(within)
    assert float(row["repeatability coefficient"]) == pytest.approx(1.96 * np.sqrt(2) * within)
    assert "second reading" in told.output


def test_an_empty_class_and_a_single_case_give_reasons_and_no_numbers(tmp_path: Path) -> None:
    labels = labels_of(0)
    labels[labels == 1] = 0
    for folder in ("p", "r"):
        write(tmp_path / folder, "only", labels)
    out = tmp_path / "out"
    told = evaluated("--prediction", tmp_path / "p", "--reference", tmp_path / "r", "--out", out)
    assert told.exit_code == 0, told.output
    psoas = line(out / "dice.csv", **{"class": "psoas"})
    assert (psoas["n"], psoas["mean"]) == ("0", "not computable: no case")
    area = line(out / "numbers.csv", **{"class": "total", "quantity": "area_mask_cm2"})
    assert area["r"] == "not computable: fewer than three pairs"
    assert line(out / "numbers.csv", **{"class": "total", "quantity": "hu_mask_mean"})["n"] == "0"
    assert "- not computable: fewer than two pairs" in told.output


def test_figures_are_drawn_for_every_table(tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "out"
    evaluated("--prediction", predictions(tmp_path / "p", 2), "--reference", reference, "--out", out)
    drawn = {path.stem for path in out.glob("*.png")}
    assert {"dice", "best_and_worst", "scatter_area_mask_cm2", "bland_altman_hu_m29_150_mean"} <= drawn
    assert all(path.stat().st_size > 5000 for path in out.glob("*.png"))


def test_predictions_named_as_nnunet_names_them_are_taken(tmp_path: Path, reference: Path) -> None:
    folder = tmp_path / "nnunet"
    folder.mkdir()
    for seed in range(6):
        write_slice(folder / f"case{seed}.nii.gz", labels_of(seed), SPACING, 5.0)
    told = evaluated("--prediction", folder, "--reference", reference, "--out", tmp_path / "out")
    assert float(line(tmp_path / "out" / "dice.csv", **{"class": "total"})["mean"]) == 1, told.output


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: (folder / f"case3{LABEL}").unlink(), "no labels for case3 (1 of 6 missing)"),
        (
            lambda folder: write_slice(folder / f"case3{LABEL}", np.zeros((9, 9), np.uint8), SPACING, 5.0),
            "different grids",
        ),
        (
            lambda folder: write_slice(folder / f"case3{LABEL}", np.full((48, 64), 7, np.uint8), SPACING, 5.0),
            "labels other than",
        ),
        (lambda folder: (folder / f"case3{LABEL}").write_bytes(b"no"), "can't be read"),
        (
            lambda folder: write_slice(
                folder.parent / "reference" / f"case3{IMAGE}", np.zeros((40, 64), np.int16), SPACING, 5.0
            ),
            "image and labels of different grids",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, reference: Path, spoil: object, why: str) -> None:
    folder = predictions(tmp_path / "p", 0)
    assert callable(spoil)
    spoil(folder)
    told = evaluated("--prediction", folder, "--reference", reference, "--out", tmp_path / "out")
    assert told.exit_code == 1
    assert why in told.output
    assert "case3" in told.output


def test_no_number_is_cut_short_on_a_narrow_screen() -> None:
    table = Table(name="dice", title="DSC", heads=("abdominal wall mean",) * 12, rows=((0.8765,) * 12,))
    told = io.StringIO()
    evaluation.say(table, Console(file=told, width=80))
    assert told.getvalue().count("0.876") == 12
    assert told.getvalue().count("abdominal wall mean") == 12


def test_labels_that_a_person_drew_are_not_replaced_by_those_of_a_model(tmp_path: Path, reference: Path) -> None:
    drawn = predictions(tmp_path / "prediction", 1) / f"case0{LABEL}"
    before = drawn.read_bytes()
    told = evaluated("--prediction", BUNDLED, "--reference", reference, "--out", tmp_path)
    assert (told.exit_code, "choose another --out" in told.output) == (1, True)
    assert drawn.read_bytes() == before
