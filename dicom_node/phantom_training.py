"""`l3node train phantoms`: draw the slices of the seeds, check their digests, train, judge on slices held out."""

import csv
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from dicom_node import evaluation
from dicom_node.console import bar
from dicom_node.prediction import predict
from dicom_node.training import Order, train
from inference.phantom.training_set import HELD_OUT, TRAINING, Numbered, cases, digest_of_all, drawn_otherwise
from inference.slice_files import IMAGE, LABEL, pairs_in, write_slice
from inference.training.workshop import Recipe

DRAWN, HELD, SEEDS = "drawn", "held_out", "phantoms.csv"
KINDS = ("ordinary", "frail")
_SOURCE = """- Drawn slices at L3 (`inference/phantom/varied`), seeds {first} to {last}, every fourth frail:
  thin or fatty muscle, stranded fat, often ascites. Digest of the set {digest}; seeds and digests in `phantoms.csv`.
- No patient: neither an image nor a label of one was ever trained on."""
_OTHERWISE = "\n- {count} slices differ from those of the bundled model: another numpy or scipy drew them."


def train_phantoms(
    out: Path, recipe: Recipe, console: Console, *, training: range = TRAINING, held_out: range = HELD_OUT
) -> Path:
    """Draw, train, judge; the model folder."""
    digests = dict(_drawn(out / DRAWN, training, console))
    source = _SOURCE.format(first=training[0], last=training[-1], digest=digest_of_all(iter(digests.values())))
    if others := drawn_otherwise(digests):
        source += _OTHERWISE.format(count=len(others))
        console.print(source.splitlines()[-1], style="yellow", highlight=False)
    pairs = pairs_in(out / DRAWN)
    order = Order(pairs=pairs, recipe=recipe, name="L3 demonstration folds", status="demonstration", source=source)
    model = train(order, out, console)
    with (model / SEEDS).open("w", newline="") as file:
        csv.writer(file).writerows([("seed", "sha256"), *digests.items()])
    judge(model, out, console, held_out)
    return model


def judge(model: Path, out: Path, console: Console, held_out: range = HELD_OUT) -> None:
    """Slices held out, ordinary and frail apart, by a model: tables, CSV and figures below `out`."""
    list(_drawn(out / HELD, held_out, console, apart=True))
    for kind in KINDS:
        reference, told = out / HELD / kind, out / "evaluation" / kind
        predict(model, reference, told / "prediction", cache=out / "cache", device="cpu", console=console)
        source = evaluation.source_of(told / "prediction", reference, None, intra_observer=False)
        found = evaluation.evaluate(source, console)
        console.rule(f"{kind} drawn slices, held out")
        evaluation.show(found, console)
        evaluation.write(found, told)


def _drawn(folder: Path, seeds: range, console: Console, *, apart: bool = False) -> Iterator[tuple[int, str]]:
    """Draw the slices of the seeds into files, each kind in its own folder if `apart`; each seed and its digest."""
    with bar(console) as progress:
        task = progress.add_task(f"drawing {folder.name}", total=len(seeds))
        for one in cases(seeds):
            _write(one, folder / KINDS[one.case.frail] if apart else folder)
            progress.advance(task)
            yield one.seed, one.digest


def _write(one: Numbered, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ct = one.case.ct
    write_slice(folder / f"{one.name}{IMAGE}", ct.hu, ct.spacing_mm, ct.thickness_mm)
    write_slice(folder / f"{one.name}{LABEL}", one.case.labels, ct.spacing_mm, ct.thickness_mm)
