"""`l3node evaluate`: masks against masks, as the paper tells it."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import fail


def evaluate(
    prediction: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Labels by case, or a model folder to make them with."),
    ],
    reference: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Labels of a reader: NAME-label.nii.gz or NAME.nii.gz.")
    ],
    compare: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A second prediction to test the first against.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for CSV files and figures.")] = Path(
        "out/evaluation"
    ),
    intra_observer: Annotated[
        bool, typer.Option("--intra-observer", help="Both folders are readings by one person: add repeatability.")
    ] = False,
) -> None:
    """Compare masks with a reference: DSC, HD95, areas, attenuation, agreement, tests; tables, CSV and figures.

    Cases are paired by name.  NAME-image.nii.gz beside the labels gives attenuation and overlays.  Folders fold_0,
    fold_1 .. below the prediction are its folds: the best one is compared with it unless --compare says otherwise.
    What cannot be computed is a `-` with its reason below.
    """
    from rich.console import Console

    from dicom_node import evaluation
    from inference.errors import ModelRefused
    from inference.slice_files import NotASlice

    console = Console()
    try:
        with tempfile.TemporaryDirectory() as cache:
            folders = [
                _segmented(folder, reference, out / name, Path(cache), console)
                for folder, name in ((prediction, "prediction"), (compare, "compared"))
            ]
        assert folders[0] is not None
        source = evaluation.source_of(folders[0], reference, folders[1], intra_observer=intra_observer)
        found = evaluation.evaluate(source, console)
    except (evaluation.CannotEvaluate, ModelRefused, NotASlice) as fault:
        fail(str(fault))
    evaluation.show(found, console)
    for path in evaluation.write(found, out):
        typer.echo(path)


def _segmented(folder: Path | None, reference: Path, out: Path, cache: Path, console: object) -> Path | None:
    """The folder of labels: as given, or made by the model that it is."""
    if folder is None or not (folder / "plans.json").is_file():
        return folder
    from rich.console import Console

    from dicom_node.prediction import predict

    assert isinstance(console, Console)
    predict(folder, reference, out, cache=cache, device="cpu", console=console)
    return out
