"""`l3node evaluate`: label files against a reference, tables on the screen and as CSV, figures as PNG.

A prediction may be a model folder, which then segments the images of the reference first.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as Shown

from dicom_node.console import bar
from inference.ct import CtSlice
from inference.labels import LabelMap
from inference.slice_files import IMAGE, NotASlice, Pair, labels_by_name, pixel_mm, read_labels, read_slice
from reporting import agreement, evaluation, figures
from reporting.agreement import NotComputable
from reporting.evaluation import CaseRow, Cell, Table

PREDICTION, COMPARED = "prediction", "compared"
FIRST, SECOND = "first reading", "second reading"
WIDEST = 1000
"""Characters of a line that no table reaches."""


class CannotEvaluate(Exception):
    """The folders do not fit each other; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Label files of each method by case name, and the images by case name (some may lack)."""

    reference: Mapping[str, Path]
    methods: Mapping[str, Mapping[str, Path]]
    images: Mapping[str, Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything judged: the rows, the methods, which two are compared, and which methods are folds."""

    source: Source
    rows: tuple[CaseRow, ...]
    main: str
    compared: tuple[str, ...]
    folds: tuple[str, ...]


def source_of(prediction: Path, reference: Path, compare: Path | None, *, intra_observer: bool) -> Source:
    """Find the files; raises `CannotEvaluate` where a case has no counterpart."""
    truth = labels_by_name(reference)
    if not truth:
        raise CannotEvaluate(f"{reference} has no label files (NAME-label.nii.gz or NAME.nii.gz)")
    methods = {SECOND if intra_observer else PREDICTION: labels_by_name(prediction)}
    if compare:
        methods[COMPARED] = labels_by_name(compare)
    for fold in sorted(prediction.glob("fold_*")):
        methods[fold.name] = labels_by_name(fold)
    for method, files in methods.items():
        if missing := sorted(set(truth) - set(files)):
            raise CannotEvaluate(f"{method} has no labels for {missing[0]} ({len(missing)} of {len(truth)} missing)")
    images = {
        path.name.removesuffix(IMAGE): path
        for folder in (prediction, reference)
        for path in sorted(folder.glob(f"*{IMAGE}"))
    }
    return Source(reference=truth, methods=methods, images=images)


def evaluate(source: Source, console: Console) -> Evaluation:
    """Judge every case with a bar; raises `CannotEvaluate` for files that do not fit each other."""
    rows: list[CaseRow] = []
    with bar(console) as progress:
        task = progress.add_task("comparing", total=len(source.reference))
        for case in source.reference:
            try:
                rows += _judged(source, case)
            except (NotASlice, ValueError) as fault:
                raise CannotEvaluate(f"{case}: {fault}") from fault
            progress.advance(task)
    main, *others = source.methods
    folds = tuple(method for method in others if method != COMPARED)
    compared = (COMPARED,) if COMPARED in others else (evaluation.best_of(rows, folds),) if folds else ()
    return Evaluation(source=source, rows=tuple(rows), main=main, compared=(main, *compared), folds=folds)


def _judged(source: Source, case: str) -> list[CaseRow]:
    predictions = {method: read_labels(files[case]) for method, files in source.methods.items()}
    ct = read_slice(source.images[case]) if case in source.images else None
    truth = read_labels(source.reference[case])
    return evaluation.judge(case, truth, predictions, ct, pixel_mm(source.reference[case]))


def tables(found: Evaluation) -> Iterator[Table]:
    """Every table that these files can fill."""
    if found.folds:
        yield evaluation.folds_table(found.rows, found.folds)
    yield evaluation.dice_table(found.rows, found.compared)
    for method in found.compared:
        yield evaluation.numbers_table(found.rows, method)
    if found.main == SECOND:
        yield evaluation.repeatability_table(found.rows, SECOND)


def show(found: Evaluation, console: Console) -> None:
    """Print the tables, and once each reason for what could not be computed."""
    reasons = set()
    for table in tables(found):
        reasons |= {str(cell) for row in table.rows for cell in row if isinstance(cell, NotComputable)}
        say(table, console)
    for reason in sorted(reasons):
        console.print(f"- {reason}", highlight=False)


