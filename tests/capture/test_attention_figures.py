"""Entropy and largest logit of attention, against a softmax by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from tensorboard_plugin_paramviz.capture import attention_figures
from tensorboard_plugin_paramviz.capture.attention_figures import (
    merge,
    tally_of_logits,
    tally_of_products,
    tally_of_scores,
)

CPU = torch.device("cpu")


def by_hand(rows: list[list[float]]) -> tuple[float, float]:
    """(mean of H / ln(visible keys), largest logit) of rows of logits; -inf = hidden."""
    ratios, largest = [], -math.inf
    for row in rows:
        seen = [logit for logit in row if logit > -math.inf]
        largest = max([largest, *seen])
        if len(seen) > 1:
            total = sum(math.exp(logit - max(seen)) for logit in seen)
            shares = [math.exp(logit - max(seen)) / total for logit in seen]
            ratios.append(-sum(share * math.log(share) for share in shares if share > 0) / math.log(len(seen)))
    return sum(ratios) / len(ratios) if ratios else math.nan, largest if largest > -math.inf else math.nan


def figures(*tallies: Tensor) -> tuple[float, float]:
    entropy, largest = merge(list(tallies), CPU)
    return entropy.item(), largest.item()


@st.composite
def attention(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of scaled_dot_product_attention, of every kind it takes."""
    group, heads, batch = draw(st.sampled_from([1, 2, 3])), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    targets, sources, width = draw(st.integers(1, 7)), draw(st.integers(1, 7)), draw(st.integers(1, 4))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    spread = draw(st.sampled_from([0.1, 1.0, 20.0]))
    query = spread * torch.randn(batch, heads * group, targets, width, generator=generator)
    key = torch.randn(batch, heads, sources, width, generator=generator)
    kind = draw(st.sampled_from(["none", "causal", "bool", "float", "minimum"]))
    shape = draw(st.sampled_from([(targets, sources), (batch, 1, targets, sources), (batch, 1, 1, sources)]))
    hidden = torch.rand(shape, generator=generator) < 0.4
    mask = {
        "bool": ~hidden,
        "float": torch.randn(shape, generator=generator).masked_fill(hidden, -math.inf),
        "minimum": torch.zeros(shape).masked_fill(hidden, torch.finfo(torch.float32).min),
    }.get(kind)
    scale = draw(st.sampled_from([None, 0.3]))
    names = ("query", "key", "mask", "is_causal", "scale", "enable_gqa")
    return dict(zip(names, (query, key, mask, kind == "causal", scale, group > 1 or kind == "none"), strict=True))


def logits_of(
    query: Tensor, key: Tensor, mask: Tensor | None, is_causal: bool, scale: float | None, **_: Any
) -> Tensor:
    """All logits at once, in float64, hidden ones -inf."""
    key = key.repeat_interleave(query.shape[1] // key.shape[1], 1)
    logits = query.double() @ key.double().mT * (scale or query.shape[-1] ** -0.5)
    if is_causal:
        mask = torch.ones(logits.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        logits = logits.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else logits + mask
    return logits.masked_fill(logits < -1e9, -math.inf)


@given(attention(), st.sampled_from([1, 5, 30, 1 << 20]))
def test_every_kind_of_attention_gives_the_figures_of_a_softmax_by_hand(given: dict[str, Any], piece: int) -> None:
    logits = logits_of(**given)
    wanted = pytest.approx(by_hand(logits.flatten(0, -2).tolist()), rel=1e-4, abs=1e-5, nan_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attention_figures, "PIECE", piece)
        assert figures(tally_of_products(**given)) == wanted
        assert figures(tally_of_logits(logits.float())) == wanted


def test_scores_that_a_function_changes_are_the_same_as_with_a_mask_of_their_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attention_figures, "PIECE", 20)
    query, key = torch.randn(2, 4, 6, 3), torch.randn(1, 2, 5, 3)
    slopes, document = torch.tensor([0.5, 0.25, 0.1, 0.0]), torch.randint(0, 2, (2, 6))
    tally = tally_of_scores(
        query,
        key,
        lambda logit, b, h, q, k: logit + slopes[h] * (k - q),
        lambda b, h, q, k: document[b, q] == document[b, k],
        0.7,
    )
    distance = torch.arange(5) - torch.arange(6)[:, None]
    hidden = (document[:, :, None] != document[:, None, :5])[:, None]  # [B, 1, T, S]
    mask = (slopes[:, None, None] * distance)[None].masked_fill(hidden, -math.inf)
    wanted = tally_of_products(query, key.expand(2, -1, -1, -1), mask, scale=0.7, enable_gqa=True)
    assert figures(tally) == pytest.approx(figures(wanted))


def test_uniform_attention_is_1_whatever_may_be_seen_and_attention_to_one_key_is_0() -> None:
    keys = torch.randn(1, 2, 50, 4)
    assert figures(tally_of_products(torch.zeros(1, 2, 50, 4), keys, is_causal=True)) == pytest.approx((1, 0))
    assert figures(tally_of_logits(500 * torch.eye(50)[None])) == pytest.approx((0, 500))


def test_a_query_that_sees_one_key_has_no_entropy_but_a_logit() -> None:
    logits = torch.tensor([[[7.0, -math.inf, -1e4], [1, 1, -math.inf]]])
    assert figures(tally_of_logits(logits)) == pytest.approx((1, 7))
    assert figures(tally_of_logits(logits[:, :1])) == pytest.approx((math.nan, 7), nan_ok=True)


def test_where_every_key_is_hidden_nothing_was_measured() -> None:
    for mask in (torch.full((3, 3), -math.inf), torch.full((3, 3), -1e9), torch.zeros(3, 3, dtype=torch.bool)):
        found = figures(tally_of_products(torch.randn(1, 1, 3, 2), torch.randn(1, 1, 3, 2), mask))
        assert found == pytest.approx((math.nan, math.nan), nan_ok=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_logits_that_are_not_finite_never_look_healthy(bad: float) -> None:
    logits = torch.zeros(1, 4, 4)
    logits[0, 2, 1] = bad
    entropy, largest = figures(tally_of_logits(logits))
    assert math.isnan(entropy)
    assert largest == pytest.approx(bad, nan_ok=True)


def test_attention_in_half_precision_is_measured_in_float32() -> None:
    query, key = (torch.randn(1, 2, 40, 8).bfloat16() for _ in range(2))
    with torch.autocast("cpu", torch.bfloat16):
        found = figures(tally_of_products(query, key, is_causal=True))
    assert found == pytest.approx(figures(tally_of_products(query.float(), key.float(), is_causal=True)), rel=1e-6)


def test_figures_of_several_calls_are_weighted_by_their_queries() -> None:
    uniform, sharp = torch.zeros(1, 30, 5), 500 * torch.eye(10)[None]
    assert figures(tally_of_logits(uniform), tally_of_logits(sharp)) == pytest.approx((0.75, 500))


class Largest(TorchDispatchMode):
    """The largest result of a call that made new entries."""

    entries = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and not result._is_view():
            self.entries = max(self.entries, result.numel())
        return result


def test_a_long_sequence_takes_no_more_memory_than_its_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_figures, "PIECE", 1 << 14)
    query = torch.randn(1, 2, 1024, 4)
    with Largest() as seen:
        tally_of_products(query, query, is_causal=True)
    assert seen.entries == 1 << 14
