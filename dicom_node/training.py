"""`l3node train`: data set, preparation, folds, export, cross-validation, curves, card; each step shown as it goes.

A training that was interrupted goes on where it was: finished steps are found by what they left.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import Progress, TaskID

from dicom_node import evaluation
from dicom_node.console import bar
from inference.slice_files import IMAGE, LABEL, Pair, pairs_in, read_labels, read_slice, write_slice
from inference.training import card, dataset
from inference.training.children import Told, told_by
from inference.training.workshop import Recipe, Workshop

WORK, MODEL, VALIDATION = "work", "model", "validation"
FINAL = "checkpoint_final.pth"
PAPER_EPOCHS, PAPER_BATCHES, PAPER_VALIDATIONS = 1000, 250, 50
DEMO_EPOCHS, DEMO_BATCHES, DEMO_VALIDATIONS = 40, 50, 2


class CannotTrain(Exception):
    """The data or the folder does not do; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be trained from which pairs; `name` and `status` are those of the card, `source` its words."""

    pairs: tuple[Pair, ...]
    recipe: Recipe
    name: str
    status: Literal["research", "demonstration"]
    source: str


def paper(device: str, epochs: int | None = None) -> Recipe:
    """The paper's protocol: 1000 epochs of nnU-Net's 250 batches, five folds."""
    return Recipe(
        plan="paper", epochs=epochs or PAPER_EPOCHS, iterations=PAPER_BATCHES, validations=PAPER_VALIDATIONS,
        folds=5, save_every=5, device=device,
    )  # fmt: skip


def demo(device: str, epochs: int | None = None, start: Path | None = None) -> Recipe:
    """A small network for a CPU: minutes a fold; from weights that are there, at a lower rate."""
    return Recipe(
        plan="demo", epochs=epochs or DEMO_EPOCHS, iterations=DEMO_BATCHES, validations=DEMO_VALIDATIONS,
        folds=5, save_every=2, device=device, start=str(start.resolve()) if start else None,
        learning_rate=1e-3 if start else 3e-3,
    )  # fmt: skip


def train(order: Order, out: Path, console: Console) -> Path:
    """Everything, from pairs to the model folder; raises `CannotTrain`, `NotASlice` and `ChildFailed`."""
    workshop = Workshop(root=(out / WORK).resolve())
    digest = data_digest(order.pairs)
    _begin(workshop, order, digest)
    folds = range(order.recipe.folds)
    with bar(console) as progress:
        _prepare(workshop, order.pairs, progress)
        for fold in folds:
            _train_fold(workshop, order.recipe, fold, progress)
        for _ in told_by("inference.training.export", workshop, str(out / MODEL), log="export"):
            pass
        _validate(workshop, out, progress, folds)
    dice = _cross_validation(workshop, order, out, console)
    _curves(workshop, out, folds)
    known = card.Known(
        name=order.name, status=order.status, cases=len(order.pairs), digest=digest, source=order.source,
        recipe=order.recipe, dice=dice, folds=folds,
    )  # fmt: skip
    card.write(known, out / MODEL)
    return out / MODEL


def order_of(data: Path, recipe: Recipe) -> Order:
    """A research model from the pairs below a folder; raises `CannotTrain` for fewer cases than two a fold."""
    pairs = pairs_in(data)
    if len(pairs) < 2 * recipe.folds:
        raise CannotTrain(
            f"{data} has {len(pairs)} pairs of NAME{IMAGE} and NAME{LABEL}; {2 * recipe.folds} are the least"
        )
    stated = data / card.SOURCE
    source = stated.read_text() if stated.is_file() else ""
    name = re.sub(r"[^\w .+()-]", "_", f"L3 muscle - {data.resolve().name}")[:64]
    return Order(pairs=pairs, recipe=recipe, name=name, status="research", source=source)


def data_digest(pairs: Iterable[Pair]) -> str:
    """SHA-256 (hex) over names, pixels and labels, however they are packed."""
    whole = hashlib.sha256()
    for pair in pairs:
        whole.update(pair.name.encode())
        whole.update(read_slice(pair.image).hu.astype("<i2").tobytes())
        whole.update(read_labels(pair.label).tobytes())
    return whole.hexdigest()


def _begin(workshop: Workshop, order: Order, digest: str) -> None:
    """Note the order; go on with the same one, refuse another."""
    note = workshop.root / "data.json"
    wanted = {"digest": digest}
    if note.exists() and (workshop.read_recipe() != order.recipe or json.loads(note.read_text()) != wanted):
        raise CannotTrain(f"{workshop.root.parent} holds another training; choose another folder or remove it")
    workshop.write_recipe(order.recipe)
    note.write_text(json.dumps(wanted))


def _prepare(workshop: Workshop, pairs: Sequence[Pair], progress: Progress) -> None:
    if (workshop.preprocessed / "splits_final.json").exists():
        return
    task = progress.add_task("reading the pairs", total=len(pairs))
    for _ in dataset.build(pairs, workshop):
        progress.advance(task)
    task = progress.add_task("fingerprint, preprocessing", total=len(pairs))
    for told in told_by("inference.training.prepare", workshop, log="prepare"):
        progress.advance(task, "case" in told)


def _train_fold(workshop: Workshop, recipe: Recipe, fold: int, progress: Progress) -> None:
    task = progress.add_task(f"fold {fold}", total=recipe.epochs)
    if (workshop.trained(fold) / FINAL).exists():
        progress.update(task, completed=recipe.epochs)
        return
    log = f"fold_{fold}"
    for told in told_by("inference.training.fold", workshop, str(fold), log=log, threads=recipe.threads):
        _show_epoch(progress, task, fold, told)


def _show_epoch(progress: Progress, task: TaskID, fold: int, told: Told) -> None:
    dice = f", Dice {told['dice']:.3f}" if "dice" in told else ""
    progress.update(task, completed=told["epoch"], description=f"fold {fold}{dice}")


def _validate(workshop: Workshop, out: Path, progress: Progress, folds: Sequence[int]) -> None:
    """Each fold, as exported, segments the cases that it did not see."""
    import tempfile

    from inference.ensemble import segment
    from inference.members import open_members
    from inference.model_folder import read_model_folder

    splits = _splits(workshop)
    folder = out / VALIDATION
    folder.mkdir(exist_ok=True)
    task = progress.add_task("cross-validation", total=sum(len(split["val"]) for split in splits))
    for fold in folds:
        with tempfile.TemporaryDirectory() as cache:
            model = read_model_folder(out / MODEL, folds=fold)
            members = open_members(model, cache=Path(cache), device="cpu", threads=1)
            for name in splits[fold]["val"]:
                ct = read_slice(workshop.raw / "imagesTr" / f"{name}_0000.nii.gz")
                labels = segment(ct, members, "probability").labels
                write_slice(folder / f"{name}{LABEL}", labels, ct.spacing_mm, ct.thickness_mm)
                progress.advance(task)


def _splits(workshop: Workshop) -> list[dict[str, list[str]]]:
    """nnU-Net's: by fold, the cases to `train` on and those kept for `val`."""
    found: list[dict[str, list[str]]] = json.loads((workshop.preprocessed / "splits_final.json").read_text())
    return found


