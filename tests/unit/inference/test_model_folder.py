"""A results folder is believed only as far as it was checked."""

import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from inference import model_folder
from inference.errors import ModelRefused
from inference.model_card import ModelStatus
from inference.model_folder import read_model_folder

from .conftest import DEMO_MODEL, Edit, edit_json, planar


def arguments(content: dict[str, Any]) -> dict[str, Any]:
    return planar(content)["architecture"]["arch_kwargs"]


def test_the_bundled_model_is_a_demonstration_of_five_folds() -> None:
    folder = read_model_folder(DEMO_MODEL)

    assert [fold.number for fold in folder.folds] == [0, 1, 2, 3, 4]
    assert folder.card.status is ModelStatus.DEMONSTRATION
    assert folder.card.name == "L3 demonstration folds"
    assert "DEMONSTRATION" in folder.card.caveat
    assert folder.plans.planar.patch_size == (256, 256)
    assert folder.plans.planar.spacing == (2.0, 2.0)


def test_a_folder_without_a_card_is_research_named_by_its_plans_and_digest(copied: Path) -> None:
    card = read_model_folder(copied, ensemble="logit").card

    assert card.status is ModelStatus.RESEARCH
    assert card.name == "Dataset903_L3Muscle L3Plans"
    assert card.digest.startswith(card.version)
    assert len(card.version) == 12
    assert card.ensemble == "logit"


def test_a_card_cannot_release_its_own_model(copied: Path) -> None:
    (copied / "model_card.json").write_text(json.dumps({"name": "x", "version": "1", "status": "released"}))

    with pytest.raises(ModelRefused, match=r"model_card\.json.*status"):
        read_model_folder(copied)


def test_one_fold_can_be_chosen() -> None:
    assert read_model_folder(DEMO_MODEL, folds=2).card.folds == (2,)


def test_folds_are_used_once_and_in_ascending_order() -> None:
    assert read_model_folder(DEMO_MODEL, folds=[3, 1, 3]).card.folds == (1, 3)


def test_a_missing_fold_is_refused(copied: Path) -> None:
    with pytest.raises(ModelRefused, match=r"fold_7 has no checkpoint_final\.pth"):
        read_model_folder(copied, folds=[0, 7])


def test_a_folder_without_folds_is_refused(copied: Path) -> None:
    for number in range(5):
        (copied / f"fold_{number}").rename(copied / f"kept_{number}")

    with pytest.raises(ModelRefused, match="no fold_"):
        read_model_folder(copied)


def test_a_crowd_of_folds_is_refused_before_any_is_read(copied: Path) -> None:
    for number in range(100, 100 + model_folder.MAX_FOLDS):
        (copied / f"fold_{number}").mkdir()

    with pytest.raises(ModelRefused, match="folds at most"):
        read_model_folder(copied)


def test_the_best_checkpoint_is_taken_only_when_asked_for(copied: Path) -> None:
    final = copied / "fold_4" / "checkpoint_final.pth"
    final.rename(final.with_name("checkpoint_best.pth"))

    assert read_model_folder(copied, folds=4, checkpoint="best").folds[0].checkpoint.name == "checkpoint_best.pth"
    with pytest.raises(ModelRefused, match=r"fold_4 has no checkpoint_final\.pth"):
        read_model_folder(copied)


@pytest.mark.parametrize("name", ["plans.json", "dataset.json"])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()

    with pytest.raises(ModelRefused, match=f"{name} is missing"):
        read_model_folder(copied)


def test_a_file_that_is_not_json_is_named(copied: Path) -> None:
    (copied / "plans.json").write_text("{")

    with pytest.raises(ModelRefused, match=r"plans\.json"):
        read_model_folder(copied)


@pytest.mark.parametrize(
    "labels",
    [
        {"background": 0, "psoas": 2, "paraspinal": 1, "abdominal_wall": 3},
        {"background": 0, "psoas": 1, "paraspinal": 2},
        {"background": 0, "psoas": 1, "paraspinal": 2, "abdominal_wall": 3, "fat": 4},
        {"background": 0, "psoas": 1, "paraspinal": 2, "abdominal_wall": [1, 3]},
        {"background": 0, "liver": 1, "paraspinal": 2, "abdominal_wall": 3},
    ],
)
def test_labels_other_than_those_of_the_method_are_refused(copied: Path, labels: dict[str, Any]) -> None:
    edit_json(copied / "dataset.json", lambda content: content.update(labels=labels))

    with pytest.raises(ModelRefused, match=r"dataset\.json.*labels"):
        read_model_folder(copied)


def test_labels_may_be_written_with_spaces_and_capitals(copied: Path) -> None:
    labels = {"background": 0, "Psoas": 1, "Paraspinal": 2, "Abdominal wall": 3}
    edit_json(copied / "dataset.json", lambda content: content.update(labels=labels))

    assert read_model_folder(copied).card.folds == (0, 1, 2, 3, 4)


