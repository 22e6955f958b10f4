"""NIfTI pairs -> nnU-Net's raw data set, every case in canonical orientation."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from inference.model_plans import LABELS
from inference.slice_files import NotASlice, Pair, read_labels, read_slice, write_slice
from inference.training.workshop import Workshop


def build(pairs: Sequence[Pair], workshop: Workshop) -> Iterator[str]:
    """Write the raw data set, telling each case when it is done; raises `NotASlice`."""
    images, labels = workshop.raw / "imagesTr", workshop.raw / "labelsTr"
    for folder in (images, labels):
        folder.mkdir(parents=True, exist_ok=True)
    for pair in pairs:
        _write(pair, images / f"{pair.name}_0000.nii.gz", labels / f"{pair.name}.nii.gz")
        yield pair.name
    (workshop.raw / "dataset.json").write_text(json.dumps(_dataset(len(pairs)), indent=1))


def _write(pair: Pair, image: Path, label: Path) -> None:
    ct, truth = read_slice(pair.image), read_labels(pair.label)
    if ct.hu.shape != truth.shape:
        raise NotASlice(f"{pair.name}: the image is {ct.hu.shape}, its labels {truth.shape}")
    write_slice(image, ct.hu, ct.spacing_mm, ct.thickness_mm)
    write_slice(label, truth, ct.spacing_mm, ct.thickness_mm)


def _dataset(count: int) -> dict[str, object]:
    return {
        "channel_names": {"0": "CT"},
        "labels": LABELS,
        "numTraining": count,
        "file_ending": ".nii.gz",
        "overwrite_image_reader_writer": "SimpleITKIO",
    }