def say(table: Table, console: Console) -> None:
    """Print a table as wide as its numbers are: a narrow screen folds its lines, none of them is cut short."""
    made = Shown(*table.heads, title=table.title)
    for row in table.rows:
        made.add_row(*(printed(cell) for cell in row))
    needed = Measurement.get(console, console.options.update_width(WIDEST), made).maximum
    wide = Console(file=console.file, width=max(needed, console.width), quiet=console.quiet)
    wide.print(made)


def cross_validation(
    pairs: Sequence[Pair], validation: Path, kept: Mapping[str, Sequence[str]]
) -> tuple[Table, dict[str, str]]:
    """DSC of each fold on the cases `kept` from it, and mean and SD over all of them by class."""
    rows: list[CaseRow] = []
    labels, found = {pair.name: pair.label for pair in pairs}, labels_by_name(validation)
    for fold, cases in kept.items():
        for case in cases:
            predicted = {fold: read_labels(found[case])}
            rows += evaluation.judge(case, read_labels(labels[case]), predicted, None, pixel_mm(found[case]))
    table = evaluation.folds_table(rows, list(kept))
    all_of = {
        tissue: agreement.summary([row.dice for row in rows if row.tissue == tissue]) for tissue in evaluation.CLASSES
    }
    return table, {tissue: f"{printed(one.mean)} ± {printed(one.sd)}, n = {one.n}" for tissue, one in all_of.items()}


def printed(cell: Cell) -> str:
    """A cell for the eye; `-` is explained below the tables."""
    if isinstance(cell, NotComputable):
        return "-"
    if isinstance(cell, float):
        return f"{cell:.1e}" if 0 < abs(cell) < 0.0005 else f"{cell:.3f}"
    return str(cell)


def write(found: Evaluation, out: Path) -> list[Path]:
    """The tables as CSV, every case as CSV, and the figures; the files written."""
    out.mkdir(parents=True, exist_ok=True)
    written = [_write_cases(found.rows, out / "cases.csv")]
    for table in tables(found):
        path = out / f"{table.name}.csv"
        if path in written:
            path = out / f"{table.name}_{found.compared[1].replace(' ', '_')}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([table.heads, *table.rows])
        written.append(path)
    for name, figure in _figures(found):
        figure.savefig(out / f"{name}.png", dpi=110)
        written.append(out / f"{name}.png")
    return written


def _write_cases(rows: Sequence[CaseRow], path: Path) -> Path:
    quantities = tuple(evaluation.QUANTITIES)
    heads = ("case", "method", "class", "dice", "hd95_mm")
    both = [f"{side}_{quantity}" for quantity in quantities for side in ("measured", "reference")]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*heads, *both))
        for row in rows:
            numbers = [side[quantity] for quantity in quantities for side in (row.measured, row.reference)]
            writer.writerow((row.case, row.method, row.tissue, row.dice, row.hd95_mm, *numbers))
    return path


def _figures(found: Evaluation) -> Iterator[tuple[str, Figure]]:
    yield "dice", figures.dice_boxes(found.rows, (*found.compared, *_other_folds(found)))
    for quantity in evaluation.QUANTITIES:
        if found.source.images or quantity == "area_mask_cm2":
            yield f"scatter_{quantity}", figures.scatter(found.rows, found.main, quantity)
            yield f"bland_altman_{quantity}", figures.bland_altman(found.rows, found.main, quantity)
    if looked_at := list(_best_and_worst(found)):
        yield "best_and_worst", figures.overlays(looked_at)


def _other_folds(found: Evaluation) -> tuple[str, ...]:
    return tuple(fold for fold in found.folds if fold not in found.compared)


def _best_and_worst(found: Evaluation) -> Iterator[figures.Shown]:
    """The two best and the two worst cases by the DSC of all muscle, among those with an image."""
    known = [
        (row.dice, row.case)
        for row in found.rows
        if row.method == found.main and row.tissue == evaluation.TOTAL and row.case in found.source.images
        if not isinstance(row.dice, NotComputable)
    ]
    ranked = sorted(known, reverse=True)
    chosen = [*ranked[:2], *ranked[2:][-2:]]
    for dice, case in chosen:
        ct, predicted, reference = _read(found.source, found.main, case)
        yield figures.Shown(title=f"{case}, DSC {dice:.3f}", ct=ct, predicted=predicted, reference=reference)


def _read(source: Source, method: str, case: str) -> tuple[CtSlice, LabelMap, LabelMap]:
    return (
        read_slice(source.images[case]),
        read_labels(source.methods[method][case]),
        read_labels(source.reference[case]),
    )
