"""Which series may be measured: each rule refuses with its own reason."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import AnalysisSettings
from dicom_node.study.admission import admit, age_years
from dicom_node.study.choose import judge
from dicom_node.study.series import Stack, read_series
from inference.errors import Reason, Unsuitable
from tests.factories import SCALE
from tests.unit.node.factories import make_series

RULES = AnalysisSettings()
FRACTIONS = ("SliceThickness", "PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient", "RescaleSlope")


def reason_against(rules: AnalysisSettings = RULES, **overrides: Any) -> Reason:
    with pytest.raises(Unsuitable) as refusal:
        admit(make_series(**overrides), rules)
    return refusal.value.reason


def test_a_plain_axial_ct_is_admitted_from_feet_to_head() -> None:
    stack = admit(make_series(30, spacing_mm=5), RULES)
    assert stack.positions_mm == tuple(range(0, 150, 5))
    assert (stack.spacing_mm, stack.coverage_mm, stack.pixel_spacing_mm, stack.tilt_degrees) == (
        5,
        145,
        (0.8, 0.7),
        0,
    )


def test_the_order_of_arrival_changes_nothing() -> None:
    series = make_series(30)
    shuffled = [series.images[index] for index in np.random.default_rng(5).permutation(30)]
    again = type(series)(series_instance_uid=series.series_instance_uid, images=tuple(shuffled))
    assert [image.path for image in admit(again, RULES).images] == [image.path for image in series.images]


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"Modality": "MR"}, Reason.NOT_CT),
        ({"Modality": None}, Reason.NOT_CT),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2.2"}, Reason.NOT_CT),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.67", "Modality": "SR"}, Reason.DOSE_REPORT),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, Reason.SECONDARY_CAPTURE),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.4"}, Reason.SECONDARY_CAPTURE),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, Reason.LOCALIZER),
        ({"ImageType": "LOCALIZER"}, Reason.LOCALIZER),
        ({"ImageType": ["DERIVED", "SECONDARY", "AXIAL"]}, Reason.DERIVED),
        ({"SliceThickness": 10}, Reason.SLAB),
        ({"Rows": None}, Reason.NO_PIXEL_DATA),
        ({"PixelSpacing": None}, Reason.NO_PIXEL_SPACING),
        ({"PixelSpacing": [0, 0]}, Reason.NO_PIXEL_SPACING),
        ({"ImagePositionPatient": None}, Reason.MIXED_GEOMETRY),
        ({"ImageOrientationPatient": None}, Reason.MIXED_GEOMETRY),
        ({"RescaleSlope": None}, Reason.NO_RESCALE),
        ({"RescaleIntercept": None}, Reason.NO_RESCALE),
        ({"RescaleType": "US"}, Reason.NO_RESCALE),
        ({"PatientAge": None}, Reason.MINOR_OR_AGE_UNKNOWN),
        ({"PatientAge": "017Y"}, Reason.MINOR_OR_AGE_UNKNOWN),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}, Reason.NOT_AXIAL),
        ({"ImagePositionPatient": [0, 0, 0]}, Reason.MONITORING),
        ({"spacing_mm": 10.0}, Reason.SPACING),
        ({"spacing_mm": 0.2, "count": 400}, Reason.SPACING),
        ({"normal": (0, 0.17, 0.98)}, Reason.TILT),
        ({"GantryDetectorTilt": -12}, Reason.TILT),
        ({"InConcatenationNumber": 1, "InConcatenationTotalNumber": 2}, Reason.GAP),
        ({"count": 12}, Reason.COVERAGE),
        ({"count": 1}, Reason.COVERAGE),
    ],
)
def test_each_rule_refuses_with_its_reason(overrides: dict[str, Any], reason: Reason) -> None:
    assert reason_against(**overrides) is reason


@pytest.mark.parametrize(
    ("of_the_tenth", "reason"),
    [
        ({"Rows": 7}, Reason.MIXED_GEOMETRY),
        ({"PixelSpacing": [0.9, 0.9]}, Reason.MIXED_GEOMETRY),
        ({"ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]}, Reason.MIXED_GEOMETRY),
        ({"ImagePositionPatient": [-10, -20, 45]}, Reason.REPEATED_POSITION),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, Reason.LOCALIZER),
        ({"ImagePositionPatient": [-10, -20, 51]}, Reason.GAP),
        ({"RescaleSlope": None}, Reason.NO_RESCALE),
    ],
)
def test_one_odd_image_among_thirty_refuses_the_series(of_the_tenth: dict[str, Any], reason: Reason) -> None:
    assert reason_against(each=lambda index: of_the_tenth if index == 10 else {}) is reason


def test_a_missing_image_in_the_middle_is_a_gap() -> None:
    whole = make_series(30)
    holed = type(whole)(series_instance_uid="1.2", images=whole.images[:10] + whole.images[11:])
    with pytest.raises(Unsuitable) as refusal:
        admit(holed, RULES)
    assert refusal.value.reason is Reason.GAP


@pytest.mark.parametrize("patient", [(-1, 0, 0, 0, 1, 0), (-1, 0, 0, 0, -1, 0), (0, 1, 0, -1, 0, 0)])
def test_every_patient_position_is_admitted(patient: tuple[int, ...]) -> None:
    assert admit(make_series(ImageOrientationPatient=list(patient)), RULES).positions_mm[0] == 0


def test_unknown_age_is_admitted_where_the_site_accepts_it() -> None:
    rules = AnalysisSettings(accept_unknown_age=True)
    assert admit(make_series(PatientAge=None), rules)
    assert reason_against(rules, PatientAge="017Y") is Reason.MINOR_OR_AGE_UNKNOWN


@pytest.mark.parametrize(
    ("attributes", "years"),
    [
        ({"PatientAge": "066Y"}, 66),
        ({"PatientAge": "216M"}, 18.0),
        ({"PatientAge": "52W"}, None),
        ({"PatientAge": None, "PatientBirthDate": "20080301"}, 18.0),
        ({"PatientAge": None, "PatientBirthDate": "20080301", "AcquisitionDate": "20270301"}, 19.0),
        ({"PatientAge": None, "PatientBirthDate": "20080301", "AcquisitionDateTime": "20270301101500"}, 19.0),
        ({"PatientAge": None, "PatientBirthDate": "20080302"}, 18.0),
        ({"PatientAge": None, "PatientBirthDate": "2008"}, None),
        ({"PatientAge": None, "PatientBirthDate": "20080301", "StudyDate": None}, None),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_age_is_stated_or_follows_from_two_dates(attributes: dict[str, Any], years: float | None) -> None:
    found = age_years(make_series(1, **attributes))
    assert found == (years if years is None else pytest.approx(years, abs=0.02))


def test_a_site_may_admit_reformats_but_no_localizers() -> None:
    rules = AnalysisSettings(admit_also=("reformat",))
    assert admit(make_series(ImageType=["DERIVED", "PRIMARY", "AXIAL", "CT_SOM5 MPR"]), rules)
    assert admit(make_series(SeriesDescription="Abdomen MPR ax"), rules)
    assert reason_against(rules, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]) is Reason.LOCALIZER


def test_no_refusal_names_the_patient() -> None:
    with pytest.raises(Unsuitable) as refusal:
        admit(make_series(PatientAge=None, PatientName="Secret^Name", PatientID="S-1"), RULES)
    assert "Secret" not in str(refusal.value)
    assert "S-1" not in str(refusal.value)


def test_odd_files_end_with_a_reason_and_no_exception(shared_data: Any) -> None:
    expected = {
        "dose_report.dcm": Reason.DOSE_REPORT,
        "enhanced_ct_multiframe.dcm": Reason.DERIVED,  # a perfusion map
        "gantry_tilt_small_fov.dcm": Reason.TILT,
        "localizer.dcm": Reason.LOCALIZER,
        "no_pixel_data.dcm": Reason.NOT_CT,
        "no_pixel_spacing.dcm": Reason.NOT_CT,
        "rle_fragments.dcm": Reason.DERIVED,
    }
    for path in sorted((shared_data / "odd").iterdir()):
        series, refused = read_series([path])
        (verdict,) = judge(series, RULES)
        assert not refused
        assert verdict.refusal is not None
        assert verdict.refusal.reason is expected[path.name], path.name


def test_a_file_that_is_no_dicom_stands_beside_with_its_reason(tmp_path: Any) -> None:
    (tmp_path / "notes.txt").write_text("not DICOM")
    (tmp_path / "empty").touch()
    series, refused = read_series(sorted(tmp_path.iterdir()))
    assert (series, [reason.reason for _, reason in refused]) == ((), [Reason.NOT_DICOM] * 2)


BROKEN = st.one_of(
    st.none(),
    st.text("0123456789.-+eE\\ nafi", max_size=12),
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=16), max_size=7),
)


@given(st.sampled_from(FRACTIONS), BROKEN, st.booleans())
@settings(max_examples=200 * SCALE, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_broken_numbers_in_headers_are_a_verdict_and_no_exception(keyword: str, value: Any, in_all: bool) -> None:
    def each(index: int) -> dict[str, Any]:
        return {keyword: value} if in_all or index == 7 else {}

    try:
        series = make_series(each=each)
    except (ValueError, TypeError, OverflowError):
        return  # pydicom does not even set it
    (verdict,) = judge([series], RULES)
    assert isinstance(verdict.stack, Stack) != isinstance(verdict.refusal, Unsuitable)


def test_a_series_with_unreadable_numbers_does_not_spoil_its_study() -> None:
    good, bad = make_series(), make_series(SeriesInstanceUID="1.2.9", PixelSpacing=0.8)
    verdicts = judge([bad, good], RULES)
    assert verdicts[0].series is good
    assert verdicts[0].stack
    assert verdicts[1].refusal
    assert "TypeError" in verdicts[1].refusal.detail
