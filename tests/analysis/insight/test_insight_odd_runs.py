"""Whatever a run holds, something true or nothing is said of it, and it can be sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import blocks

from tensorboard_plugin_paramviz.analysis.insight import (
    Crowd,
    Curve,
    Diagnosis,
    Known,
    Optimizer,
    Probe,
    Statistics,
    Table,
    crowd_of,
    diagnose,
    measure_rows,
)
from tensorboard_plugin_paramviz.record import STATS
from tensorboard_plugin_paramviz.record.names import PROBE_STATS
from tensorboard_plugin_paramviz.web.insights import told

KINDS = ("fine", "nan", "some nan", "zero", "huge", "infinite", "negative", "constant")
Draw = Callable[[st.SearchStrategy[object]], object]


def values(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    plain = np.exp(rng.standard_normal(shape))
    return {
        "fine": plain,
        "nan": np.full(shape, np.nan),
        "some nan": np.where(rng.random(shape) < 0.5, np.nan, plain),
        "zero": np.zeros(shape),
        "huge": 1e30 * plain,
        "infinite": np.where(rng.random(shape) < 0.2, np.inf, plain),
        "negative": -plain,
        "constant": np.full(shape, 2.5),
    }[kind]


@st.composite
def runs(draw: Draw) -> Known:  # type: ignore[type-arg]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    kind = st.sampled_from(KINDS)
    scale = draw(st.sampled_from([1, 7, 10**9]))
    first = draw(st.sampled_from([0, 5, 10**12]))

    def steps(count: int) -> np.ndarray:
        return first + scale * np.arange(count, dtype=np.int64)

    def curve() -> Curve | None:
        count = draw(st.sampled_from([0, 1, 2, 13, 49, 130, 700]))
        return Curve(steps(count), values(draw(kind), (count,), rng)) if count else None

    snapshots, layers = draw(st.sampled_from([0, 1, 3, 12, 40])), draw(st.sampled_from([0, 1, 5, 16]))
    statistics = None
    if snapshots:
        table = values(draw(kind), (snapshots, layers, len(STATS)), rng).astype(np.float32)
        names = STATS if draw(st.booleans()) else STATS[:3]
        statistics = Statistics(steps(snapshots), table[:, :, : len(names)], blocks()[:layers], names)
    tables = []
    for role in ("token_embedding", "position_embedding") if draw(st.booleans()) else ():
        count, wide = draw(st.sampled_from([1, 3, 15, 40])), draw(st.sampled_from([1, 2, 16, 80]))
        rows = values(draw(kind), (max(1, snapshots), count, wide), rng).astype(np.float32)
        sizes = [values(draw(kind), rows.shape[:2], rng).astype(np.float32) for _ in range(3)]
        with np.errstate(all="ignore"):
            measured = [measure_rows(one) for one in rows]
            crowd = Crowd(tuple(crowd_of(one) for one in rows), tuple(map(str, range(count))))
        tables.append(
            Table(
                "wte", role, steps(len(rows)), np.array([one[0] for one in measured]),
                np.array([one[1] for one in measured]), np.stack([one[2] for one in measured]),
                *sizes, 16, None, None, crowd,
            )
        )  # fmt: skip
    probe = None
    if draw(st.booleans()):
        count = draw(st.sampled_from([1, 2, 12]))
        probe = Probe(
            steps(count), values(draw(kind), (count, 4, len(PROBE_STATS)), rng).astype(np.float32), PROBE_STATS
        )
    curves = [curve() for _ in range(6)]
    ends = [int(one.steps[-1]) for one in (curves[0], statistics) if one is not None]
    last = max([first, *ends])
    return Known(
        first, last, *curves, statistics, Optimizer("AdamW", 1e-3, 0.1, (0.9, 0.95)), probe, tuple(tables),
        (first + scale,) if draw(st.booleans()) and last > first + scale else (), draw(st.sampled_from([None, 1, 65])),
    )  # fmt: skip


def check(known: Known, diagnosis: Diagnosis) -> None:
    text = json.dumps(told(SimpleNamespace(run=".", generation=0, count=0), diagnosis), allow_nan=False)  # type: ignore[arg-type]
    assert text
    for words in [one.sentence for one in diagnosis.findings] + [one.reason for one in diagnosis.phases]:
        assert not re.search(r"\b(nan|inf)\b", words), words
    for one in diagnosis.findings:
        assert known.first <= one.first <= one.last <= known.last
        assert 0 <= one.confidence <= 1
        assert one.sentence.endswith(".")
        for series in one.evidence.series if one.evidence else ():
            assert len(series.steps) == len(series.values)
    if diagnosis.phases:
        assert (diagnosis.phases[0].first, diagnosis.phases[-1].last) == (known.first, known.last)
        assert [one.first for one in diagnosis.phases[1:]] == [one.last + 1 for one in diagnosis.phases[:-1]]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(runs())
def test_an_odd_run_is_no_error(known: Known) -> None:
    check(known, diagnose(known))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_of_one_kind_of_numbers_throughout_is_no_error(kind: str) -> None:
    rng = np.random.default_rng(0)
    steps = np.arange(300)
    every = [Curve(steps, values(kind, (300,), rng)) for _ in range(6)]
    table = values(kind, (60, 16, len(STATS)), rng).astype(np.float32)
    known = Known(0, 299, *every, Statistics(steps[::5], table, blocks(), STATS), vocabulary=65)
    check(known, diagnose(known))
