"""What was told later takes the place of what the images say; of another patient nothing of the old one stays."""

from pydicom.dataset import Dataset

from reporting.told import SAME_PERSON, apply_told


def header() -> Dataset:
    found = Dataset()
    found.PatientID, found.PatientName, found.PatientBirthDate = "P-1", "Old^Name", "19600101"
    found.OtherPatientIDs, found.AccessionNumber, found.StudyID = "X-1", "A-1", "S-1"
    return found


def test_another_accession_number_leaves_the_patient_as_it_was() -> None:
    found = header()
    apply_told(found, {"AccessionNumber": "A-2"})
    assert (found.AccessionNumber, found.PatientName, found.StudyID) == ("A-2", "Old^Name", "S-1")


def test_nothing_of_another_patient_stays() -> None:
    found = header()
    for _ in range(2):
        apply_told(found, {"PatientID": "P-2", "PatientName": "Äußerst^Neu"})
        assert (found.PatientID, found.PatientName) == ("P-2", "Äußerst^Neu")
        assert "PatientBirthDate" not in found
        assert "OtherPatientIDs" not in found
    assert found.SpecificCharacterSet == "ISO_IR 192"
    assert found.StudyID == "S-1"


def test_of_a_merged_patient_everything_else_stays() -> None:
    found = header()
    apply_told(found, {"PatientID": "P-2", SAME_PERSON: "yes"})
    assert (found.PatientID, found.PatientName, found.PatientBirthDate) == ("P-2", "Old^Name", "19600101")
