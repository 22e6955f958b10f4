from io import BytesIO
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from reporting.finding import Encoded
from reporting.identity import COPIED, REQUIRED, copy_identity, identity_digest, uid
from reporting.objects import objects
from tests.unit.reporting.factories import make_ct_header, make_finding, make_identity

NAMES = {
    "umlaut": ("ISO_IR 100", "Müller-Lüdenscheidt^Jürgen"),
    "cyrillic": ("ISO_IR 144", "Люкceмбypг^Иван"),
    "greek": ("ISO_IR 126", "Διονυσιος^Α"),
    "korean": (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    "japanese": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "japanese kana": (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
    "chinese": ("GB18030", "Wang^XiaoDong=王^小东"),
    "unicode": ("ISO_IR 192", "Wang^XiaoDong=王^小東"),
    "ascii": (None, "Muster^Erika"),
}


def written(header: Dataset) -> bytes:
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, header, enforce_file_format=True)
    return buffer.getvalue()


def received(header: Dataset) -> Dataset:
    """The header as it comes from a peer: raw bytes, decoded on access."""
    return pydicom.dcmread(BytesIO(written(header)))


def made(header: Dataset) -> tuple[Dataset, ...]:
    return tuple(opened(encoded) for encoded in objects(header, make_finding(), make_identity()))


def opened(encoded: Encoded) -> Dataset:
    return pydicom.dcmread(BytesIO(encoded.data))


def said(dataset: Dataset, keyword: str) -> str:
    return str(dataset[keyword].value).strip()


@pytest.mark.parametrize("index", [0, 1, 2], ids=["seg", "sr", "key"])
def test_every_object_carries_every_patient_and_study_attribute_of_the_source(index: int) -> None:
    header = received(make_ct_header(OtherPatientNames=["Old^Name", "Older^Name"], PatientIdentityRemoved="NO"))
    target = made(header)[index]
    for keyword in COPIED:
        assert (keyword in target) == (keyword in header or keyword in REQUIRED), keyword
        if keyword in header:
            assert said(target, keyword) == said(header, keyword), keyword


@pytest.mark.parametrize(("character_set", "name"), NAMES.values(), ids=NAMES.keys())
def test_a_name_in_any_character_set_survives_in_every_object(character_set: object, name: str) -> None:
    header = received(make_ct_header(SpecificCharacterSet=character_set, PatientName=name))
    assert str(header.PatientName) == name
    for target in made(header):
        assert str(target.PatientName) == name
        assert target.get("SpecificCharacterSet") == ("ISO_IR 192" if character_set else None)


def test_texts_in_items_survive_too() -> None:
    other = Dataset()
    other.PatientID = "ÄÖ-7"
    other.IssuerOfPatientID = "Spital Zürich"
    header = received(
        make_ct_header(
            SpecificCharacterSet="ISO_IR 100",
            StudyDescription="CT Bauch nativ, Gefäße",
            OtherPatientIDsSequence=[other],
        )
    )
    for target in made(header):
        assert target.StudyDescription == "CT Bauch nativ, Gefäße"
        assert target.OtherPatientIDsSequence[0].IssuerOfPatientID == "Spital Zürich"


def test_bytes_of_a_source_that_declares_no_character_set_are_kept() -> None:
    buffer = BytesIO()
    pydicom.dcmwrite(
        buffer, make_ct_header(SpecificCharacterSet=None, PatientName="M?ller^J"), enforce_file_format=True
    )
    header = pydicom.dcmread(BytesIO(buffer.getvalue().replace(b"M?ller^J", b"M\xfcller^J")))
    for encoded in objects(header, make_finding(), make_identity()):
        assert b"M\xfcller^J" in encoded.data


def test_what_the_source_has_not_is_removed_and_type_2_is_left_empty() -> None:
    header, target = make_ct_header(PatientSize=None, AccessionNumber=None), make_ct_header()
    copy_identity(header, target)
    assert "PatientSize" not in target
    assert target.AccessionNumber in (None, "")


def test_an_object_without_patient_id_and_name_is_still_made() -> None:
    header = received(make_ct_header(PatientID="", PatientName=None, PatientSex="U", PatientBirthDate=None))
    for target in made(header):
        assert target.PatientID in (None, "")
        assert target.PatientSex == "U"


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
@pytest.mark.filterwarnings("ignore:The value length")
def test_values_that_break_the_standard_do_not_stop_the_objects() -> None:
    header = make_ct_header(StudyDate="2026.03.01", PatientAge="66", AccessionNumber="A" * 20, PatientSex="female")
    header["PatientSize"] = pydicom.DataElement("PatientSize", "DS", "1.65")
    raw = BytesIO()
    pydicom.dcmwrite(raw, header, enforce_file_format=True)
    broken = pydicom.dcmread(
        BytesIO(raw.getvalue().replace(b"\x10\x00\x20\x10DS\x04\x001.65", b"\x10\x00\x20\x10DS\x04\x001,65"))
    )
    for target in made(broken):
        assert target.AccessionNumber == "A" * 20
        assert target.PatientSex == "female"
        assert "PatientSize" not in target


def test_the_source_stays_untouched() -> None:
    header = received(make_ct_header(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^J"))
    before = header.to_json()
    made(header)
    assert header.to_json() == before


def test_the_digest_ignores_the_encoding_of_a_name() -> None:
    one = received(make_ct_header(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^J"))
    other = received(make_ct_header(SpecificCharacterSet="ISO_IR 192", PatientName="Müller^J"))
    assert identity_digest(one) == identity_digest(other)


@pytest.mark.filterwarnings("ignore:The value length")
@pytest.mark.parametrize("overrides", [{}, {"PatientName": "Müller^J"}, {"PatientID": "x" * 20_000}], ids=str)
def test_a_received_header_has_the_digest_of_the_same_header_decoded(overrides: dict[str, Any]) -> None:
    header = received(make_ct_header(SpecificCharacterSet="ISO_IR 100", **overrides))
    first = identity_digest(header)
    header.decode()
    assert [first, identity_digest(received(header))] == [identity_digest(header)] * 2


def test_the_same_bytes_in_another_character_set_are_another_name() -> None:
    latin = written(make_ct_header(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^J"))
    cyrillic = latin.replace(b"ISO_IR 100", b"ISO_IR 144")
    one, other = (identity_digest(pydicom.dcmread(BytesIO(file))) for file in (latin, cyrillic))
    assert one != other


def test_the_digest_takes_empty_for_absent() -> None:
    assert identity_digest(make_ct_header(AccessionNumber="")) == identity_digest(
        make_ct_header(AccessionNumber=None)
    )


@pytest.mark.parametrize("keyword", [keyword for keyword in COPIED if keyword in make_ct_header()])
def test_the_digest_changes_with_every_attribute_that_is_copied(keyword: str) -> None:
    header = make_ct_header()
    before = identity_digest(header)
    if isinstance(header[keyword].value, Sequence):
        header[keyword].value[0].add_new("SpecificCharacterSet", "CS", "ISO_IR 100")
        assert identity_digest(header) == before
        header[keyword].value.append(header[keyword].value[0])
    else:
        setattr(header, keyword, None)
    assert identity_digest(header) != before


def test_the_digest_does_not_depend_on_the_image() -> None:
    assert identity_digest(make_ct_header()) == identity_digest(make_ct_header(SOPInstanceUID="1.2.3", KVP="80"))


def test_uids_are_legal_and_their_parts_do_not_run_together() -> None:
    assert uid("a", "bc") != uid("ab", "c")
    for number in range(200):
        made_uid = pydicom.uid.UID(uid("test", str(number)))
        assert made_uid.is_valid
        assert len(made_uid) <= 64
        assert made_uid.startswith("2.25.")
