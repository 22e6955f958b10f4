"""What kind of image a CT image is: by its attributes, and by the words of people only where these say nothing.

The tables are data: what the standard defines (PS3.3 C.8.2.1.1.1, C.8.15.2.1.1, C.8.16.1) and what the scanners of
Siemens, GE, Philips and Canon were seen to write.  Nothing is decided here but what an image is called.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from dicom_node.study.header import number
from inference.errors import Reason, Unsuitable

IMAGE_TYPES: Mapping[Reason, frozenset[str]] = MappingProxyType(
    {
        # ORIGINAL\PRIMARY\LOCALIZER everywhere; with CT_SOM5 TOP (Siemens), PS (Philips)
        Reason.LOCALIZER: frozenset({"LOCALIZER", "TOP"}),
        # DERIVED\SECONDARY\OTHER\CT_SOM5 PROT (Siemens patient protocol), ORIGINAL\PRIMARY\DOSE, DOSE_INFO
        Reason.DOSE_REPORT: frozenset({"PROT", "DOSE", "DOSE_INFO"}),
        # DERIVED\SECONDARY\SCREEN SAVE (GE)
        Reason.SECONDARY_CAPTURE: frozenset({"SCREEN"}),
        # value 4 of multi-energy images; IODINE and its kin as vendors write them
        Reason.MATERIAL: frozenset(
            {"MAT_SPECIFIC", "MAT_REMOVED", "MAT_FRACTIONAL", "MAT_MODIFIED", "MAT_VALUE_BASED"}
            | {"EFF_ATOMIC_NUM", "ELECTRON_DENSITY", "MATERIAL", "IODINE", "VNC"}
        ),
        Reason.FLUOROSCOPY: frozenset({"FLUOROSCOPY", "FLUORO"}),
        # CT_SOM5 MIP, MPR THICK (Siemens), REFORMATTED\MIP (GE), PROJECTION IMAGE; value 4 of Enhanced CT
        Reason.SLAB: frozenset(
            {"MIP", "MINIP", "MAX_IP", "MIN_IP", "THICK", "PROJECTION", "MAXIMUM", "MINIMUM"}
            | {"VRT", "SSD", "VOLUME_RENDER", "SURFACE_RENDER"}
        ),
        # CT_SOM5 MPR, CSA MPR, CSAPARALLEL, CSA RESAMPLED, MPR FUSION (Siemens), REFORMATTED\AVERAGE (GE),
        # DERIVED\PRIMARY\MPR (Canon)
        Reason.REFORMAT: frozenset(
            {"MPR", "REFORMATTED", "RESAMPLED", "CSAPARALLEL", "CPR", "CURVED", "CURVED_MPR", "DISTORTED"}
        ),
        # CT_SOM7 VPCT\AVG, CT_SOM8 PERF\MIP (Siemens perfusion); derived pixel contrast of C.8.16.1.4
        Reason.DERIVED: frozenset(
            {
                "SECONDARY",
                "PERFUSION",
                "PERF",
                "VPCT",
                "AVG",
                "AVERAGE",
                "MEAN",
                "ADDITION",
                "SUBTRACTION",
                "DIVISION",
            }
            | {"MASKED", "MULTIPLICATION", "STD_DEVIATION", "QUANTITY"}
        ),
    }
)
"""Words of ImageType (FrameType), in the order they are tried: the more telling first."""

ATTRIBUTES: Mapping[tuple[str, str], Reason] = MappingProxyType(
    {
        ("AcquisitionType", "CONSTANT_ANGLE"): Reason.LOCALIZER,
        ("ScanOptions", "SURVIEW"): Reason.LOCALIZER,  # Philips
        ("ScanOptions", "SCOUT MODE"): Reason.LOCALIZER,  # GE
        ("ScanOptions", "SCANOSCOPE"): Reason.LOCALIZER,  # Canon
        ("FluoroscopyFlag", "YES"): Reason.FLUOROSCOPY,
        ("AcquisitionType", "FREE"): Reason.FLUOROSCOPY,
        ("AcquisitionType", "STATIONARY"): Reason.MONITORING,
        ("ConstantVolumeFlag", "YES"): Reason.MONITORING,
        ("VolumeBasedCalculationTechnique", "MAX_IP"): Reason.SLAB,
        ("VolumeBasedCalculationTechnique", "MIN_IP"): Reason.SLAB,
        ("VolumeBasedCalculationTechnique", "VOLUME_RENDER"): Reason.SLAB,
        ("VolumeBasedCalculationTechnique", "SURFACE_RENDER"): Reason.SLAB,
        ("VolumeBasedCalculationTechnique", "MPR"): Reason.REFORMAT,
        ("VolumeBasedCalculationTechnique", "CURVED_MPR"): Reason.REFORMAT,
        ("VolumetricProperties", "DISTORTED"): Reason.REFORMAT,
    }
)
"""Other coded attributes (PS3.3 C.8.15.3.2, C.8.16.2.1)."""

CONE_BEAM_MAKERS = re.compile(
    r"on-?board imager|\bOBI\b|\bXVI\b|truebeam|halcyon|ethos|artis|allura|azurion|innova|o-?arm|ziehm|\bcios\b|"
    r"planmeca|promax|newtom|i-?cat\b|kavo|orthophos|galileos|accuitomo|veraview|carestream|vatech",
    re.IGNORECASE,
)
"""ManufacturerModelName or Manufacturer of C-arms, linear accelerators and dental machines that store CT images."""

WORDS: Mapping[Reason, re.Pattern[str]] = MappingProxyType(
    {
        reason: re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])", re.IGNORECASE)
        for reason, pattern in {
            Reason.LOCALIZER: "scout|topograms?|localizers?|surview|scanogram|scanoscope",
            Reason.DOSE_REPORT: "dose (?:report|info|summary|page|record)|patient protocol|rapport dose|dosis\\w*",
            Reason.MONITORING: "bolus|(?:pre)?monitoring|smart ?prep|sure ?start|locator|tracker",
            Reason.FLUOROSCOPY: "(?:ct|sure|i)?[ -]?fluoro(?:scopy)?|care ?vision|smart ?view",
            Reason.MATERIAL: "vnc|vue|iodine|virtual (?:non|un)[ -]?(?:contrast|enhanced)|z[ -]?eff(?:ective)?|"
            "effective z|electron density|water ?\\(.*\\)|calcium suppressed",
            Reason.CONE_BEAM: "cbct|cone ?beam|dyna ?ct|xper ?ct",
            Reason.SLAB: "mip|minip|slab|vrt",
            Reason.REFORMAT: "mpr|reformat(?:s|ted)?",
        }.items()
    }
)
"""Words of SeriesDescription: the last resort, since people choose them."""

PET_SCANNERS = re.compile(
    r"biograph|gemini|ingenuity tf|vereos|celesteion|cartesion|omni legend|"
    r"discovery (?:st|ste|vct|rx|ls|iq|mi|610|690|710)\b",
    re.IGNORECASE,
)
LOW_DOSE = re.compile(r"(?<![a-z])(?:ct ?ac|ac[ _-]?ct|low[ -]?dose|attenuation)", re.IGNORECASE)
METAL = re.compile(r"(?<![a-z])(?:i|o-?|se|smart ?)?mar(?![a-z])|metal art[ei]fact", re.IGNORECASE)
"""iMAR (Siemens), O-MAR (Philips), SEMAR (Canon), Smart MAR (GE); the standard has no attribute for it."""
MONOENERGETIC = re.compile(r"(?<![a-z])mono(?:e|energetic|chromatic)?\b|(\d{2,3}) ?kev", re.IGNORECASE)
ENERGY = "MonoenergeticEnergyEquivalent"
KEV = re.compile(r"(\d{2,3}) ?kev", re.IGNORECASE)


def by_attributes(header: Dataset) -> Iterator[Unsuitable]:
    """What coded attributes say against `header`: at most once by ImageType, then by others, by the maker."""
    if refusal := _by_image_type(header):
        yield refusal
    for (keyword, value), reason in ATTRIBUTES.items():
        if value in _values(header, keyword):
            yield Unsuitable(reason, f"{keyword} is {value}")
    if maker := CONE_BEAM_MAKERS.search(f"{_text(header, 'Manufacturer')} {_text(header, 'ManufacturerModelName')}"):
        yield Unsuitable(Reason.CONE_BEAM, f"made by {maker.group().lower()}")


def _by_image_type(header: Dataset) -> Unsuitable | None:
    words = _type_words(header)
    for reason, known in IMAGE_TYPES.items():
        if found := next((word for word in words if word in known), None):
            return Unsuitable(reason, f"ImageType holds {found}")
    return None


def by_words(header: Dataset) -> Unsuitable | None:
    """What SeriesDescription says against `header`, if it names a kind that is refused."""
    description = str(header.get("SeriesDescription") or "")
    for reason, pattern in WORDS.items():
        if said := pattern.search(description):
            return Unsuitable(reason, f"SeriesDescription says {said.group().lower()}")
    return None


def remarks(header: Dataset) -> Iterator[str]:
    """What changes HU or noise without making the images useless, as "code: sentence"."""
    words, told = set(_type_words(header)), _told(header)
    if "ATTENUATION" in words or LOW_DOSE.search(told) or PET_SCANNERS.search(_text(header, "ManufacturerModelName")):
        yield "low_dose_ct: from a PET/CT, or said to be of low dose: noise widens the HU and may move the mask"
    if METAL.search(told):
        yield "metal_artefact_reduction: HU were changed around metal"
    if "VMI" in words or MONOENERGETIC.search(told):
        yield f"virtual_monoenergetic: HU are those of {_energy(header, told)}, not of a tube voltage"


def _energy(header: Dataset, told: str) -> str:
    """Of a frame (lifted out of its functional group), of a single-frame image (C.8.2.2), or as said."""
    inside = next(iter(header.get("MultienergyCTCharacteristicsSequence") or ()), Dataset())
    if stated := number(header, ENERGY) or number(inside, ENERGY):
        return f"{stated:g} keV"
    said = KEV.search(told)
    return f"{said[1]} keV" if said else "an energy that is not stated"


def _told(header: Dataset) -> str:
    """Where people and scanners write how an image was reconstructed."""
    keywords = ("SeriesDescription", "ConvolutionKernel", "ReconstructionAlgorithm", "ImageType")
    return " ".join(_text(header, keyword) for keyword in keywords)


def _type_words(header: Dataset) -> tuple[str, ...]:
    """The words of ImageType: CT_SOM5 MPR is two."""
    return tuple(word for value in _values(header, "ImageType") for word in value.split())


def _values(header: Dataset, keyword: str) -> tuple[str, ...]:
    value = header.get(keyword) or ()
    return tuple(str(one).upper() for one in (value if isinstance(value, MultiValue | list) else [value]))


def _text(header: Dataset, keyword: str) -> str:
    return " ".join(_values(header, keyword))