def _cross_validation(workshop: Workshop, order: Order, out: Path, console: Console) -> dict[str, str]:
    """The paper's Table 2 on the screen and as CSV; mean and SD over all cases by class."""
    kept = {f"fold_{fold}": split["val"] for fold, split in enumerate(_splits(workshop)[: order.recipe.folds])}
    table, dice = evaluation.cross_validation(order.pairs, out / VALIDATION, kept)
    evaluation.say(table, console)
    with (out / "cross_validation.csv").open("w", newline="") as file:
        csv.writer(file).writerows([table.heads, *table.rows])
    return dice


def _curves(workshop: Workshop, out: Path, folds: Sequence[int]) -> None:
    """The paper's Figure 1 and its numbers."""
    from reporting.figures import learning_curves

    curves = [json.loads((workshop.trained(fold) / "curves.json").read_text()) for fold in folds]
    learning_curves(curves, [f"fold {fold}" for fold in folds]).savefig(out / "learning_curves.png", dpi=110)
    columns = ("train_losses", "val_losses", "mean_fg_dice")
    with (out / "learning_curves.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("fold", "epoch", *columns))
        for fold, curve in zip(folds, curves, strict=True):
            rows = zip(*(curve[column] for column in columns), strict=True)
            writer.writerows((fold, epoch, *row) for epoch, row in enumerate(rows, 1))
