"""Where a training lives on disk, and what was ordered: nnU-Net's three folders below one, and the recipe."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Plan: TypeAlias = Literal["paper", "demo"]
DATASET, PLANS_NAME, CONFIGURATION = "Dataset903_L3Muscle", "L3Plans", "2d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is trained: `epochs` of `iterations` batches; "paper" is stock nnU-Net, "demo" a small network on a CPU.

    `validations` are the batches after each epoch, `save_every` the epochs between two checkpoints.  `start` is a
    model folder whose folds the training goes on from; `learning_rate` None leaves it to nnU-Net.
    """

    plan: Plan
    epochs: int
    iterations: int
    validations: int
    folds: int
    save_every: int
    device: str
    threads: int = 1
    start: str | None = None
    learning_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The folders of one training below `root`."""

    root: Path

    @property
    def raw(self) -> Path:
        """imagesTr, labelsTr and dataset.json as nnU-Net wants them."""
        return self.root / "raw" / DATASET

    @property
    def preprocessed(self) -> Path:
        """Fingerprint, plans, splits and preprocessed cases."""
        return self.root / "preprocessed" / DATASET

    @property
    def recipe_file(self) -> Path:
        """What was ordered."""
        return self.root / "recipe.json"

    def log(self, step: str) -> Path:
        """What nnU-Net printed in a step."""
        return self.root / "logs" / f"{step}.txt"

    def trained(self, fold: int) -> Path:
        """Where the child of a fold leaves its checkpoints."""
        return self.root / "results" / DATASET / f"fold_{fold}"

    def environment(self, threads: int) -> dict[str, str]:
        """What nnU-Net reads from the environment of a child."""
        paths = {f"nnUNet_{name}": str(self.root / name) for name in ("raw", "preprocessed", "results")}
        single = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "nnUNet_def_n_proc"), str(threads))
        return os.environ | paths | single | {"nnUNet_compile": "f", "nnUNet_n_proc_DA": "0", "MPLBACKEND": "Agg"}

    def write_recipe(self, recipe: Recipe) -> None:
        """Keep the order beside the work."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.recipe_file.write_text(json.dumps(asdict(recipe), indent=1))

    def read_recipe(self) -> Recipe:
        """The order of this work."""
        return Recipe(**json.loads(self.recipe_file.read_text()))
