"""The sentences of SEG, SR and key image, each said in one place.  ASCII, which every character set can hold."""

import unicodedata
from collections import Counter

from inference.l3.level import L3Level, LevelStatus
from inference.labels import Tissue
from inference.model_card import ModelCard, ModelStatus
from reporting.finding import Finding, Kind, Measurements, Person, Review
from reporting.measure import HEIGHT_MAX_M, HEIGHT_MIN_M, MUSCLE_HU_MAX, MUSCLE_HU_MIN
from reporting.panels.judge import NO_LIMITS, Verdict, overall

LONG_STRING = 64
"""Characters of the value representation LO (PS3.5 6.2)."""
DIGEST_SHOWN = 12
"""Hexadecimal digits of a model digest that stand where the whole has no room."""

ALMOST_SURE = 0.995
NOT_STATED = "not stated"
NOBODY = "Unknown"

TISSUES = {
    Tissue.PSOAS: "Psoas muscle",
    Tissue.PARASPINAL: "Paraspinal muscles",
    Tissue.ABDOMINAL_WALL: "Abdominal wall muscles",
}
TISSUE_CONTENTS = {
    Tissue.PSOAS: "Psoas major and minor at L3, both sides",
    Tissue.PARASPINAL: "Erector spinae and multifidus at L3, both sides; this class also holds quadratus lumborum",
    Tissue.ABDOMINAL_WALL: "Rectus abdominis, external and internal oblique, transversus abdominis at L3, both sides",
}
TOTAL = "All skeletal muscle at L3"
MUSCLE_WINDOW = f"{MUSCLE_HU_MIN}..{MUSCLE_HU_MAX} HU"

DEFINITION = (
    "L3 is the third vertebra below the last rib-bearing one, counted here from the anchors named; the slice is "
    "nearest the mid-height of its body. "
    f"Area (all pixels of the mask): every pixel of the mask. Area ({MUSCLE_WINDOW}): mask pixels within it, "
    "ends included. HU as mean and population standard deviation over the same pixels. "
    f"Skeletal muscle index: total area ({MUSCLE_WINDOW}) divided by the square of the height. "
    "Quadratus lumborum is counted with the paraspinal muscles; Iliopsoas muscle stands for its psoas part, the only "
    "one at L3."
)
DRAWN_BY_HAND = "Segmentation given by a person, not by a model"
CORRECTED = "Segmentation by the model, corrected by a person"
NO_HEIGHT = f"No patient height between {HEIGHT_MIN_M} and {HEIGHT_MAX_M} m is known"

_SHORT_CAVEATS = {
    ModelStatus.DEMONSTRATION: "DEMONSTRATION - not for any clinical use",
    ModelStatus.RESEARCH: "RESEARCH USE ONLY - not for diagnosis",
    ModelStatus.RELEASED: "",
}
_KINDS: dict[Kind, str] = {
    "seg": "L3 muscle SEG",
    "sr": "L3 muscle SR",
    "key": "L3 muscle key",
    "reject": "L3 rejection",
}
_LEVEL_STATES = {
    LevelStatus.FOUND: "found",
    LevelStatus.UNCERTAIN: "uncertain",
    LevelStatus.NOT_IN_SERIES: "not in series",
    LevelStatus.UNSUPPORTED: "unsupported",
}


def long_string(text: str) -> str:
    """Fit `text` into the value representation LO: at most 64 characters, no backslash, no control character."""
    return _single_value(text)[:LONG_STRING].strip()


def plain(text: str) -> str:
    """`text` in ASCII, other characters as question marks: names of models and reasons of ours are ASCII already."""
    return text.encode("ascii", "replace").decode("ascii")


def person_name(text: str) -> str:
    """What a person typed as one PersonName (PS3.5 6.2), a family name where nothing else is told.

    At most 64 bytes: some readers count these and not the characters.
    """
    name = "^".join(_printable(text.replace("=", " ")).split("^")[:5])
    name = name.encode()[: LONG_STRING - 1].decode(errors="ignore").strip() or NOBODY
    return name if "^" in name else f"{name}^"


def organization(text: str) -> str:
    """What a person typed as one value of LO, which must not be empty."""
    return _printable(text)[:LONG_STRING].strip() or NOT_STATED


def unaccented(text: str) -> str:
    """`text` in ASCII with letters for accented ones."""
    return plain("".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part)))


def caveat(model: ModelCard | None) -> str:
    """The restriction in full; empty for a released model and for labels of a person."""
    return model.caveat if model else ""


