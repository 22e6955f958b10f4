"""What kind of image a CT image is: vendors' values and people's words, each with its reason."""

from typing import Any

import pytest
from pydicom.dataset import Dataset

from config.settings import AnalysisSettings
from dicom_node.study.admission import admit
from dicom_node.study.kinds import by_attributes, by_words, remarks
from inference.errors import Reason, Unsuitable
from tests.unit.node.factories import make_image, make_series

VENDORS = {
    r"ORIGINAL\PRIMARY\AXIAL": None,
    r"ORIGINAL\PRIMARY\AXIAL\CT_SOM5 SPI": None,
    r"ORIGINAL\PRIMARY\AXIAL\CT_SOM5 SEQ": None,
    r"ORIGINAL\PRIMARY\AXIAL\HELIX": None,
    r"ORIGINAL\PRIMARY\VOLUME\NONE": None,
    r"ORIGINAL\PRIMARY\AXIAL\CT_SOM7 SPI DUAL\STD\SNRG\DET_AB": None,
    r"DERIVED\CT_SOM5 SPI\PRIMARY\AXIAL": None,
    r"DERIVED\PRIMARY\AXIAL\VMI": None,
    r"ORIGINAL\PRIMARY\LOCALIZER\CT_SOM5 TOP": Reason.LOCALIZER,
    r"ORIGINAL\PRIMARY\LOCALIZER\PS": Reason.LOCALIZER,
    r"DERIVED\SECONDARY\OTHER\CT_SOM5 PROT": Reason.DOSE_REPORT,
    r"ORIGINAL\PRIMARY\DOSE": Reason.DOSE_REPORT,
    r"DERIVED\SECONDARY\SCREEN SAVE": Reason.SECONDARY_CAPTURE,
    r"DERIVED\PRIMARY\AXIAL\CT_SOM5 MPR": Reason.REFORMAT,
    r"DERIVED\SECONDARY\OTHER\CSA MPR\CSAPARALLEL\AXIAL\CT_SOM5 SEQ": Reason.REFORMAT,
    r"DERIVED\SECONDARY\REFORMATTED\AVERAGE": Reason.REFORMAT,
    r"DERIVED\PRIMARY\MPR": Reason.REFORMAT,
    r"DERIVED\PRIMARY\AXIAL\CT_SOM5 MIP": Reason.SLAB,
    r"DERIVED\SECONDARY\REFORMATTED\MIP": Reason.SLAB,
    r"DERIVED\SECONDARY\AXIAL\MPR THICK": Reason.SLAB,
    r"DERIVED\SECONDARY\PROJECTION IMAGE": Reason.SLAB,
    r"DERIVED\PRIMARY\VOLUME\MAX_IP": Reason.SLAB,
    r"DERIVED\SECONDARY\AXIAL\CT_SOM7 VPCT\AVG": Reason.DERIVED,
    r"DERIVED\PRIMARY\PERFUSION\RCBF": Reason.DERIVED,
    r"DERIVED\PRIMARY\AXIAL\MAT_SPECIFIC": Reason.MATERIAL,
    r"DERIVED\PRIMARY\AXIAL\MAT_REMOVED": Reason.MATERIAL,
    r"DERIVED\PRIMARY\AXIAL\EFF_ATOMIC_NUM": Reason.MATERIAL,
    r"ORIGINAL\PRIMARY\FLUOROSCOPY\NONE": Reason.FLUOROSCOPY,
}

ATTRIBUTES = {
    Reason.LOCALIZER: (
        {"ScanOptions": "SURVIEW"},
        {"ScanOptions": "SCOUT MODE"},
        {"AcquisitionType": "CONSTANT_ANGLE"},
    ),
    Reason.MONITORING: ({"AcquisitionType": "STATIONARY"}, {"ConstantVolumeFlag": "YES"}),
    Reason.FLUOROSCOPY: ({"FluoroscopyFlag": "YES"}, {"AcquisitionType": "FREE"}),
    Reason.SLAB: ({"VolumeBasedCalculationTechnique": "MIN_IP"},),
    Reason.REFORMAT: ({"VolumeBasedCalculationTechnique": "MPR"}, {"VolumetricProperties": "DISTORTED"}),
    Reason.CONE_BEAM: ({"ManufacturerModelName": "On-Board Imager"}, {"Manufacturer": "Planmeca"}),
}

