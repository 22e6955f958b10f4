"""`l3node process`: the same pipeline on files, without network or database."""

import json
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import nibabel
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedCTImageStorage

from config.settings import AnalysisSettings
from dicom_node.process import Verdict, process
from dicom_node.worker import Opening
from tests.enhanced import write_enhanced
from tests.factories import REPOSITORY, phantom, study_files
from tests.realct import l3_body_mm, write_real_ct
from tests.unit.reporting.peers import dciodvfy_errors


def run(files: list[Path], out: Path, cache: Path, **rules: object) -> Verdict:
    opening = Opening(rules=AnalysisSettings.model_validate(rules), cache=cache, device="cpu", threads=2)
    return process(files, out, opening, ZoneInfo("UTC"))


def test_measured_leaves_objects_numbers_and_a_nifti_pair(tmp_path: Path, warm_cache: Path) -> None:
    study_files(tmp_path / "ct")
    verdict = run([tmp_path / "ct"], tmp_path / "out", warm_cache)
    assert (verdict.word, verdict.reasons) == ("measured", ())
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"seg.dcm", "sr.dcm", "key.dcm", "evidence.png", "measurements.json"} <= names
    (image,), (label,) = ((tmp_path / "out").glob(f"*-{kind}.nii.gz") for kind in ("image", "label"))
    one, other = nibabel.load(image), nibabel.load(label)
    assert np.array_equal(one.affine, other.affine)
    assert set(np.unique(np.asarray(other.dataobj))) == {0, 1, 2, 3}
    told = json.loads((tmp_path / "out" / "measurements.json").read_text())
    assert told["status"] == "measured"
    assert told["l3_z_mm"] == pytest.approx(phantom().l3_z_mm, abs=5)


def test_held_says_the_doubts_and_writes_the_files_all_the_same(tmp_path: Path, warm_cache: Path) -> None:
    verdict = run(study_files(tmp_path / "ct"), tmp_path / "out", warm_cache, minimum_agreement=1.0)
    assert verdict.word == "held"
    assert verdict.reasons[0].startswith("fold_agreement: ")
    assert (tmp_path / "out" / "seg.dcm").is_file()
    assert json.loads((tmp_path / "out" / "measurements.json").read_text())["status"] == "held"


def test_a_series_without_l3_leaves_its_evidence_and_no_seg(tmp_path: Path, warm_cache: Path) -> None:
    files = study_files(tmp_path / "ct", drawn=phantom(bottom_mm=160, slices=50))
    verdict = run(files, tmp_path / "out", warm_cache)
    assert verdict.word == "not measured"
    assert verdict.reasons[0].startswith("l3_")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"evidence.png", "measurements.json"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("localizer", "localizer"),
        ("dose_report", "dose_report"),
        ("enhanced_ct_multiframe", "derived_image"),
        ("no_pixel_data", "not_ct"),
        ("no_pixel_spacing", "not_ct"),
        ("gantry_tilt_small_fov", "gantry_tilt"),
        ("rle_fragments", "derived_image"),
    ],
)
def test_each_odd_file_ends_in_its_reason(
    name: str, reason: str, tmp_path: Path, shared_data: Path, warm_cache: Path
) -> None:
    verdict = run([shared_data / "odd" / f"{name}.dcm"], tmp_path, warm_cache)
    assert verdict.word == "not measured"
    assert verdict.reasons[0].startswith(f"{reason}: ")


def test_a_file_that_is_no_dicom_ends_in_its_reason(tmp_path: Path, warm_cache: Path) -> None:
    stray = tmp_path / "notes.txt"
    stray.write_text("no DICOM at all")
    assert run([stray], tmp_path / "out", warm_cache).reasons == ("not_dicom: not a readable DICOM file",)


def test_a_real_chest_without_l3_is_not_measured(tmp_path: Path, shared_data: Path, warm_cache: Path) -> None:
    verdict = run([shared_data / "jpeg2000_series"], tmp_path, warm_cache, accept_unknown_age=True)
    assert verdict.word == "not measured"


