"""What is known of a trained model, in words (MODEL_CARD.md) and for the loader (model_card.json)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from inference.training.workshop import Recipe

SOURCE = "SOURCE.md"
"""In a data folder: where the images come from and under which licence; copied into the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a training knows of its model: `digest` is that of the data, `dice` the mean and SD by class."""

    name: str
    status: Literal["research", "demonstration"]
    cases: int
    digest: str
    source: str
    recipe: Recipe
    dice: Mapping[str, str]
    folds: Sequence[int]


def write(known: Known, folder: Path) -> None:
    """Both cards into the model folder."""
    about = {"name": known.name, "version": known.digest[:8], "status": known.status}
    (folder / "model_card.json").write_text(json.dumps(about, indent=1) + "\n")
    (folder / "MODEL_CARD.md").write_text(text(known))


def text(known: Known) -> str:
    """MODEL_CARD.md."""
    recipe = known.recipe
    lines = [
        f"# {known.name}",
        "",
        f"Status: **{known.status}**. No limits of agreement with readers are known: numbers only, no verdicts.",
        "",
        "## What it is",
        f"- {len(known.folds)} folds of a 2D nnU-Net, plan `{recipe.plan}`, {recipe.epochs} epochs of "
        f"{recipe.iterations} batches, nnU-Net {version('nnunetv2')}, torch {version('torch')}.",
        *([f"- Training went on from the weights of `{Path(recipe.start).name}`."] if recipe.start else []),
        "- Weights are stored in half precision.",
        "",
        "## What it saw",
        f"- {known.cases} slices, SHA-256 of images and labels {known.digest}.",
        "",
        known.source.strip() or "- Source and licence of the images: not stated with the data.",
        "",
        "## How it did in cross-validation",
        "DSC of each case by the fold that did not see it, mean and SD over the cases:",
        "",
        "| class | DSC |",
        "|---|---|",
        *(f"| {tissue} | {told} |" for tissue, told in known.dice.items()),
        "",
        "## What is not known",
        "- Patients, scanners, phases and readers other than those above.",
        "- Agreement between readers, and of this model with a reader on cases that no fold saw.",
        "",
    ]
    return "\n".join(lines)
