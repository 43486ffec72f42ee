"""How sharp attention is, from its logits or its queries and keys: entropy against its ceiling, and the largest logit.

    H(query) / ln(keys it may see), H = - sum p ln p, p the softmax of its logits: 1 is uniform, 0 looks at one key

after "Stabilizing Transformer Training by Preventing Attention Entropy Collapse" (Zhai et al., arXiv 2303.06296);
the largest logit after "Scaling Vision Transformers to 22 Billion Parameters" (Dehghani et al., arXiv 2302.05442).

A *tally* is float32 [3]: (sum of the ratios, queries counted, largest logit). A block's are merged at the end.
A logit at or below HIDDEN is a masked one: the mildest mask in use adds -10,000. Queries that see fewer than two keys
have no entropy to compare with, and aren't counted.

Memory: logits are worked on in pieces of at most PIECE entries (or one query, whichever is more), in float32 whatever
the model's dtype: some 16 MB beside queries and keys, however long the sequence. Nothing here waits for the device.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final

import torch
from torch import Tensor

HIDDEN: Final = -9_000.0
PIECE: Final = 1 << 20


def tally_of_logits(logits: Tensor) -> Tensor:
    """logits: [..., T, S], scaled and masked, as they go into the softmax over S. Returns a tally [3]."""
    return _sum_up([_tally(piece) for (piece,), _ in _pieces((logits,), (), logits.shape[-1])])


def tally_of_products(
    query: Tensor,
    key: Tensor,
    mask: Tensor | None = None,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """query: [..., H, T, E]. key: [..., H or H / group, S, E]. mask: bool (True = visible) or added to the logits, of
    any shape that broadcasts to [..., H, T, S]. All as `scaled_dot_product_attention` takes them. Returns a tally."""
    lead, targets, sources = query.shape[:-2], query.shape[-2], key.shape[-2]
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    if enable_gqa and key.shape[-3] != query.shape[-3]:
        key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
    by_query = [query]
    if mask is not None:
        by_query.append(mask.expand(*lead, targets, sources))  # [..., H, T, S], a view
    if is_causal:
        by_query.append(_numbers(targets, -2, (*lead, targets, 1), query))
    columns = torch.arange(sources, device=query.device)  # [S]
    tallies = []
    for (part, *rest), (keys,) in _pieces(tuple(by_query), (key.expand(*lead, *key.shape[-2:]),), sources):
        logits = _products(part, keys, scale)  # [..., t, S]
        if is_causal:
            logits.masked_fill_(columns > rest[-1], -math.inf)
        if mask is not None:
            logits = logits.masked_fill_(~rest[0], -math.inf) if mask.dtype == torch.bool else logits.add_(rest[0])
        tallies.append(_tally(logits))
    return _sum_up(tallies)


def tally_of_scores(
    query: Tensor,
    key: Tensor,
    score: Callable[..., Tensor],
    visible: Callable[..., Tensor],
    scale: float,
) -> Tensor:
    """flex_attention's: query [B, H, T, E], key [B or 1, H / group, S, E], score(logit, b, h, q, k) and
    visible(b, h, q, k).

    Both functions are called with index tensors that broadcast, instead of under vmap. Returns a tally."""
    batch, heads, targets, _ = query.shape
    key = key.repeat_interleave(heads // key.shape[1], 1).expand(batch, -1, -1, -1)  # [B, H, S, E]
    shape = (batch, heads, targets, 1)
    indices = [_numbers(count, axis, shape, query) for axis, count in enumerate(shape[:3])]  # 3 x [B, H, T, 1]
    columns = torch.arange(key.shape[-2], device=query.device)  # [S]
    tallies = []
    for (part, b, h, q), (keys,) in _pieces((query, *indices), (key,), key.shape[-2]):
        logits = score(_products(part, keys, scale), b, h, q, columns)  # [b, h, t, S]
        tallies.append(_tally(logits.masked_fill(~visible(b, h, q, columns), -math.inf)))
    return _sum_up(tallies)


def merge(tallies: list[Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    """(mean entropy ratio, largest logit), 0-dim float32 on the device; NaN where nothing was counted."""
    total = _sum_up([tally.to(device, non_blocking=True) for tally in tallies])
    largest = total[2]
    return total[0] / total[1], torch.where(largest <= HIDDEN, math.nan, largest)


def _tally(logits: Tensor) -> Tensor:
    logits = logits.float()  # [..., t, S]
    hidden = logits <= HIDDEN  # NaN isn't hidden: a figure that can't be known must not look healthy
    logits = logits.masked_fill(hidden, -1e30)
    below = logits - logits.amax(-1, keepdim=True)  # [..., t, S]: 0 at the largest, so that exp can't overflow
    weights = below.exp()
    total = weights.sum(-1)  # [..., t]
    entropy = total.log() - weights.mul_(below).sum(-1) / total  # 0 x (-1e30) = 0 where a key is hidden
    seen = logits.shape[-1] - hidden.sum(-1)  # [..., t]
    counted = seen > 1
    ratios = torch.where(counted, entropy / seen.clamp(min=2).log(), 0.0)
    return torch.stack([ratios.sum(), counted.sum().float(), logits.amax()])


def _sum_up(tallies: list[Tensor]) -> Tensor:
    rows = torch.stack(tallies)  # [n, 3]
    return torch.stack([rows[:, 0].sum(), rows[:, 1].sum(), rows[:, 2].amax()])


def _products(query: Tensor, key: Tensor, scale: float) -> Tensor:
    with torch.autocast(query.device.type, enabled=False):
        return torch.matmul(query.float() * scale, key.float().transpose(-1, -2))  # [..., t, S]


def _numbers(count: int, axis: int, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """0, 1, 2, ... along one axis of a tensor of this shape; a view on `count` numbers."""
    sizes = [1] * len(shape)
    sizes[axis] = count
    return torch.arange(count, device=like.device).view(sizes).expand(shape)


def _pieces(
    by_query: tuple[Tensor, ...], by_key: tuple[Tensor, ...], sources: int
) -> Iterator[tuple[tuple[Tensor, ...], tuple[Tensor, ...]]]:
    """Views on both, halved along batch and heads first and along the queries ([..., T, any]) last, until their logits
    are few enough."""
    *lead, targets, _ = by_query[0].shape
    axis = next((axis for axis, size in enumerate((*lead, targets)) if size > 1), None)
    if axis is None or math.prod(lead) * targets * sources <= PIECE:
        yield by_query, by_key
        return
    halves = ((0, by_query[0].shape[axis] // 2), (by_query[0].shape[axis] // 2, by_query[0].shape[axis]))
    for start, stop in halves:
        queries = tuple(tensor.narrow(axis, start, stop - start) for tensor in by_query)
        keys = by_key if axis == len(lead) else tuple(tensor.narrow(axis, start, stop - start) for tensor in by_key)
        yield from _pieces(queries, keys, sources)