def test_the_real_ct_is_measured_at_mid_l3(tmp_path: Path, shared_data: Path, warm_cache: Path) -> None:
    write_real_ct(shared_data, tmp_path / "ct")
    verdict = run([tmp_path / "ct"], tmp_path / "out", warm_cache)
    assert verdict.word == "measured"
    assert abs(verdict.outcome.facts["l3_z_mm"] - l3_body_mm(shared_data)) <= 5


def one_slice(folder: Path, source: str = "WORKSTATION") -> Path:
    """The slice at L3 alone, as the node keeps what `source` sent."""
    files = study_files(folder / "all")
    path = files[round(phantom().l3_z_mm / 5)]
    image = dcmread(path)
    image.file_meta.SourceApplicationEntityTitle = source
    (folder / "one").mkdir()
    image.save_as(folder / "one" / "1.dcm")
    return folder / "one"


def test_the_slice_that_a_trusted_sender_picked_is_measured_and_in_doubt(tmp_path: Path, warm_cache: Path) -> None:
    verdict = run([one_slice(tmp_path)], tmp_path / "out", warm_cache, single_slice_from=["WORKSTATION"])
    assert verdict.word == "held"
    assert verdict.reasons[0] == "level_not_verified: the sender's own pick, one slice alone"
    facts = verdict.outcome.facts
    assert (facts["l3_status"], facts["l3_confidence"], facts["l3_index"]) == ("given", 0.0, 0)
    assert facts["total_area_mask_cm2"] > 100
    assert dciodvfy_errors((tmp_path / "out" / "seg.dcm").read_bytes(), tmp_path) == []


@pytest.mark.parametrize("trusted", [[], ["OTHER"]])
def test_a_single_slice_of_anyone_else_is_not_measured(trusted: list[str], tmp_path: Path, warm_cache: Path) -> None:
    verdict = run([one_slice(tmp_path)], tmp_path / "out", warm_cache, single_slice_from=trusted)
    assert verdict.reasons == ("coverage: 0 mm covered, 60 needed",)


def turned(folder: Path, turn: str) -> Path:
    """The phantom's series as another acquisition would have stored it; the patient is the same."""
    for path in study_files(folder):
        image = dcmread(path)
        pixels, (x, y, z) = image.pixel_array, map(float, image.ImagePositionPatient)
        far_x, far_y = x + 1.56 * 255, y + 1.56 * 255
        if turn == "negated cosines":
            pixels, place, cosines = pixels[::-1, ::-1], [far_x, far_y, z], [-1, 0, 0, 0, -1, 0]
        elif turn == "mirrored columns":
            pixels, place, cosines = pixels[:, ::-1], [far_x, y, z], [-1, 0, 0, 0, 1, 0]
        else:
            pixels, place, cosines = pixels.T, [x, y, z], [0, 1, 0, 1, 0, 0]
        image.ImagePositionPatient, image.ImageOrientationPatient = place, cosines
        image.PixelData = np.ascontiguousarray(pixels).tobytes()
        image.save_as(path)
    return folder


@pytest.mark.parametrize("turn", ["negated cosines", "mirrored columns", "transposed"])
def test_how_the_pixels_are_stored_does_not_change_the_numbers(turn: str, tmp_path: Path, warm_cache: Path) -> None:
    plain = run(study_files(tmp_path / "plain"), tmp_path / "out", warm_cache).outcome
    other = run([turned(tmp_path / "turned", turn)], tmp_path / "out2", warm_cache).outcome
    for name in ("l3_z_mm", "psoas_area_mask_cm2", "paraspinal_hu_mask_mean", "total_area_m29_150_cm2"):
        assert other.facts[name] == pytest.approx(plain.facts[name], rel=1e-6)
    (one,), (two,) = (folder.glob("*-label.nii.gz") for folder in (tmp_path / "out", tmp_path / "out2"))
    assert np.array_equal(np.asarray(nibabel.load(one).dataobj), np.asarray(nibabel.load(two).dataobj))
    assert nibabel.load(two).affine == pytest.approx(nibabel.load(one).affine)


