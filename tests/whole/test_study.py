"""The same app that `l3node serve` starts, end to end: study in by C-STORE, results out, rows behind."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import RLELossless
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from db.schema import Artifact, Delivery, Destination, Event, Measurement, Refusal, Series, Study
from dicom_node.app import running
from dicom_node.data_folder import CannotStart
from dicom_node.pacs.standin import StandIn
from inference.labels import Tissue
from tests.enhanced import write_enhanced
from tests.factories import (
    SENDER,
    all_sent,
    analyses,
    chosen,
    destination,
    eventually,
    make_settings,
    phantom,
    rows,
    send_study,
    study_files,
)


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_study_in_gives_three_objects_back_and_numbers_in_sql(tmp_path: Path, data_folder: Path) -> None:
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            assert set(send_study(study_files(tmp_path / "ct"), node.port)) == {0}
            eventually(lambda: all_sent(node.sessions), what="delivery")
            (analysis,) = analyses(node.sessions)
            (numbers,) = rows(node.sessions, Measurement)
    assert (analysis.state, analysis.is_current, analysis.attempt) == ("done", True, 1)
    assert set(pacs.received) == {"seg", "sr", "key"}
    truth = phantom().labels[numbers.l3_index]
    areas = {t: (truth == t).sum() * 1.56 * 1.56 / 100 for t in Tissue}
    assert abs(numbers.l3_z_mm - phantom().l3_z_mm) < 5
    assert numbers.psoas_area_mask_cm2 == pytest.approx(areas[Tissue.PSOAS], rel=0.2)
    assert numbers.total_area_mask_cm2 == pytest.approx(sum(areas.values()), rel=0.1)
    assert (numbers.model_status, numbers.l3_status, numbers.doubts) == ("demonstration", "found", "")
    assert numbers.fold_dice > 0.9


def test_results_belong_to_the_study_and_say_that_the_model_is_a_demonstration(
    tmp_path: Path, data_folder: Path
) -> None:
    files = study_files(tmp_path / "ct", PatientName="Müller^Änne", PatientID="P-7", AccessionNumber="A-7")
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            send_study(files, node.port)
            eventually(lambda: all_sent(node.sessions), what="delivery")
    source = dcmread(files[0])
    for kind, path in pacs.received.items():
        made = dcmread(path)
        assert made.StudyInstanceUID == source.StudyInstanceUID, kind
        assert (str(made.PatientName), made.PatientID, made.AccessionNumber) == ("Müller^Änne", "P-7", "A-7")
        assert "DEMO" in made.SeriesDescription.upper()
        assert made.Modality != "CT"


def test_an_enhanced_ct_is_measured_and_its_frame_and_evidence_are_kept(tmp_path: Path, data_folder: Path) -> None:
    enhanced = write_enhanced(study_files(tmp_path / "ct"), tmp_path / "enhanced.dcm")
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            assert send_study([enhanced], node.port) == [0]
            eventually(lambda: all_sent(node.sessions), what="delivery")
            (numbers,) = rows(node.sessions, Measurement)
    assert numbers.sop_instance_uid == dcmread(enhanced).SOPInstanceUID
    assert numbers.frame_number == len(phantom().volume.hu) - numbers.l3_index  # written from head to feet
    (source,) = dcmread(pacs.received["key"]).SourceImageSequence
    assert source.ReferencedFrameNumber == numbers.frame_number
    assert [path.read_bytes()[:4] for path in data_folder.glob("results/*/*/evidence.png")] == [b"\x89PNG"]


def test_sending_the_same_study_again_changes_nothing(tmp_path: Path, data_folder: Path) -> None:
    files = study_files(tmp_path / "ct")
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            send_study(files, node.port)
            eventually(lambda: all_sent(node.sessions), what="delivery")
            before = len(rows(node.sessions, Event))
            ours = list(pacs.received.values())
            for _ in range(2):
                assert set(send_study([*files, *ours], node.port)) == {0}
            eventually(lambda: len(rows(node.sessions, Refusal)) == 3, what="our own objects counted")
    assert len(rows(node.sessions, Event)) == before
    assert len(analyses(node.sessions)) == 1
    assert len(list((data_folder / "spool").rglob("*.dcm"))) == len(files)


def test_the_same_study_in_another_transfer_syntax_changes_nothing(tmp_path: Path, data_folder: Path) -> None:
    def recode(image: FileDataset) -> None:
        image.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)

    files = study_files(tmp_path / "ct")
    with running(make_settings(data_folder)) as node:
        send_study(files, node.port)
        eventually(lambda: analyses(node.sessions, "done"), what="result")
        before = len(rows(node.sessions, Event))
        recoded = [rewritten(path, recode) for path in files]
        assert set(send_study(recoded, node.port)) == {0}
        eventually(lambda: len(spooled(data_folder)) == len(files), what="the files dropped")
    assert len(rows(node.sessions, Event)) == before
    assert not rows(node.sessions, Series)[0].source_changed


def test_other_pixels_under_the_same_uids_leave_the_result_as_it_is_and_are_told(
    tmp_path: Path, data_folder: Path
) -> None:
    def brighten(image: FileDataset) -> None:
        image.PixelData = (image.pixel_array + 40).tobytes()

    files = study_files(tmp_path / "ct")
    with running(make_settings(data_folder)) as node:
        send_study(files, node.port)
        eventually(lambda: analyses(node.sessions, "done"), what="result")
        assert set(send_study([rewritten(path, brighten) for path in files], node.port)) == {0}
        remarks = eventually(
            lambda: (
                len(found := rows(node.sessions, Event, from_state="chosen", to_state="chosen")) == len(files)
                and found
            ),
            what="a remark for each image",
        )
        (analysis,), (series,) = analyses(node.sessions), rows(node.sessions, Series)
    assert all(remark.reason.startswith("other pixels under a known SOPInstanceUID") for remark in remarks)
    assert (series.state, series.source_changed) == ("chosen", True)
    assert (analysis.state, analysis.is_current) == ("done", True)


def rewritten(path: Path, change: Callable[[FileDataset], object]) -> Path:
    """The same file after a change."""
    image = dcmread(path)
    change(image)
    image.save_as(path)
    return path


def spooled(data: Path) -> list[Path]:
    """Every object that was received and kept."""
    return list((data / "spool").rglob("*.dcm"))


def test_a_late_slice_makes_a_linked_revision_and_one_current_result(tmp_path: Path, data_folder: Path) -> None:
    files = study_files(tmp_path / "ct")
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            send_study(files[1:], node.port)
            eventually(lambda: all_sent(node.sessions), what="first delivery")
            send_study(files[:1], node.port)
            eventually(lambda: all_sent(node.sessions, 6), what="second delivery")
            first, second = analyses(node.sessions)
    assert (first.state, first.is_current) == ("superseded", False)
    assert (second.state, second.is_current, second.revision) == ("done", True, 2)
    assert second.supersedes_id == first.id
    assert "rev 2" in dcmread(pacs.received["seg"]).SeriesDescription


def test_corrected_demographics_make_a_revision_with_the_new_name(tmp_path: Path, data_folder: Path) -> None:
    files = study_files(tmp_path / "ct")
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            send_study(files, node.port)
            eventually(lambda: all_sent(node.sessions), what="first delivery")
            send_study(study_files(tmp_path / "corrected", PatientID="CORRECTED"), node.port)
            eventually(lambda: all_sent(node.sessions, 6), what="second delivery")
            assert [study.patient_id for study in rows(node.sessions, Study)] == ["CORRECTED"]
            objects = rows(node.sessions, Artifact)
            origins = [analysis.origin for analysis in analyses(node.sessions)]
            numbers = [made.psoas_area_mask_cm2 for made in rows(node.sessions, Measurement)]
            agreed = [made.fold_dice for made in rows(node.sessions, Measurement)]
    assert origins == ["automatic", "identity"]  # the labels stand, and no model is asked
    assert numbers[0] == numbers[1]
    assert agreed[0] == agreed[1] != None  # noqa: E711
    revised_seg = dcmread(pacs.received["seg"])
    assert {segment.SegmentAlgorithmType for segment in revised_seg.SegmentSequence} == {"AUTOMATIC"}
    assert dcmread(pacs.received["sr"]).VerificationFlag == "UNVERIFIED"
    revised = dcmread(pacs.received["sr"])
    assert revised.PatientID == "CORRECTED"
    (study,) = revised.PredecessorDocumentsSequence
    (series,) = study.ReferencedSeriesSequence
    first = next(artifact for artifact in objects if artifact.kind == "sr")
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first.sop_instance_uid
    assert revised.SOPInstanceUID != first.sop_instance_uid


def test_a_dead_pacs_loses_nothing(tmp_path: Path, data_folder: Path) -> None:
    port = free_port()
    settings = make_settings(data_folder, destination=[destination("STANDIN", port)])
    with running(settings) as node:
        send_study(study_files(tmp_path / "ct"), node.port)
        eventually(lambda: any(to.failures for to in rows(node.sessions, Destination)), what="first failed attempt")
    with StandIn(tmp_path / "pacs", port=port) as pacs, running(settings) as node:
        eventually(lambda: all_sent(node.sessions), seconds=90, what="delivery after the PACS came back")
        assert len(analyses(node.sessions)) == 1
    assert set(pacs.received) == {"seg", "sr", "key"}


def test_a_new_site_holds_everything_for_review(tmp_path: Path, data_folder: Path) -> None:
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(
            data_folder, destination=[destination(pacs.ae_title, pacs.port)], review={"policy": "always"}
        )
        with running(settings) as node:
            send_study(study_files(tmp_path / "ct"), node.port)
            (analysis,) = eventually(lambda: analyses(node.sessions, "held"), what="held result")
            assert rows(node.sessions, Delivery) == []
            assert rows(node.sessions, Measurement) != []
    assert (analysis.reason, analysis.is_current) == ("review policy: always", False)
    assert pacs.received == {}


def test_demonstration_results_stay_here_unless_the_destination_accepts_them(
    tmp_path: Path, data_folder: Path
) -> None:
    with StandIn(tmp_path / "pacs") as pacs:
        there = destination(pacs.ae_title, pacs.port, accept_demo=False)
        with running(make_settings(data_folder, destination=[there])) as node:
            send_study(study_files(tmp_path / "ct"), node.port)
            eventually(lambda: analyses(node.sessions, "done"), what="result")
            assert rows(node.sessions, Delivery) == []


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("chest", "l3_"),
        ("localizer", "localizer"),
        ("child", "under_18_or_age_unknown"),
        ("short", "coverage"),
    ],
)
def test_what_cannot_be_measured_ends_with_a_reason_and_no_object(
    case: str, reason: str, tmp_path: Path, data_folder: Path
) -> None:
    files = {
        "chest": lambda folder: study_files(folder, drawn=phantom(bottom_mm=160, slices=50)),
        "localizer": lambda folder: study_files(folder, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])[:2],
        "child": lambda folder: study_files(folder, PatientAge="012Y"),
        "short": lambda folder: study_files(folder)[:8],
    }[case](tmp_path / "ct")
    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            send_study(files, node.port)
            study = eventually(lambda: chosen(node.sessions), what="choice")
            if case == "chest":
                (analysis,) = eventually(lambda: analyses(node.sessions, "not_measured"), what="refusal")
                assert analysis.reason.startswith(reason)
            else:
                assert study.reason.startswith(reason)
                assert [series.state for series in rows(node.sessions, Series)] == ["ignored"]
                assert analyses(node.sessions) == []
    assert pacs.received == {}


def test_the_best_series_of_a_study_is_chosen_once(tmp_path: Path, data_folder: Path) -> None:
    study = {"StudyInstanceUID": "2.25.4711"}
    lung = study_files(
        tmp_path / "lung", SeriesInstanceUID="2.25.1", ConvolutionKernel="B70f", SeriesDescription="Lung", **study
    )
    soft = study_files(tmp_path / "soft", SeriesInstanceUID="2.25.2", **study)
    with running(make_settings(data_folder)) as node:
        send_study([*lung, *soft], node.port)
        (analysis,) = eventually(lambda: analyses(node.sessions, "done"), what="result")
        found = {series.series_instance_uid: series for series in rows(node.sessions, Series)}
    assert (found["2.25.1"].state, found["2.25.2"].state) == ("ignored", "chosen")
    assert found["2.25.2"].score > found["2.25.1"].score > 0
    assert found["2.25.2"].reason.startswith("score 1.00: thickness 0.30 of 0.30 (5 mm), kernel 0.30 of 0.30")
    assert found["2.25.1"].reason.startswith("another series of the study is better; score 0.62: ")
    assert analysis.series_id == found["2.25.2"].id


def test_one_data_folder_has_one_node(data_folder: Path) -> None:
    settings = make_settings(data_folder)
    with running(settings), pytest.raises(CannotStart, match="another node"), running(settings):
        pass


def test_the_web_process_tells_the_health_and_comes_back_when_killed(data_folder: Path) -> None:
    import httpx

    def ask() -> dict[str, object] | None:
        try:
            return dict(httpx.get(f"http://127.0.0.1:{node.web_port}/health", timeout=20).json())
        except httpx.TransportError:
            return None

    with running(make_settings(data_folder, web={"enabled": True})) as node:
        assert eventually(ask)["status"] == "ok"
        import multiprocessing

        (web,) = [child for child in multiprocessing.active_children() if child.name == "web"]
        web.kill()
        web.join()
        assert eventually(ask)["status"] == "ok"


def test_the_stored_label_map_is_what_the_seg_holds(tmp_path: Path, data_folder: Path) -> None:
    import nibabel

    with StandIn(tmp_path / "pacs") as pacs:
        settings = make_settings(data_folder, destination=[destination(pacs.ae_title, pacs.port)])
        with running(settings) as node:
            send_study(study_files(tmp_path / "ct"), node.port)
            eventually(lambda: all_sent(node.sessions), what="delivery")
    (stored,) = (data_folder / "results").rglob("label.nii.gz")
    labels = np.asarray(nibabel.load(stored).dataobj)[:, :, 0].T
    seg = dcmread(pacs.received["seg"])
    frames = dict(
        zip(
            (
                f.SegmentIdentificationSequence[0].ReferencedSegmentNumber
                for f in seg.PerFrameFunctionalGroupsSequence
            ),
            seg.pixel_array,
            strict=True,
        )
    )
    for tissue in Tissue:
        assert np.array_equal(frames[tissue] > 0, labels == tissue)


def test_the_node_answers_echo(data_folder: Path) -> None:
    with running(make_settings(data_folder)) as node:
        ae = AE(SENDER)
        ae.add_requested_context(Verification)
        association = ae.associate("127.0.0.1", node.port, ae_title="L3NODE")
        assert association.send_c_echo().Status == 0
        association.release()


def test_when_the_best_series_holds_no_l3_the_next_one_is_measured(tmp_path: Path, data_folder: Path) -> None:
    study = {"StudyInstanceUID": "2.25.4712"}
    chest = study_files(
        tmp_path / "chest", drawn=phantom(bottom_mm=160, slices=60), SeriesInstanceUID="2.25.3", **study
    )
    abdomen = study_files(tmp_path / "abdomen", SeriesInstanceUID="2.25.4", ConvolutionKernel="B60f", **study)
    with running(make_settings(data_folder)) as node:
        send_study([*chest, *abdomen], node.port)
        (measured,) = eventually(lambda: analyses(node.sessions, "done"), what="result of the second series")
        (refused,) = analyses(node.sessions, "not_measured")
        found = {series.series_instance_uid: series.id for series in rows(node.sessions, Series)}
    assert (refused.series_id, measured.series_id) == (found["2.25.3"], found["2.25.4"])
    assert (refused.is_current, measured.is_current) == (False, True)


def test_a_study_without_patient_id_is_kept_and_not_measured(tmp_path: Path, data_folder: Path) -> None:
    with running(make_settings(data_folder)) as node:
        assert set(send_study(study_files(tmp_path / "ct", PatientID=""), node.port)) == {0}
        study = eventually(lambda: chosen(node.sessions), what="choice")
        assert study.reason.startswith("no_patient_id")
        assert analyses(node.sessions) == []


def test_a_fault_nobody_foresaw_ends_in_a_reason_and_no_loop(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def break_down(*arguments: object) -> None:
        calls.append(arguments)
        raise ZeroDivisionError

    monkeypatch.setattr("dicom_node.steps.choosing.judge", break_down)
    with running(make_settings(data_folder)) as node:
        send_study(study_files(tmp_path / "ct")[:9], node.port)
        study = eventually(lambda: chosen(node.sessions), what="choice")
    assert study.reason == "fault of the node: ZeroDivisionError"
    assert len(calls) == 1
