"""What this process holds of a parameter that is spread over several: found out without asking any of them.

Reading a DTensor (FSDP2, tensor parallel) as a whole starts a collective, and a collective that one process skips hangs
the training. So only what lies here is ever touched; `merging.py` puts the parts together.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.merging import Layout


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter's entries that lie in this process.

    tensor: plain and local. start: flat place of its first entry in the whole parameter. numel: entries of the whole.
    counts: False = another process answers for the same entries. in_order: the entries are one unbroken run of the
    whole's flat order; False = a share of another form (columns), which has no place in it, and start is 0.
    """

    tensor: Tensor
    start: int
    numel: int
    counts: bool = True
    in_order: bool = True


def is_sharded(tensor: object) -> bool:
    """Is it a DTensor? Costs a look-up, and imports nothing."""
    if type(tensor) is nn.Parameter or type(tensor) is Tensor:  # isinstance takes its time with parameters
        return False
    module = sys.modules.get("torch.distributed.tensor")
    return module is not None and isinstance(tensor, module.DTensor)


def part_of(tensor: Tensor) -> Part | None:
    """This process's part of a parameter or gradient; of a plain tensor, all of it. No communication, no copy.

    None = its entries can't be known here: sums that are still to be added up (`Partial`), or an unknown placement.
    """
    if not is_sharded(tensor):
        return Part(tensor, 0, tensor.numel())
    local = tensor._local_tensor  # type: ignore[attr-defined]
    if type(local) is not Tensor and hasattr(local, "wait"):
        local = local.wait()  # the result of a collective that was started before: every process takes part in it
    place = _place(tensor.shape, tensor.device_mesh, tensor.placements)  # type: ignore[attr-defined]
    if place is None:
        return None
    start, size, counts, in_order = place
    if in_order and local.numel() != size:
        return None
    return Part(local, start, tensor.numel(), counts, in_order)


def grad_part_of(parameter: Tensor) -> Part | None:
    """Like `part_of`, of the gradient; None too where there is none, or where it is spread in another way than the
    parameter itself."""
    grad = parameter.grad
    if grad is None or (is_sharded(grad) != is_sharded(parameter)):
        return None
    if is_sharded(grad) and (
        grad.placements != parameter.placements  # type: ignore[attr-defined]
        or grad.device_mesh != parameter.device_mesh  # type: ignore[attr-defined]
    ):
        return None
    return part_of(grad)


def layout_of(parts: Sequence[Part | None], numels: Sequence[int], tables: dict[str, int], plan: int) -> Layout:
    """What the other processes need to know of the parts here. numels: [P], real numbers in each whole parameter (two
    for a complex entry). tables: index of its parameter by embedding path. plan: `Layout.plan`."""
    sizes = [0 if part is None else part.tensor.numel() for part in parts]
    starts = [0 if part is None else part.start for part in parts]
    each = [1 if part is None or not part.tensor.is_complex() else 2 for part in parts]
    return Layout(
        numels=list(numels),
        starts=[start * width for start, width in zip(starts, each, strict=True)],
        sizes=[size * width for size, width in zip(sizes, each, strict=True)],
        counts=[part is not None and part.counts for part in parts],
        in_order=[part is not None and part.in_order for part in parts],
        tables=tables,
        plan=plan,
    )


def holders(parameters: Iterable[Tensor]) -> list[int]:
    """The ranks that hold entries which count, ascending; [] = nothing is sharded. The same on every rank of a mesh."""
    ranks: set[int] = set()
    seen: set[tuple[Any, Any]] = set()
    for parameter in parameters:
        if not is_sharded(parameter):
            continue
        mesh, placements = parameter.device_mesh, parameter.placements  # type: ignore[attr-defined]
        if (mesh, placements) not in seen:
            seen.add((mesh, placements))
            # Of processes that hold the same entries (HSDP's replicas) the first one answers.
            index = tuple(slice(None) if _shard_dim(placement) is not None else 0 for placement in placements)
            ranks.update(int(rank) for rank in mesh.mesh[index].reshape(-1).tolist())
    return sorted(ranks)