WORDS = {
    Reason.LOCALIZER: ("Topogram 0.6 T20f", "Scout", "SURVIEW"),
    Reason.DOSE_REPORT: ("Dose Report", "Patient Protocol", "Rapport dose.", "Dosisprotokoll"),
    Reason.MONITORING: ("Bolus tracking", "PreMonitoring", "Monitoring", "SmartPrep", "SURESTART", "Tracker"),
    Reason.FLUOROSCOPY: ("CT fluoro biopsy", "CARE Vision", "SUREFluoro"),
    Reason.MATERIAL: ("Abd VNC 3.0", "Iodine map", "virtual non-contrast", "Z Effective", "Water(Iodine)"),
    Reason.CONE_BEAM: ("CBCT pelvis", "DynaCT"),
    Reason.SLAB: ("MIP thin", "MinIP 10 mm"),
    Reason.REFORMAT: ("Abdomen MPR cor", "Reformatted"),
}
PLAIN = (
    "Abdomen 3.0 B30f",
    "Low dose CT",
    "Thorax_Cor 1.0",
    "Compressed",
    "True non contrast",
    "Monopack",
    "",
)


@pytest.mark.parametrize(("image_type", "reason"), VENDORS.items(), ids=VENDORS)
def test_what_scanners_write_into_image_type(image_type: str, reason: Reason | None) -> None:
    refusals = by_attributes(make_image(ImageType=image_type.split("\\")))
    assert [refusal.reason for refusal in refusals] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("attributes", "reason"), [(one, reason) for reason, some in ATTRIBUTES.items() for one in some]
)
def test_other_coded_attributes(attributes: dict[str, Any], reason: Reason) -> None:
    assert [refusal.reason for refusal in by_attributes(make_image(**attributes))] == [reason]


@pytest.mark.parametrize(("words", "reason"), [(one, reason) for reason, some in WORDS.items() for one in some])
def test_what_people_call_it(words: str, reason: Reason) -> None:
    refusal = by_words(make_image(SeriesDescription=words))
    assert refusal
    assert refusal.reason is reason


@pytest.mark.parametrize("words", PLAIN)
def test_plain_names_are_no_reason(words: str) -> None:
    assert by_words(make_image(SeriesDescription=words)) is None


def test_attributes_speak_before_words() -> None:
    with pytest.raises(Unsuitable) as refusal:
        admit(
            make_series(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], SeriesDescription="MIP"), AnalysisSettings()
        )
    assert refusal.value.reason is Reason.LOCALIZER


def test_an_admitted_reformat_is_still_refused_for_another_reason() -> None:
    rules = AnalysisSettings(admit_also=("reformat",))
    reformat = {"ImageType": ["DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE"]}
    assert admit(make_series(**reformat), rules)
    with pytest.raises(Unsuitable) as refusal:
        admit(make_series(**reformat, ManufacturerModelName="On-Board Imager"), rules)
    assert refusal.value.reason is Reason.CONE_BEAM


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ({}, []),
        ({"ManufacturerModelName": "Biograph 64"}, ["low_dose_ct"]),
        ({"ManufacturerModelName": "Discovery CT750 HD"}, []),
        ({"ManufacturerModelName": "Discovery 690"}, ["low_dose_ct"]),
        ({"SeriesDescription": "AC CT WB"}, ["low_dose_ct"]),
        ({"SeriesDescription": "CTAC"}, ["low_dose_ct"]),
        ({"SeriesDescription": "Abdomen iMAR"}, ["metal_artefact_reduction"]),
        ({"SeriesDescription": "O-MAR"}, ["metal_artefact_reduction"]),
        ({"SeriesDescription": "Mars study"}, []),
        ({"SeriesDescription": "Mono 70 keV"}, ["virtual_monoenergetic"]),
        ({"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "VMI"]}, ["virtual_monoenergetic"]),
    ],
)
def test_what_is_admitted_but_marked(attributes: dict[str, Any], codes: list[str]) -> None:
    stack = admit(make_series(**attributes), AnalysisSettings())
    assert [remark.partition(":")[0] for remark in stack.remarks] == codes


@pytest.mark.parametrize(
    ("attributes", "energy"),
    [
        ({"MonoenergeticEnergyEquivalent": 55.0}, "55 keV"),
        ({"MultienergyCTCharacteristicsSequence": 40.0}, "40 keV"),
        ({"SeriesDescription": "MonoE 70keV"}, "70 keV"),
        ({}, "an energy that is not stated"),
    ],
)
def test_the_energy_of_a_monoenergetic_image_is_stated(attributes: dict[str, Any], energy: str) -> None:
    if nested := attributes.get("MultienergyCTCharacteristicsSequence"):
        inside = Dataset()
        inside.MonoenergeticEnergyEquivalent = nested
        attributes = {"MultienergyCTCharacteristicsSequence": [inside]}
    image = make_image(ImageType=["DERIVED", "PRIMARY", "AXIAL", "VMI"], **attributes)
    assert energy in next(remarks(image))
