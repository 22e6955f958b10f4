"""Orthanc is told what a revision makes void, once the revision is there: it stores the note and does not act."""

from pathlib import Path

from pydicom import dcmread

from db.schema import Artifact, Delivery
from dicom_node.app import running
from tests.factories import destination, eventually, make_settings, rows, send_study, study_files
from tests.peers import ORTHANC_AE, free_port, orthanc


def test_a_correction_of_the_patient_arrives_and_then_the_note_on_what_it_makes_void(
    tmp_path: Path, data_folder: Path
) -> None:
    with orthanc(tmp_path / "orthanc", free_port(), auto_route=False) as pacs:
        settings = make_settings(
            data_folder,
            review={"policy": "never", "rejection_note": True},
            destination=[destination(ORTHANC_AE, pacs.port, verify="query")],
        )
        with running(settings) as node:

            def verified(count: int) -> bool:
                return [one.state for one in rows(node.sessions, Delivery)] == ["verified"] * count

            send_study(study_files(tmp_path / "ct"), node.port)
            eventually(lambda: verified(3), what="first result verified")
            send_study(study_files(tmp_path / "corrected", PatientID="CORRECTED"), node.port)
            eventually(lambda: verified(7), seconds=90, what="revision and note verified")
            made = rows(node.sessions, Artifact)
        contents = pacs.contents()
        note = dcmread(pacs.download(contents["KO"][0], tmp_path / "note.dcm"))
    assert [one.kind for one in made] == ["seg", "sr", "key", "seg", "sr", "key", "reject"]
    (title,) = note.ConceptNameCodeSequence
    assert (title.CodeValue, title.CodingSchemeDesignator) == ("113037", "DCM")
    void = [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in note.ContentSequence]
    assert void == [one.sop_instance_uid for one in made[:3]]
    assert [len(contents[kind]) for kind in ("SEG", "SR", "KO")] == [2, 2, 1]
