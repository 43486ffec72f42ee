"""The part this process has in a distributed run: it writes, it sends its share to the one that writes, or it rests.

plain or DistributedDataParallel   rank 0 has everything and writes, the others rest
sharded (FSDP2, HSDP, DTensor)     the first holder of a shard writes, the others send
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from tensorboard_plugin_paramviz.capture.agreement import AgreedAuto, AgreedGovernor
from tensorboard_plugin_paramviz.capture.governor import Governor
from tensorboard_plugin_paramviz.capture.schedule import Auto, Schedule
from tensorboard_plugin_paramviz.capture.shards import at_rest, holders, unreadable

if TYPE_CHECKING:  # not every PyTorch is built with torch.distributed
    from tensorboard_plugin_paramviz.capture.exchange import Exchange

log = logging.getLogger("tensorboard_plugin_paramviz")
#: Of the sharded watchers of this process: every rank calls watch() as often, so equal numbers belong together.
_numbers = itertools.count()


@dataclass(frozen=True)
class Sharing:
    """governor: agreed on with the other processes where they share; exchange: only there."""

    writes: bool
    governor: Governor | AgreedGovernor
    exchange: Exchange | None = None

    @property
    def is_idle(self) -> bool:
        return not self.writes and self.exchange is None

    def schedule(self, auto: Auto) -> Schedule:
        return auto if self.exchange is None else AgreedAuto(auto.divisor)


def join(model: nn.Module, max_overhead: float | None) -> Sharing:
    """What this process does for `model`. No communication."""
    distributed = torch.distributed
    rank = distributed.get_rank() if distributed.is_available() and distributed.is_initialized() else 0
    if (library := unreadable(model)) is not None:
        if rank == 0:
            log.warning("paramviz: parameters cut by %s can't be recorded; nothing is written.", library)
        return Sharing(writes=False, governor=Governor(max_overhead))
    ranks = holders(at_rest(model, model.parameters()))
    if not ranks:
        return Sharing(writes=rank == 0, governor=Governor(max_overhead))
    from tensorboard_plugin_paramviz.capture.exchange import Exchange
    from tensorboard_plugin_paramviz.capture.mailbox import open_mailbox

    mailbox = open_mailbox(next(_numbers))
    if mailbox is None:
        log.warning("paramviz: sharded parameters are recorded with PyTorch 2.8 or newer; nothing is written.")
    if mailbox is None or rank not in ranks or ranks[0] != 0:
        return Sharing(writes=False, governor=Governor(max_overhead))
    writes = rank == ranks[0]
    agreed = AgreedGovernor(Governor(max_overhead) if writes else None)
    return Sharing(writes, agreed, Exchange(mailbox, ranks, rank, agreed))
