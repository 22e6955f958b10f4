"""Every code once, with the context group or source it was read in; private only where no public one exists."""

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from inference.l3.level import LevelStatus
from inference.labels import Tissue
from reporting.identity import uid

SCHEME = "99L3NODE"
"""Private coding scheme designator (PS3.16 8.2: private designators begin with 99)."""
SCHEME_UID = uid("coding scheme", SCHEME)

# What is segmented
ANATOMICAL_STRUCTURE = Code("91723000", "SCT", "Anatomical Structure")  # CID 7150
# The psoas part of it is meant, and the only part at L3.  The meaning stays the concept's own: a meaning may be a
# synonym, not a part (PS3.3 8.3), so the segment says "Psoas muscle" in its label.
ILIOPSOAS = Code("68455001", "SCT", "Iliopsoas muscle")  # SNOMED CT, in no DICOM context group
DEEP_MUSCLE_OF_BACK = Code("244849004", "SCT", "Deep muscle of back")  # SNOMED CT, as TotalSegmentator's SEGs use it
ABDOMINAL_WALL_MUSCLE = Code("1142228004", "SCT", "Abdominal wall muscle")  # CID 7151
SKELETAL_MUSCLE = Code("127954009", "SCT", "Skeletal muscle")  # CID 7710
L3_VERTEBRA = Code("36470004", "SCT", "L3 vertebra")  # CID 7151
BILATERAL = Code("51440002", "SCT", "Bilateral")  # CID 244

TISSUES = {
    Tissue.PSOAS: ILIOPSOAS,
    Tissue.PARASPINAL: DEEP_MUSCLE_OF_BACK,
    Tissue.ABDOMINAL_WALL: ABDOMINAL_WALL_MUSCLE,
}

# What is measured
AREA = Code("42798000", "SCT", "Area")  # CID 7469
ATTENUATION = Code("112031", "DCM", "Attenuation Coefficient")  # CID 7469
MEAN = Code("373098007", "SCT", "Mean")  # CID 7464
STANDARD_DEVIATION = Code("386136009", "SCT", "Standard Deviation")  # CID 7464
HEIGHT = Code("8302-2", "LN", "Patient Height")  # LOINC
WEIGHT = Code("29463-7", "LN", "Patient Weight")  # LOINC
SMI = Code("SMI-M29-150", SCHEME, "Skeletal muscle index at L3")
FOLD_DICE = Code("FOLD-DICE", SCHEME, "Mean pairwise Dice of ensemble members")

# Over which pixels: Measurement Method (370129005, SCT) of area and attenuation, TID 300
ALL_MASK_PIXELS = Code("MASK", SCHEME, "All pixels of the mask")
MUSCLE_HU_PIXELS = Code("MASK-M29-150", SCHEME, "Mask pixels within -29..150 HU")

# The level
LEVEL_STATUS = Code("L3-STATUS", SCHEME, "State of the L3 level")
LEVEL_CONFIDENCE = Code("L3-CONFIDENCE", SCHEME, "Confidence of the L3 level")
LEVEL_HEIGHT = Code("L3-HEIGHT", SCHEME, "L3 above centre of most caudal slice")
LEVEL_ANCHOR = Code("L3-ANCHOR", SCHEME, "Landmark that fixes the vertebra count")
LEVEL_REASON = Code("L3-REASON", SCHEME, "How the L3 level was found")
LEVEL_STATES = {
    LevelStatus.FOUND: Code("L3-FOUND", SCHEME, "Found"),
    LevelStatus.UNCERTAIN: Code("L3-UNCERTAIN", SCHEME, "Uncertain"),
    LevelStatus.NOT_IN_SERIES: Code("L3-ABSENT", SCHEME, "Not in series"),
    LevelStatus.UNSUPPORTED: Code("L3-UNSUPPORTED", SCHEME, "Unsupported series"),
    LevelStatus.GIVEN: Code("L3-GIVEN", SCHEME, "Given by a person or a trusted sender"),
}

# What a reader must know
CAVEAT = Code("CAVEAT", SCHEME, "Restriction of use")
DEFINITION = Code("DEFINITION", SCHEME, "Definition of the measurements")
DOUBT = Code("DOUBT", SCHEME, "Reason to doubt the result")
HEIGHT_SOURCE = Code("HEIGHT-SOURCE", SCHEME, "Source of the patient height")
WEIGHT_SOURCE = Code("WEIGHT-SOURCE", SCHEME, "Source of the patient weight")
NO_SMI = Code("NO-SMI", SCHEME, "Why no skeletal muscle index is given")
PANEL = Code("PANEL", SCHEME, "Comparison with the cut-off of a panel")
PANELS = Code("PANELS", SCHEME, "Comparison with cut-offs, over all panels")
ORIGIN = Code("ORIGIN", SCHEME, "Origin of the segmentation")

# The acquisition, TID 1602
KVP = Code("113733", "DCM", "KVP")  # TID 10013
CONTRAST_AGENT = Code("123011", "DCM", "Contrast/Bolus Agent")  # TID 3106
KERNEL = Code("KERNEL", SCHEME, "Convolution Kernel (0018,1210)")

# Units (UCUM)
CM2 = Code("cm2", "UCUM", "square centimeter")
CM2_PER_M2 = Code("cm2/m2", "UCUM", "square centimeter per square meter")
HU = Code("[hnsf'U]", "UCUM", "Hounsfield unit")
METER = Code("m", "UCUM", "meter")
KILOGRAM = Code("kg", "UCUM", "kilogram")
MILLIMETER = Code("mm", "UCUM", "millimeter")
KILOVOLT = Code("kV", "UCUM", "kilovolt")
NO_UNITS = Code("1", "UCUM", "no units")

# The document and its maker
IMAGE_LIBRARY = Code("111028", "DCM", "Image Library")  # TID 1600
DEVICE = Code("121007", "DCM", "Device")  # CID 270
PERSON = Code("121006", "DCM", "Person")  # CID 270
MEASUREMENT_REPORT = Code("126000", "DCM", "Imaging Measurement Report")  # CID 7021
CT_PROCEDURE = Code("25045-6", "LN", "CT unspecified body region")  # CID 100
ENGLISH = Code("en-US", "RFC5646", "English (United States)")  # CID 5000
ARTIFICIAL_INTELLIGENCE = Code("123110", "DCM", "Artificial Intelligence")  # CID 7162
REPLACED = Code("REPLACED", SCHEME, "Image that this one replaces")  # CID 7201 has none
REJECTIONS = {
    "quality": Code("113001", "DCM", "Rejected for Quality Reasons"),  # CID 7031
    "safety": Code("113037", "DCM", "Rejected for Patient Safety Reasons"),  # CID 7031
}
SOURCE_IMAGE = Code("121322", "DCM", "Source image for image processing operation")  # CID 7202


def scheme_identification() -> Dataset:
    """Item of Coding Scheme Identification Sequence (0008,0110) for the private scheme (PS3.3 C.12.1)."""
    item = Dataset()
    item.CodingSchemeDesignator = SCHEME
    item.CodingSchemeUID = SCHEME_UID
    item.CodingSchemeName = "l3node codes"
    item.CodingSchemeVersion = "1"
    item.CodingSchemeResponsibleOrganization = "l3node"
    return item


def coded(code: Code) -> Dataset:
    """Code sequence item (PS3.3 8.8)."""
    item = Dataset()
    item.CodeValue = code.value
    item.CodingSchemeDesignator = code.scheme_designator
    item.CodeMeaning = code.meaning
    return item