def at_rest(model: nn.Module, parameters: Iterable[Tensor]) -> list[Tensor]:
    """The parameters as they lie between two steps, which is how the optimizer has them. FSDP lends its modules whole,
    plain ones from a forward pass to the next resharding; the root's stay whole after an evaluation. They have no
    gradient, may be out of date, and their memory comes and goes. Cost: a look at each module."""
    sharded: dict[int, Tensor] = {}
    for module in model.modules():
        find_state: Any = getattr(module, "_get_fsdp_state", None)
        if find_state is not None:
            for group in _groups(find_state()):
                for held in group.fsdp_params:
                    sharded[id(getattr(held, "_unsharded_param", held))] = held.sharded_param
    return [sharded.get(id(parameter), parameter) for parameter in parameters]


def _groups(state: Any) -> list[Any]:
    """Of parameters that are gathered together; older versions of PyTorch have one or none."""
    one = [] if hasattr(state, "_fsdp_param_groups") else [getattr(state, "_fsdp_param_group", None)]
    return getattr(state, "_fsdp_param_groups", None) or [group for group in one if group is not None]


def settled(known: Sequence[Tensor], now: Sequence[Tensor]) -> list[Tensor]:
    """`at_rest` for each snapshot: a sharded parameter seen once stands for the whole one lent in its place."""
    return [
        old if is_sharded(old) and not is_sharded(new) and old.shape == new.shape else new
        for old, new in zip(known, now, strict=True)
    ]


def unreadable(model: nn.Module) -> str | None:
    """Which library has flattened and cut the parameters so that no process can tell what it holds; None = none has."""
    if any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()):
        return "FullyShardedDataParallel (use fully_shard, its successor)"
    if any(hasattr(parameter, "ds_tensor") for parameter in model.parameters()):
        return "DeepSpeed ZeRO-3"
    return None


def local_value(value: Tensor) -> Tensor | None:
    """A loss as it is known here, plain: None where it is a sum still to be added up or lies elsewhere."""
    if not is_sharded(value):
        return value
    if any(_kind(placement) != "Replicate" for placement in value.placements):  # type: ignore[attr-defined]
        return None
    part = part_of(value)
    return None if part is None or not part.tensor.numel() else part.tensor


@lru_cache(maxsize=4096)
def _place(shape: tuple[int, ...], mesh: Any, placements: tuple[Any, ...]) -> tuple[int, int, bool, bool] | None:
    """(start, size, counts, in order) of the entries that lie in this process; None = an unknown placement.

    Shards are cut as `torch.chunk` does: all chunks as large as the first but the last ones, which may be empty.
    """
    coordinate = mesh.get_coordinate()
    if coordinate is None:  # this process is not in the mesh
        return (0, 0, False, True)
    first, rows = 0, shape[0] if shape else 1  # of dimension 0, where the shards in order are cut
    counts = in_order = True
    for count, at, placement in zip(mesh.shape, coordinate, placements, strict=True):
        kind = _kind(placement)
        if kind == "Replicate":
            counts = counts and at == 0
        elif kind == "Shard" and placement.dim == 0:
            chunk = math.ceil(rows / count)
            begin = min(at * chunk, rows)
            first, rows = first + begin, min(begin + chunk, rows) - begin
        elif kind in ("Shard", "_StridedShard"):
            in_order = False
        else:
            return None
    width = math.prod(shape[1:])
    return (first * width, rows * width, counts, True) if in_order else (0, 0, counts, False)


def _kind(placement: object) -> str:
    return type(placement).__name__


def _shard_dim(placement: object) -> int | None:
    return placement.dim if _kind(placement) in ("Shard", "_StridedShard") else None  # type: ignore[attr-defined]
