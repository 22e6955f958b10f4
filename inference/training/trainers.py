"""nnU-Net's trainer, stock for the paper's plan, and with a schedule and an optimiser for minutes on a CPU."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from nnunetv2.training.data_augmentation.compute_initial_patch_size import get_patch_size
from nnunetv2.training.lr_scheduler.polylr import PolyLRScheduler
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

_TURN = 15 / 180 * torch.pi
_LEFT_RIGHT = (1,)
_SCALE = (0.85, 1.25)  # as the stock trainer states it
_CLIPPED_NORM = 12


def is_quick_in_bfloat16(device: str) -> bool:
    """Whether bfloat16 saves time: a CPU without instructions for it takes ten times as long as in float32."""
    if device != "cpu":
        return True
    able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # of torch 2.13 or newer
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


class CpuTrainer(nnUNetTrainer):
    """AdamW, bfloat16 where the processor has it, small turns, left-right mirroring: nobody lies on the head here."""

    def __init__(
        self, plans: dict[str, Any], configuration: str, fold: int, dataset_json: dict[str, Any], device: torch.device
    ) -> None:
        super().__init__(plans, configuration, fold, dataset_json, device)  # it asks for arguments by these names
        self.weight_decay = 1e-3
        self.halved = is_quick_in_bfloat16(device.type)

    def configure_optimizers(self) -> tuple[Any, Any]:
        """AdamW converges in a thousand steps, momentum SGD does not."""
        optimizer = torch.optim.AdamW(self.network.parameters(), self.initial_lr, weight_decay=self.weight_decay)
        return optimizer, PolyLRScheduler(optimizer, self.initial_lr, self.num_epochs)

    def configure_rotation_dummyDA_mirroring_and_inital_patch_size(self) -> tuple[Any, bool, Any, tuple[int, ...]]:
        """Turns of 15 degrees and left-right mirroring only."""
        turns = (-_TURN, _TURN)
        size = get_patch_size(self.configuration_manager.patch_size, turns, turns, turns, _SCALE)
        self.inference_allowed_mirroring_axes = _LEFT_RIGHT
        return turns, False, size, _LEFT_RIGHT

    def train_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        """One step; in bfloat16 the convolutions are, channels last, and the loss is not."""
        self.optimizer.zero_grad(set_to_none=True)
        layout = torch.channels_last if self.halved else torch.contiguous_format
        with self._precision():
            output = self.network(batch["data"].to(self.device, memory_format=layout))
        targets = [target.to(self.device) for target in batch["target"]]
        loss = self.loss([one.float() for one in output], targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIPPED_NORM)
        self.optimizer.step()
        return {"loss": loss.detach().cpu().numpy()}

    def _precision(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.halved else nullcontext()
