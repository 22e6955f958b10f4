"""Why a CT cannot be measured: one exception with a coded reason.  Never carries patient data."""

from enum import StrEnum


class Reason(StrEnum):
    """Coded reasons of `not_measured`; the code is stored, shown and stable across releases."""

    NOT_CT = "not_ct"
    NOT_DICOM = "not_dicom"
    NO_PATIENT_ID = "no_patient_id"
    MIXED_IDENTITY = "mixed_identity"
    SEVERAL_STUDIES = "several_studies"
    NO_ADMITTED_SERIES = "no_admitted_series"
    LOCALIZER = "localizer"
    DOSE_REPORT = "dose_report"
    SECONDARY_CAPTURE = "secondary_capture"
    REFORMAT = "reformat"
    SLAB = "projection_or_thick_slab"
    DERIVED = "derived_image"
    MONITORING = "bolus_monitoring"
    FLUOROSCOPY = "ct_fluoroscopy"
    MATERIAL = "dual_energy_material"
    CONE_BEAM = "cone_beam"
    NOT_AXIAL = "not_axial"
    MIXED_GEOMETRY = "mixed_geometry"
    REPEATED_POSITION = "repeated_position"
    GAP = "gap_in_series"
    TILT = "gantry_tilt"
    NO_PIXEL_SPACING = "no_pixel_spacing"
    NO_PIXEL_DATA = "no_pixel_data"
    NO_RESCALE = "no_hounsfield_rescale"
    CANNOT_DECODE = "cannot_decode"
    MINOR_OR_AGE_UNKNOWN = "under_18_or_age_unknown"
    SPACING = "spacing_out_of_range"
    COVERAGE = "coverage"
    NO_TORSO = "no_torso"
    L3_NOT_IN_SERIES = "l3_not_in_series"
    L3_UNCERTAIN = "l3_uncertain"
    NO_MUSCLE = "no_muscle_found"
    SLICE_OUT_OF_RANGE = "slice_out_of_range"
    NOT_A_SLICE = "not_a_single_slice"
    NO_SUCH_FOLD = "no_such_fold"


class Unsuitable(Exception):
    """The input cannot be measured; the caller records `reason` and goes on with the next.

    `detail` is one sentence for a person, with numbers and units, without names or IDs.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["Unsuitable"], tuple[Reason, str]]:
        """Survive the way back from a worker process."""
        return (Unsuitable, (self.reason, self.detail))


class ModelRefused(Exception):
    """A model folder is not a genuine, safe nnU-Net v2 2D results folder; the message says what is wrong."""