def test_an_enhanced_ct_is_measured_like_its_series_and_its_frame_is_named(tmp_path: Path, warm_cache: Path) -> None:
    files = study_files(tmp_path / "plain")
    plain = run(files, tmp_path / "out", warm_cache).outcome.facts
    shuffled = [files[index] for index in np.random.default_rng(6).permutation(len(files))]
    enhanced = write_enhanced(shuffled, tmp_path / "enhanced" / "ct.dcm")
    verdict = run([enhanced], tmp_path / "out2", warm_cache)
    assert (verdict.word, verdict.reasons) == ("measured", ())
    facts = verdict.outcome.facts
    same = [name for name in plain if name not in ("sop_instance_uid", "instance_number", "frame_number")]
    assert {name: facts[name] for name in same} == {name: plain[name] for name in same}
    assert dcmread(shuffled[facts["frame_number"] - 1]).SOPInstanceUID == plain["sop_instance_uid"]
    for kind in ("seg", "sr", "key"):
        made = tmp_path / "out2" / f"{kind}.dcm"
        assert dciodvfy_errors(made.read_bytes(), tmp_path, kind) == []
        assert frames_referred_to(dcmread(made)) == {(EnhancedCTImageStorage, facts["frame_number"])}


def frames_referred_to(made: Dataset) -> set[tuple[str, int]]:
    """SOP class and frame of each reference to a frame, at any depth; a SEG is referred to without one."""
    items = [made, *(item for element in made.iterall() if element.VR == "SQ" for item in element.value)]
    return {
        (item.ReferencedSOPClassUID, int(item.ReferencedFrameNumber))
        for item in items
        if "ReferencedFrameNumber" in item
    }


def test_the_command_says_not_measured_with_exit_code_3(tmp_path: Path, warm_cache: Path) -> None:
    stray = tmp_path / "stray.dcm"
    stray.write_bytes(b"nothing")
    told = subprocess.run(
        [sys.executable, "-c", "from dicom_node.cli import main; main()", "process", str(stray), "-o", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={"XDG_CACHE_HOME": str(warm_cache.parent), "PATH": "/usr/bin:/bin"},
    )
    assert (told.returncode, told.stdout.splitlines()[0]) == (3, "not measured")
    assert "not_dicom" in told.stdout


def test_an_earlier_patients_objects_do_not_stand_beside_a_refusal(tmp_path: Path, warm_cache: Path) -> None:
    out = tmp_path / "out"
    assert run(study_files(tmp_path / "ct"), out, warm_cache).word == "measured"
    assert run(study_files(tmp_path / "short")[:8], out, warm_cache).word == "not measured"
    assert [path.name for path in out.iterdir()] == ["measurements.json"]


def test_an_optional_attribute_that_cannot_be_read_is_no_obstacle(tmp_path: Path, warm_cache: Path) -> None:
    files = study_files(tmp_path / "ct", PatientSize=1.68, KVP=120)
    for path in files:
        path.write_bytes(
            path.read_bytes().replace(b"DS\x04\x001.68", b"DS\x04\x001,68").replace(b"120.0 ", b"120,0 ")
        )
    verdict = run(files, tmp_path / "out", warm_cache)
    assert verdict.word == "measured"
    assert verdict.outcome.facts["height_m"] is None
    assert verdict.outcome.facts["smi_m29_150_cm2_m2"] is None


def test_nobody_elses_files_are_touched(tmp_path: Path, warm_cache: Path) -> None:
    mine = tmp_path / "patient7-image.nii.gz"
    mine.write_bytes(b"mine")
    assert run(study_files(tmp_path / "ct")[:8], tmp_path, warm_cache).word == "not measured"
    assert mine.read_bytes() == b"mine"


def test_an_empty_folder_and_two_studies_end_in_a_reason(tmp_path: Path, warm_cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run([tmp_path / "empty"], tmp_path / "out", warm_cache).reasons == ("not_dicom: no files",)
    study_files(tmp_path / "two" / "a")
    study_files(tmp_path / "two" / "b", StudyInstanceUID="2.25.5", SeriesInstanceUID="2.25.6")
    assert run([tmp_path / "two"], tmp_path / "out", warm_cache).reasons == ("several_studies: 2 studies; give one",)
