"""Everything a snapshot takes off a device, in one copy per device."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Float32 = npt.NDArray[np.float32]


class Transfer:
    """Collects tensors under names, then copies them to the host together, as float32.

    On CUDA the copy goes to pinned memory and nothing waits: `wait()`, called by the background thread, does. On a CPU
    each tensor is copied by itself, which separates the snapshot from weights that go on changing; what is a copy
    already is taken as it is. Other devices are waited for (a sync).
    """

    def __init__(self, devices: set[torch.device]) -> None:
        self._here: dict[str, Tensor] = {}  # on the CPU, copied
        self._views: dict[str, Tensor] = {}  # there too, to be copied together
        self._pieces: dict[torch.device, list[Tensor]] = {}  # elsewhere
        self._slots: dict[str, tuple[torch.device, int, tuple[int, ...]]] = {}
        self._sizes: dict[torch.device, int] = {}
        self._hosts: dict[torch.device, Tensor] = {}
        self._started = {device: _event(device) for device in devices if device.type == "cuda"}
        self._ended: dict[torch.device, torch.cuda.Event] = {}

    def add(self, name: str, tensor: Tensor, *, is_copy: bool = False) -> None:
        """is_copy: nobody else will change this tensor."""
        device, tensor = tensor.device, tensor.detach()
        if device.type == "cpu":
            own = is_copy or tensor.dtype != torch.float32
            (self._here if own else self._views)[name] = tensor.float()
            return
        start = self._sizes.get(device, 0)
        self._slots[name] = (device, start, tuple(tensor.shape))
        self._pieces.setdefault(device, []).append(tensor.reshape(-1).float())
        self._sizes[device] = start + tensor.numel()

    def start(self) -> None:
        """Send everything off. Call once, on the thread that trains."""
        if self._views:  # one copy of many small ones
            copy = torch.cat([view.reshape(-1) for view in self._views.values()])
            parts = torch.split(copy, [view.numel() for view in self._views.values()])
            self._here.update(
                (name, piece.reshape(view.shape))
                for (name, view), piece in zip(self._views.items(), parts, strict=True)
            )
            self._views.clear()
        for device, pieces in self._pieces.items():
            together = torch.cat(pieces)  # [sum of sizes], always a copy
            if device.type == "cuda":
                host = torch.empty(together.shape, dtype=torch.float32, device="cpu", pin_memory=True)
                host.copy_(together, non_blocking=True)
                self._ended[device] = _event(device)
                self._hosts[device] = host
            else:
                self._hosts[device] = together.cpu()
        self._pieces.clear()

    def wait(self) -> dict[str, Float32]:
        """The arrays by name. Blocks until the copies have arrived."""
        for event in self._ended.values():
            event.synchronize()
        arrays = {device: host.numpy() for device, host in self._hosts.items()}
        here = {name: tensor.numpy() for name, tensor in self._here.items()}
        return here | {
            name: arrays[device][start : start + math.prod(shape)].reshape(shape)
            for name, (device, start, shape) in self._slots.items()
        }

    def device_secs(self) -> float:
        """What the capture took of the GPUs' time; 0 on a CPU. Only after `wait()`."""
        return float(
            sum(
                self._started[device].elapsed_time(end) / 1e3
                for device, end in self._ended.items()
                if device in self._started
            )
        )


def _event(device: torch.device) -> torch.cuda.Event:
    event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    event.record(torch.cuda.current_stream(device))
    return event