def only_3d(content: dict[str, Any]) -> None:
    content["configurations"]["3d_fullres"] = content["configurations"].pop("2d")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (only_3d, "configurations.2d"),
        (lambda c: planar(c).update(patch_size=[64, 256, 256]), "patch_size"),
        (lambda c: planar(c).update(patch_size=[4096, 4096]), "patch_size"),
        (lambda c: planar(c).update(patch_size=[250, 256]), "not divisible"),
        (lambda c: planar(c).update(spacing=[0.0, 2.0]), "spacing"),
        (lambda c: planar(c).update(normalization_schemes=["ZScoreNormalization"]), "normalization_schemes"),
        (lambda c: planar(c).update(preprocessor_name="os.system"), "preprocessor_name"),
        (lambda c: planar(c).update(resampling_fn_data="os.system"), "resampling_fn_data"),
        (lambda c: planar(c)["resampling_fn_data_kwargs"].update(order=1), "order"),
        (lambda c: planar(c)["architecture"].update(network_class_name="os.system"), "network_class_name"),
        (lambda c: planar(c).pop("architecture"), "architecture"),
        (lambda c: arguments(c).update(conv_op="torch.nn.modules.conv.Conv3d"), "conv_op"),
        (lambda c: arguments(c).update(norm_op="os.system"), "norm_op"),
        (lambda c: arguments(c).update(nonlin="builtins.eval"), "nonlin"),
        (lambda c: arguments(c)["nonlin_kwargs"].update(surprise=1), "surprise"),
        (lambda c: arguments(c).update(surprise=1), "surprise"),
        (lambda c: arguments(c).update(n_stages=40), "n_stages"),
        (lambda c: arguments(c).update(features_per_stage=[8, 16, 32, 64, 96, 10**9]), "features_per_stage"),
        (lambda c: arguments(c).update(features_per_stage=[8, 16]), "one value per stage"),
        (
            lambda c: (planar(c).update(patch_size=[1024, 1024]), arguments(c).update(features_per_stage=[512] * 6)),
            "more memory",
        ),
        (lambda c: c.update(transpose_forward=[2, 1, 0]), "transpose_forward"),
        (lambda c: c.update(plans_name="a\\b\n"), "plans_name"),
        (lambda c: c["foreground_intensity_properties_per_channel"]["0"].update(std=0), "std"),
        (lambda c: c["foreground_intensity_properties_per_channel"]["0"].update(mean=float("nan")), "mean"),
    ],
)
def test_plans_outside_the_allow_list_are_refused_with_the_place(copied: Path, change: Edit, told: str) -> None:
    edit_json(copied / "plans.json", change)

    with pytest.raises(ModelRefused, match=r"plans\.json") as refusal:
        read_model_folder(copied)
    assert told in str(refusal.value)


def test_oversized_plans_are_refused_unread(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "MAX_JSON_BYTES", 100)

    with pytest.raises(ModelRefused, match="larger than 100 bytes"):
        read_model_folder(copied)


def test_an_oversized_checkpoint_is_refused(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "MAX_CHECKPOINT_BYTES", 10**6)

    with pytest.raises(ModelRefused, match=r"fold_0/checkpoint_final\.pth is larger"):
        read_model_folder(copied)


def test_a_checkpoint_that_swells_when_unpacked_is_refused(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "MAX_CHECKPOINT_BYTES", 10**7)
    with zipfile.ZipFile(copied / "fold_0" / "checkpoint_final.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10**7 + 1))

    with pytest.raises(ModelRefused, match="larger than"):
        read_model_folder(copied)


def test_a_checkpoint_that_is_no_pytorch_file_is_refused(copied: Path) -> None:
    (copied / "fold_1" / "checkpoint_final.pth").write_bytes(pickle.dumps({"network_weights": {}}))

    with pytest.raises(ModelRefused, match=r"fold_1/checkpoint_final\.pth is not a PyTorch checkpoint"):
        read_model_folder(copied)


def test_the_digest_changes_when_one_byte_of_the_weights_changes(copied: Path) -> None:
    before = read_model_folder(copied)
    file = copied / "fold_3" / "checkpoint_final.pth"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    after = read_model_folder(copied)

    assert after.card.digest != before.card.digest
    changed = [one.number for one, two in zip(before.folds, after.folds, strict=True) if one.digest != two.digest]
    assert changed == [3]


def test_the_digest_of_every_fold_changes_with_the_plans(copied: Path) -> None:
    before = read_model_folder(copied)
    edit_json(copied / "plans.json", lambda content: planar(content).update(spacing=[1.9, 1.9]))
    after = read_model_folder(copied)

    assert not {fold.digest for fold in before.folds} & {fold.digest for fold in after.folds}


def test_the_digest_is_the_same_in_another_place(copied: Path) -> None:
    assert read_model_folder(copied).card.digest == read_model_folder(DEMO_MODEL).card.digest


def test_the_digest_tells_which_folds_are_used() -> None:
    assert read_model_folder(DEMO_MODEL, folds=[0, 1]).card.digest != read_model_folder(DEMO_MODEL).card.digest


def test_a_model_folder_travels_to_a_worker() -> None:
    folder = read_model_folder(DEMO_MODEL)

    assert pickle.loads(pickle.dumps(folder)) == folder


def test_reading_a_folder_imports_neither_torch_nor_openvino() -> None:
    program = (
        "import sys, pathlib; from inference.model_folder import read_model_folder;"
        f"read_model_folder(pathlib.Path({str(DEMO_MODEL)!r}));"
        "sys.exit(bool({'torch', 'openvino', 'nnunetv2'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", program], cwd=DEMO_MODEL.parents[1], check=False).returncode == 0
