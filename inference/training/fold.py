"""Child process: one fold by nnU-Net's trainer, from its last checkpoint where there is one.

`python -m inference.training.fold ROOT FOLD` tells each epoch by a line of JSON.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inference.training.children import Told, tell
from inference.training.trainers import CpuTrainer
from inference.training.workshop import CONFIGURATION, PLANS_NAME, Recipe, Workshop

CURVES = ("train_losses", "val_losses", "mean_fg_dice", "ema_fg_dice", "dice_per_class_or_region")
LATEST, FINAL = "checkpoint_latest.pth", "checkpoint_final.pth"


def main() -> None:
    """Train fold FOLD of the work below ROOT to its end."""
    workshop, fold = Workshop(root=Path(sys.argv[1])), int(sys.argv[2])
    recipe = workshop.read_recipe()
    torch.set_num_threads(recipe.threads)
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(77 + fold)
    with tell() as say:
        trainer = trainer_of(workshop, recipe, fold)
        last = workshop.trained(fold) / LATEST
        if last.exists():
            trainer.load_checkpoint(str(last))
        elif recipe.start:
            _go_on_from(trainer, Path(recipe.start) / f"fold_{fold}" / FINAL)
        _save_whole(trainer)
        _report(trainer, workshop.trained(fold), say)
        say({"epoch": trainer.current_epoch})
        trainer.run_training()


def trainer_of(workshop: Workshop, recipe: Recipe, fold: int) -> Any:
    """nnU-Net's trainer with the numbers of the recipe, its output where `trained` says."""
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

    kind = nnUNetTrainer if recipe.plan == "paper" else CpuTrainer
    plans = json.loads((workshop.preprocessed / f"{PLANS_NAME}.json").read_text())
    dataset = json.loads((workshop.preprocessed / "dataset.json").read_text())
    resumed = (workshop.trained(fold) / LATEST).exists()
    trainer = kind(
        plans | {"continue_training": resumed}, CONFIGURATION, fold, dataset, device=torch.device(recipe.device)
    )
    trainer.output_folder_base = str(workshop.trained(fold).parent)
    trainer.output_folder = str(workshop.trained(fold))
    workshop.trained(fold).mkdir(parents=True, exist_ok=True)
    if recipe.learning_rate is not None:
        trainer.initial_lr = recipe.learning_rate
    trainer.num_epochs, trainer.num_iterations_per_epoch = recipe.epochs, recipe.iterations
    trainer.num_val_iterations_per_epoch, trainer.save_every = recipe.validations, recipe.save_every
    return trainer


def _go_on_from(trainer: Any, checkpoint: Path) -> None:
    """Weights of an earlier fold of the same network; its data are the caller's business."""
    trainer.initialize()
    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)["network_weights"]
    trainer.network.load_state_dict({name: value.float() for name, value in weights.items()})


def _save_whole(trainer: Any) -> None:
    """A checkpoint is there whole or not at all: a kill while it is written must not spoil the last one."""
    save = trainer.save_checkpoint

    def save_checkpoint(filename: str) -> None:
        save(f"{filename}.part")
        Path(f"{filename}.part").replace(filename)

    trainer.save_checkpoint = save_checkpoint


def _report(trainer: Any, folder: Path, say: Callable[[Told], None]) -> None:
    """Tell the end of each epoch, and keep the curves beside the checkpoints."""
    ended = trainer.on_epoch_end

    def on_epoch_end() -> None:
        ended()
        curves = trainer.logger.local_logger.my_fantastic_logging
        plain = {name: np.asarray(curves[name], float).tolist() for name in CURVES}
        (folder / "curves.json").write_text(json.dumps(plain))
        say({"epoch": trainer.current_epoch, "dice": plain["mean_fg_dice"][-1]})

    trainer.on_epoch_end = on_epoch_end
    trainer.logger.plot_progress_png = lambda folder: None  # one figure of all folds is drawn at the end


if __name__ == "__main__":
    main()