def short_caveat(model: ModelCard | None) -> str:
    """The restriction in at most 40 characters, for descriptions."""
    return _SHORT_CAVEATS[model.status] if model else ""


def series_description(kind: Kind, model: ModelCard | None, revision: int) -> str:
    """SeriesDescription (0008,103E): the restriction first, since viewers cut the end off; at most 64 characters."""
    name = _KINDS[kind] if revision == 1 else f"{_KINDS[kind]} rev {revision}"
    return long_string(": ".join(part for part in (short_caveat(model), name) if part))


def content_description(model: ModelCard | None) -> str:
    """ContentDescription (0070,0081), at most 64 characters."""
    return long_string(": ".join(part for part in (short_caveat(model), "skeletal muscle at L3") if part))


def model_version(model: ModelCard) -> str:
    """Version with the beginning of the digest, at most 64 characters."""
    tail = f"+sha256:{model.digest[:DIGEST_SHOWN]}"
    return _single_value(model.version)[: LONG_STRING - len(tail)] + tail


def model_parameters(model: ModelCard) -> dict[str, str]:
    """What decides the output of the model, by name."""
    return {
        "status": str(model.status),
        "digest": f"sha256:{model.digest}",
        "folds": "+".join(str(fold) for fold in model.folds),
        "ensemble": f"mean of {plain(model.ensemble)} maps",
    }


def level_state(level: L3Level) -> str:
    """One line: state, confidence, anchors; who gave it where it was given."""
    if level.status is LevelStatus.GIVEN:
        return f"L3 slice given: {plain(level.reason) or 'no reason stated'}"
    anchors = ", ".join(anchor.replace("_", " ") for anchor in level.anchors) or "none"
    doubtful = level.status is LevelStatus.FOUND and not level.without_doubt
    state = "in doubt" if doubtful else _LEVEL_STATES[level.status]
    return f"L3 {state}, finder's own score {score(level.confidence)}, anchors: {anchors}"


def score(confidence: float) -> str:
    """The finder's confidence, never rounded up to certainty; it is no validated probability."""
    return ">0.99" if confidence >= ALMOST_SURE else f"{confidence:.2f}"


def source_of(source: str | None) -> str:
    """Where a height or weight comes from."""
    return plain(source) if source else NOT_STATED


def smi(measurements: Measurements, person: Person) -> tuple[str, str]:
    """Skeletal muscle index, and what it rests on or why there is none."""
    if measurements.smi_m29_150 is None:
        return "SMI not calculated", NO_HEIGHT
    height = f"height {person.height_m:.2f} m by {source_of(person.height_source)}"
    return f"SMI {measurements.smi_m29_150:.1f} cm²/m²", f"total {MUSCLE_WINDOW}, {height}"


def agreement(found: Finding) -> str:
    """How far the members of the ensemble agree, or that nothing is known of it."""
    if found.agreement is None:
        return "Agreement of folds: not known"
    each = ", ".join(
        f"{tissue.name.lower().replace('_', ' ')} {dice:.2f}" for tissue, dice in found.agreement.per_tissue.items()
    )
    return f"Agreement of folds (Dice): all {found.agreement.overall:.2f}, {each}"


def panels(found: Finding) -> str:
    """One line over all cut-off panels: what they say, and how many of them; why none is applied."""
    if not found.panels:
        return NO_LIMITS
    numbers = Counter(answer.verdict for answer in found.panels)
    told = ", ".join(f"{verdict} {numbers[verdict]}" for verdict in Verdict if numbers[verdict])
    return f"Cut-off panels: {overall(found.panels) or 'none can be applied'} ({told})"


def vouched(review: Review | None) -> str:
    """What a person decided; the name stands in the SR, where no font lacks its letters."""
    if review is None:
        return "not reviewed"
    return "corrected and approved by a person" if review.corrected else "approved by a person"


def origin(model: ModelCard | None, corrected: bool) -> str:
    """What a person did to the labels; empty where nothing."""
    if model is None:
        return DRAWN_BY_HAND
    return CORRECTED if corrected else ""


def segment_description(tissue: Tissue, model: ModelCard | None, corrected: bool) -> str:
    """SegmentDescription (0062,0006): what the class holds, what a person did to it, and the restriction."""
    return ". ".join(part for part in (TISSUE_CONTENTS[tissue], origin(model, corrected), caveat(model)) if part)


def _single_value(text: str) -> str:
    """Without what would end or split a value: control characters and the backslash (PS3.5 6.2)."""
    return _printable(plain(text))


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).replace("\\", "/")
