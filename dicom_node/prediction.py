"""A model folder over the images of a folder: label files of the ensemble and, below, of every fold."""

from pathlib import Path

from rich.console import Console

from dicom_node.console import bar
from dicom_node.evaluation import CannotEvaluate
from inference.ensemble import segment
from inference.members import Device, FoldMember, open_members
from inference.model_folder import read_model_folder
from inference.slice_files import LABEL, images_by_name, read_slice, write_slice

OURS = "made_by_l3node.txt"
"""Beside label files that may be replaced."""


def predict(model: Path, images: Path, out: Path, *, cache: Path, device: Device, console: Console) -> None:
    """Write NAME-label.nii.gz for every NAME-image.nii.gz, in place of those of an earlier run.

    Raises ModelRefused, `NotASlice`, and `CannotEvaluate` for a folder with label files of somebody else.
    """
    folder = read_model_folder(model)
    _clear(out)
    members = open_members(folder, cache=cache, device=device, threads=1)
    ways: dict[Path, tuple[FoldMember, ...]] = {out: members}
    if len(members) > 1:
        ways |= {out / f"fold_{fold.number}": (member,) for fold, member in zip(folder.folds, members, strict=True)}
    files = images_by_name(images)
    with bar(console) as progress:
        task = progress.add_task("segmenting", total=len(files))
        for name, path in files.items():
            ct = read_slice(path)
            for where, chosen in ways.items():
                where.mkdir(parents=True, exist_ok=True)
                labels = segment(ct, chosen, "probability").labels
                write_slice(where / f"{name}{LABEL}", labels, ct.spacing_mm, ct.thickness_mm)
            progress.advance(task)


def _clear(out: Path) -> None:
    """No label file of an earlier model may count as one of this model, and none that a person drew may be lost."""
    found = [path for folder in (out, *out.glob("fold_*")) for path in folder.glob(f"*{LABEL}")]
    if found and not (out / OURS).exists():
        raise CannotEvaluate(f"{out} has label files that no model of this command made; choose another --out")
    for path in found:
        path.unlink()
    for folder in out.glob("fold_*"):
        if not any(folder.iterdir()):
            folder.rmdir()
    out.mkdir(parents=True, exist_ok=True)
    (out / OURS).write_text("Label files that `l3node` made; its next run here replaces them.\n")
