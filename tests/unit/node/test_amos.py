import csv
import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from dicom_node import amos
from dicom_node.cli import app
from inference.ct import CtVolume
from inference.phantom import Phantom, draw
from inference.slice_files import IMAGE, read_slice

SPACING = (5.0, 1.56, 1.56)
LICENCE = "A licence that only this test gives"


def write_volume(path: Path, volume: CtVolume) -> None:
    """As AMOS stores them: columns to the left, rows to the back, slices to the head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([-volume.spacing_mm[2], -volume.spacing_mm[1], volume.spacing_mm[0], 1.0])
    nibabel.save(nibabel.Nifti1Image(volume.hu.transpose(2, 1, 0), affine), path)


def levels_of(out: Path) -> dict[str, dict[str, str]]:
    with (out / "levels.csv").open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return draw(1, slices=72, spacing_mm=SPACING, size=256)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, phantom: Phantom) -> Path:
    base = tmp_path_factory.mktemp("amos22")
    write_volume(base / "imagesTr" / "amos_0001.nii.gz", phantom.volume)
    rng = np.random.default_rng(0)
    magnetic = CtVolume(hu=rng.integers(0, 900, (40, 64, 64)).astype(np.int16), spacing_mm=SPACING)
    write_volume(base / "imagesVa" / "amos_0507.nii.gz", magnetic)
    cut_short = (base / "imagesTr" / "amos_0001.nii.gz").read_bytes()[:5000]
    (base / "imagesVa" / "amos_0508.nii.gz").write_bytes(cut_short)
    (base / "dataset.json").write_text(json.dumps({"name": "AMOS", "licence": LICENCE}))
    (base / "dataset_0.json").write_text("[1, 2")
    (base / "LICENSE.txt").write_text("The text of the licence.")
    return base


@pytest.fixture(scope="module")
def prepared(folder: Path) -> tuple[Path, Result]:
    out = folder / "prepared"
    told = CliRunner().invoke(app, ["train", "prepare-amos", str(folder), "--out", str(out)])
    assert told.exit_code == 0, told.output
    return out, told


def test_the_slice_at_l3_of_every_ct_is_written(prepared: tuple[Path, Result], phantom: Phantom) -> None:
    out, told = prepared
    rows = levels_of(out)
    index = int(rows["amos_0001"]["slice"])
    assert abs(index * SPACING[0] - phantom.l3_z_mm) <= SPACING[0]
    ct = read_slice(out / f"amos_0001{IMAGE}")
    assert np.array_equal(ct.hu, phantom.volume.hu[index])
    assert ct.spacing_mm == pytest.approx(SPACING[1:])
    assert "1 of 3 volumes show L3" in told.output


def test_what_is_no_ct_is_left_out_with_the_reason(prepared: tuple[Path, Result]) -> None:
    out, _ = prepared
    rows = levels_of(out)
    assert rows["amos_0507"]["reason"] == "no CT: nothing is as dark as air"
    assert not (out / f"amos_0507{IMAGE}").exists()


def test_a_volume_that_is_cut_short_costs_nothing_but_itself(prepared: tuple[Path, Result]) -> None:
    assert levels_of(prepared[0])["amos_0508"]["reason"].startswith("can't be read: ")


def test_the_licence_found_with_the_data_is_printed_and_kept_word_for_word(prepared: tuple[Path, Result]) -> None:
    out, told = prepared
    for words in (f'dataset.json, "licence": {LICENCE}', "LICENSE.txt:\nThe text of the licence."):
        assert words in told.output
        assert words in (out / "SOURCE.md").read_text()


def test_where_no_licence_stands_that_is_said(tmp_path: Path) -> None:
    assert amos.licence_of(tmp_path) == amos.UNSTATED


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["train", "prepare-amos", str(tmp_path), "--out", str(tmp_path / "out")])
    assert told.exit_code == 1
    assert "has no images in imagesTr" in told.output
