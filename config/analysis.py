"""What decides a number: model, rules of admission, thresholds of doubt."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from config.kinds import AeTitle, Frozen, Part, Range


class AnalysisSettings(Frozen):
    """What decides a number; its digest is part of every request key."""

    model: Path | None = None
    """nnU-Net v2 2D results folder; None takes the bundled demonstration model."""
    folds: Literal["all"] | int | tuple[int, ...] = "all"
    """Members to use: "all" (the paper's ensemble), one fold, or a list."""
    ensemble: Literal["probability", "logit"] = "probability"
    """`probability`: mean of probability maps (the paper); `logit`: as stock nnU-Net joins folds."""
    mirroring: bool = True
    """Average over the mirrorings that training allowed, as nnU-Net does; without it up to four times as fast."""
    autocast: Literal["off", "bf16", "fp16"] = "off"
    """Reduced precision on a GPU, which moves some voxels; off is the fp32 that a CPU always takes."""
    vertebrae: Path | None = None
    """nnU-Net v2 3D results folder of vertebrae (TotalSegmentator's, or one's own): a second localiser of L3."""
    single_slice_from: tuple[AeTitle, ...] = ()
    """Calling AE titles whose series of one image is their own pick of L3: measured, in doubt as not verified."""
    minimum_age: Annotated[int, Field(ge=0)] = 18
    """Years; younger patients, and those of unknown age, are not measured: no cut-off is meant for them."""
    accept_unknown_age: bool = False
    """True measures patients without PatientAge and PatientBirthDate (research data are often stripped)."""
    slice_spacing_mm: tuple[float, float] = (0.4, 6.5)
    """Distance of slice centres that the level finder was tested for, mm."""
    maximum_tilt_degrees: Annotated[float, Field(ge=0, le=45)] = 5.0
    """Gantry tilt or oblique sections: beyond it the area is not that of an axial section (1/cos 5 deg = 0.4 %)."""
    size_may_be_cm: bool = False
    """True takes a PatientSize (0010,1020) of 50 to 250 as centimetres; DICOM means metres, some sites write cm."""
    admit_also: tuple[Literal["reformat", "derived_image"], ...] = ()
    """Kinds refused by default that this site measures: where axial reformats are the routine series."""
    minimum_agreement: Part = 0.94
    """Mean pairwise Dice of the folds over all muscle below which the result is in doubt; chosen on hard phantoms."""
    minimum_tissue_agreement: Part = 0.84
    """The same for each muscle; the abdominal wall is thin, so that folds differ more on it."""
    maximum_area_spread: Part = 0.08
    """Standard deviation of the folds' muscle areas in parts of their mean, above which the area is in doubt."""
    total_area_cm2: Range = (40.0, 320.0)
    """Muscle area at L3 of adults, from the frailest to the strongest; outside something else was measured."""
    total_hu: Range = (-20.0, 90.0)
    """Mean attenuation of muscle, from fatty degeneration to strong contrast."""
    air_hu: Range = (-1060.0, -930.0)
    """Median around the body; another value means a wrong HU scale."""
    minimum_psoas_symmetry: Part = 0.5
    """Smaller psoas in parts of the larger one; scoliosis and dominance explain some, half is a missed side."""
    maximum_wall_gap_degrees: Annotated[float, Field(ge=0, le=360)] = 40.0
    """Widest opening of the ring of wall and back muscle seen from its middle; a diastasis leaves about 30."""
    maximum_cut_mm: Annotated[float, Field(ge=0)] = 80.0
    """Outline of the body on the edge of the field of view; skin that touches it on both sides does no harm."""
    maximum_outside_cm2: Annotated[float, Field(ge=0)] = 1.0
    """Muscle marked outside of the trunk: table, arm."""

    @field_validator("total_area_cm2", "total_hu", "air_hu")
    @classmethod
    def _ascending(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the lower limit comes first")
        return value
