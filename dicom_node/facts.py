"""One result as flat facts: the columns of `measurement`, and what `measurements.json` holds."""

from typing import Any

from pydicom.dataset import Dataset

from dicom_node.study.header import number
from dicom_node.study.series import Stack
from inference.labels import Tissue
from reporting.finding import Finding, TissueNumbers
from reporting.identity import ENCODER_VERSION
from reporting.panels import overall

Facts = dict[str, str | float | int | None]


def facts_of(found: Finding, stack: Stack, index: int) -> Facts:
    """Every number with its unit in its name; None where it does not apply."""
    header = stack.images[index].header
    return {
        **_numbers(found),
        **_level(found, stack, index),
        **_model(found),
        **_person(found),
        **_acquisition(header, stack),
        "contrast_phase": found.contrast_phase or None,
        **_panels(found),
    }


def _numbers(found: Finding) -> Facts:
    measured = found.measurements
    per_tissue = {tissue.name.lower(): numbers for tissue, numbers in measured.tissues.items()}
    facts: Facts = {}
    for name, numbers in (*per_tissue.items(), ("total", measured.total)):
        facts |= {f"{name}_{field}": getattr(numbers, field) for field in TissueNumbers.__slots__}
    return facts | {"smi_m29_150_cm2_m2": measured.smi_m29_150}


def _level(found: Finding, stack: Stack, index: int) -> Facts:
    level = found.level
    return {
        "sop_instance_uid": str(stack.images[index].header.SOPInstanceUID),
        "instance_number": _whole(number(stack.images[index].header, "InstanceNumber")),
        "frame_number": stack.images[index].frame,
        "l3_status": str(level.status),
        "l3_index": index,
        "l3_z_mm": level.z_mm,
        "l3_position_mm": stack.positions_mm[index],
        "l3_confidence": level.confidence,
        "l3_anchors": ",".join(level.anchors),
        "l3_reason": level.reason,
        "doubts": "\n".join(found.doubts),
    }


def _model(found: Finding) -> Facts:
    agreement, card = found.agreement, found.model
    facts: Facts = {"software_version": ENCODER_VERSION}
    if agreement:
        facts |= {f"{tissue.name.lower()}_fold_dice": agreement.per_tissue[tissue] for tissue in Tissue}
        facts |= {"fold_dice": agreement.overall, "fold_area_spread": agreement.area_spread}
        facts["mask_entropy"] = agreement.entropy
    if card:
        facts |= {
            "model_name": card.name,
            "model_version": card.version,
            "model_digest": card.digest,
            "model_status": str(card.status),
            "model_folds": ",".join(map(str, card.folds)),
            "ensemble_rule": card.ensemble,
        }
    return facts


def _person(found: Finding) -> Facts:
    person = found.person
    return {
        "patient_sex": person.sex,
        "patient_age_years": person.age_years,
        "height_m": person.height_m,
        "weight_kg": person.weight_kg,
        "height_source": person.height_source,
        "weight_source": person.weight_source,
    }


def _panels(found: Finding) -> Facts:
    """Each panel's answer and the word over all of them; nothing where none is applied."""
    facts: Facts = {f"panel_{answer.panel.key}": str(answer.verdict) for answer in found.panels}
    return facts | {"panels": overall(found.panels) or None}


def _acquisition(header: Dataset, stack: Stack) -> Facts:
    return {
        "study_date": _text(header, "StudyDate"),
        "manufacturer": _text(header, "Manufacturer"),
        "manufacturer_model_name": _text(header, "ManufacturerModelName"),
        "kvp": number(header, "KVP"),
        "convolution_kernel": _text(header, "ConvolutionKernel"),
        "slice_thickness_mm": number(header, "SliceThickness"),
        "slice_spacing_mm": stack.spacing_mm,
        "pixel_spacing_mm": stack.pixel_spacing_mm[0],
        "contrast_bolus_agent": _text(header, "ContrastBolusAgent"),
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _text(header: Dataset, keyword: str) -> str | None:
    value: Any = header.get(keyword)
    return str(value)[:64] if value else None
