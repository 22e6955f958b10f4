"""Orthanc routes a real CT to the node and gets SEG, SR and key image back into the same study."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from pydicom import dcmread

from db.schema import Event, Instance, Measurement, Refusal
from dicom_node.app import Node, running
from dicom_node.phantom_study import write_study
from inference.labels import Tissue
from inference.phantom import draw
from tests.factories import SHARED_DATA, all_sent, analyses, destination, eventually, make_settings, rows, study_files
from tests.peers import NODE_AE, ORTHANC_AE, Orthanc, free_port, orthanc
from tests.realct import canonical, l3_body_mm, write_real_ct
from tests.tools import tool

OURS = {"SEG", "SR", "OT"}
NAME = "Äußerst^Ünlaut"


@dataclass(frozen=True)
class Site:
    """A PACS and a node that know each other, after a CT went all the way."""

    pacs: Orthanc
    node: Node
    study: str
    data: Path
    folder: Path
    files: list[Path]
    l3_mm: float
    """Height of the middle of the L3 body above the most caudal slice, from the reference."""

    def fetched(self, modality: str) -> Path:
        """The one object of a modality, fetched from the PACS."""
        (instance,) = self.pacs.contents()[modality]
        return self.pacs.download(instance, self.folder / f"{modality}.dcm")


def ct_and_truth(folder: Path) -> tuple[list[Path], float]:
    """The real CT where it is, a drawn one elsewhere: the way through the PACS must be shown in any case."""
    if SHARED_DATA.is_dir():
        return write_real_ct(SHARED_DATA, folder, PatientName=NAME), l3_body_mm(SHARED_DATA)
    drawn = draw(0)
    return write_study(drawn, folder, PatientName=NAME), drawn.l3_z_mm


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, warm_cache: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    port, data = free_port(), folder / "node"
    data.mkdir(mode=0o700)
    (data / "cache").symlink_to(warm_cache)
    files, l3_mm = ct_and_truth(folder / "ct")
    with orthanc(folder / "orthanc", port, auto_route=True) as pacs:
        settings = make_settings(
            data,
            receive={"port": port},
            source=[{"ae_title": ORTHANC_AE, "forwards": "finished"}],
            destination=[destination(ORTHANC_AE, pacs.port)],
        )
        with running(settings) as node:
            study = pacs.upload(files)
            eventually(lambda: all_sent(node.sessions), seconds=120, what="results in Orthanc")
            yield Site(pacs, node, study, data, folder, files, l3_mm)


def test_orthanc_ends_up_with_ct_seg_sr_and_key_image_in_one_study(site: Site) -> None:
    counts = {modality: len(instances) for modality, instances in site.pacs.contents().items()}
    assert counts == {"CT": len(site.files), "SEG": 1, "SR": 1, "OT": 1}
    assert site.pacs.rest.get("/studies").json() == [site.study]


def test_the_slice_lies_within_6_mm_of_the_middle_of_the_l3_body(site: Site) -> None:
    seg = dcmread(site.fetched("SEG"))
    bottom = min(instance.position_mm for instance in rows(site.node.sessions, Instance))
    plane = seg.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient[2]
    assert abs(plane - bottom - site.l3_mm) <= 6


def test_an_independent_reader_finds_the_stored_label_map_in_the_seg(site: Site, tmp_path: Path) -> None:
    command = [tool("segimage2itkimage"), "--inputDICOM", str(site.fetched("SEG")), "-t", "nii"]
    subprocess.run([*command, "--outputDirectory", str(tmp_path)], check=True, capture_output=True)
    (stored,) = (site.data / "results").rglob("label.nii.gz")
    truth = sitk.ReadImage(str(stored))
    for tissue in Tissue:
        read = sitk.ReadImage(str(tmp_path / f"{tissue.value}.nii.gz"))
        aligned = sitk.Resample(read, truth, sitk.Transform(), sitk.sitkNearestNeighbor, 0)
        found, wanted = sitk.GetArrayFromImage(aligned) > 0, sitk.GetArrayFromImage(truth) == tissue
        assert wanted.any()
        assert np.array_equal(found, wanted)


def test_the_label_map_agrees_with_the_reference_of_the_real_patient(site: Site, shared_data: Path) -> None:
    (stored,) = (site.data / "results").rglob("label.nii.gz")
    labels = np.asarray(nibabel.load(stored).dataobj)[:, :, 0].T
    reference, _ = canonical(shared_data / "real_ct" / "labels_v2_fast.nii.gz")
    (numbers,) = rows(site.node.sessions, Measurement)
    truth = np.isin(reference[numbers.l3_index], (88, 89))
    side = max(truth.shape)
    truth = np.pad(truth, [(0, side - n) for n in truth.shape])
    grid = np.arange(512) * side // 512
    psoas, wanted = labels == Tissue.PSOAS, truth[np.ix_(grid, grid)]
    assert 2 * (psoas & wanted).sum() / (psoas.sum() + wanted.sum()) > 0.7


def test_numbers_stand_in_sql_with_where_they_come_from(site: Site) -> None:
    (numbers,) = rows(site.node.sessions, Measurement)
    (analysis,) = analyses(site.node.sessions)
    assert (analysis.state, analysis.is_current) == ("done", True)
    assert 100 < numbers.total_area_mask_cm2 < 220
    assert numbers.total_area_m29_150_cm2 < numbers.total_area_mask_cm2
    assert set(numbers.l3_anchors.split(",")) >= {"last_rib", "sacrum"}
    assert (numbers.model_status, numbers.model_folds, numbers.kvp) == ("demonstration", "0,1,2,3,4", 120)


def test_five_more_rounds_of_routing_leave_one_result_set(site: Site) -> None:
    before = site.pacs.contents()
    events = len(rows(site.node.sessions, Event))
    for _ in range(5):
        assert site.pacs.route(site.study)
    ours = eventually(
        lambda: sum(r.count for r in rows(site.node.sessions, Refusal) if r.reason.startswith("not CT")) >= 15,
        what="our own objects counted",
    )
    assert ours
    assert len(rows(site.node.sessions, Event)) == events
    assert len(analyses(site.node.sessions)) == 1
    assert site.pacs.contents() == before


@pytest.mark.parametrize("modality", sorted(OURS))
def test_dciodvfy_finds_no_error(modality: str, site: Site) -> None:
    told = subprocess.run([tool("dciodvfy"), "-new", str(site.fetched(modality))], capture_output=True, text=True)
    assert told.stderr
    assert [line for line in told.stderr.splitlines() if line.startswith("Error")] == []


@pytest.mark.parametrize("modality", sorted(OURS))
def test_names_in_any_script_survive_the_round_trip(modality: str, site: Site) -> None:
    assert str(dcmread(site.fetched(modality)).PatientName) == NAME


def test_dcmtk_sends_a_study_and_gets_results_from_the_same_node(tmp_path: Path, data_folder: Path) -> None:
    """DCMTK's storescu as scanner, its storescp as archive."""
    archive, port = tmp_path / "archive", free_port()
    archive.mkdir()
    quick = {"TCP_NODELAY": "1", "PATH": "/usr/bin:/bin"}
    scp = subprocess.Popen([tool("storescp"), "--output-directory", str(archive), str(port)], env=quick)
    try:
        settings = make_settings(data_folder, destination=[destination("STORESCP", port)])
        with running(settings) as node:
            study_files(tmp_path / "ct")
            command = [tool("storescu"), "-aet", "SCANNER", "-aec", NODE_AE, "+sd", "127.0.0.1", str(node.port)]
            subprocess.run([*command, str(tmp_path / "ct")], check=True, env=quick, capture_output=True)
            eventually(lambda: all_sent(node.sessions), what="delivery to storescp")
            echo = [tool("echoscu"), "-aet", "SCANNER", "-aec", NODE_AE, "127.0.0.1", str(node.port)]
            subprocess.run(echo, check=True, env=quick)
    finally:
        scp.terminate()
        scp.wait(10)
    assert sorted(dcmread(path).Modality for path in archive.iterdir()) == ["OT", "SEG", "SR"]
