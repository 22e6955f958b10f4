"""`l3node evaluate-l3`: a table with honest bounds, from phantoms or from a folder with a truth file."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dicom_node.cli import app
from dicom_node.phantom_study import write_series
from inference.phantom.population import draw_case
from reporting.level_accuracy import LevelTrial, accuracy, by_stratum, upper_bound
from tests.factories import phantom, study_files


def trial(**changes: object) -> LevelTrial:
    """A series with L3 at 100 mm, found there without doubt."""
    usual = {"name": "1", "stratum": "a", "mid_mm": 100.0, "low_mm": 88.0, "high_mm": 112.0, "z_mm": 101.0}
    return LevelTrial(**(usual | {"found": True, "without_doubt": True, "confidence": 0.99} | changes))  # type: ignore[arg-type]


def test_a_slice_beside_the_body_is_not_in_it_and_not_yet_another_level() -> None:
    beside = trial(z_mm=115.0)
    assert not beside.in_body
    assert not beside.wrong_level
    assert trial(z_mm=134.0).wrong_level


def test_a_level_found_where_there_is_none_is_wrong() -> None:
    row = accuracy([trial(mid_mm=None, low_mm=None, high_mm=None)], "a")
    assert (row.negatives, row.negatives_found) == (1, 1)
    assert (row.doubtless, row.doubtless_wrong) == (1, 1)


def test_errors_are_those_of_levels_that_were_found() -> None:
    row = accuracy([trial(z_mm=102.0), trial(z_mm=96.0), trial(z_mm=None, found=False, without_doubt=False)], "a")
    assert (row.n, row.positives, row.found) == (3, 3, 2)
    assert row.median_mm == pytest.approx(3.0)


@pytest.mark.parametrize(("events", "n", "bound"), [(0, 500, 3 / 500), (0, 60, 3 / 60), (1, 100, 0.0466)])
def test_the_bound_is_that_of_clopper_and_pearson(events: int, n: int, bound: float) -> None:
    assert upper_bound(events, n) == pytest.approx(bound, rel=0.03)


def test_nothing_is_said_of_nothing() -> None:
    assert math.isnan(upper_bound(0, 0))
    assert by_stratum([])[-1].n == 0


def test_strata_come_in_order_and_the_sum_last() -> None:
    rows = by_stratum([trial(stratum="b"), trial(stratum="a"), trial(stratum="b")])
    assert [(row.stratum, row.n) for row in rows] == [("b", 2), ("a", 1), ("all", 3)]


def test_phantoms_are_said_to_be_no_patients(tmp_path: Path) -> None:
    out = tmp_path / "rows" / "l3.csv"
    answer = CliRunner().invoke(app, ["evaluate-l3", "--phantoms", "2", "--seed", "5", "--out", str(out)])
    assert answer.exit_code == 0
    assert "says nothing about" in answer.output
    with out.open(newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["5", "6"]


def test_a_folder_of_series_is_judged_by_its_truth_file(tmp_path: Path) -> None:
    drawn = phantom(1)
    study_files(tmp_path / "one", drawn=drawn, SeriesInstanceUID="1.2.3")
    short = draw_case(20).volume
    write_series(short, tmp_path / "two", SeriesInstanceUID="1.2.4")
    mid = drawn.l3_z_mm
    write_truth(tmp_path, ["1.2.3", mid, mid - 12, mid + 12, "trunk"], ["two", "", "", "", "chest"])
    answer = CliRunner().invoke(app, ["evaluate-l3", str(tmp_path), "-o", str(tmp_path / "rows.csv")])
    assert answer.exit_code == 0, answer.output
    assert "says nothing about" not in answer.output
    with (tmp_path / "rows.csv").open(newline="") as file:
        trunk, chest = csv.DictReader(file)
    assert float(trunk["z_mm"]) == pytest.approx(mid, abs=5)
    assert (trunk["without_doubt"], chest["found"]) == ("True", "False")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "no rows"),
        ([["nowhere", "", "", "", ""]], "neither a folder nor a SeriesInstanceUID"),
        ([["1.2.3", "high", "", "", ""]], "could not convert"),
    ],
)
def test_a_truth_file_that_fits_nothing_is_explained(rows: list[list[object]], told: str, tmp_path: Path) -> None:
    write_truth(tmp_path, *rows)
    answer = CliRunner().invoke(app, ["evaluate-l3", str(tmp_path)])
    assert answer.exit_code == 1
    assert told in " ".join(answer.output.split())


def test_a_folder_without_a_truth_file_is_explained(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["evaluate-l3", str(tmp_path)])
    assert answer.exit_code == 1
    assert "truth.csv" in answer.output


def write_truth(folder: Path, *rows: list[object]) -> None:
    with (folder / "truth.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["series", "mid_mm", "low_mm", "high_mm", "stratum"], *rows])


def test_a_series_of_one_image_is_a_trial_without_a_level(tmp_path: Path) -> None:
    volume = draw_case(0).volume
    write_series(type(volume)(hu=np.ascontiguousarray(volume.hu[:1]), spacing_mm=volume.spacing_mm), tmp_path / "one")
    write_truth(tmp_path, ["one", "", "", "", "single"])
    answer = CliRunner().invoke(app, ["evaluate-l3", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert "all" in answer.output
