"""Every scenario: what is written reads back whole, the truth beside it is well formed, and the healthy ones are. That
what was planted can be measured is in test_symptoms.py."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from recorded_run import NOTHING, SEEDS, STEPS, WPE, WTE, mean_cosine, median, recorded, scenarios
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

import simulated.run  # noqa: F401 - registers the scenarios
from simulated.course import SCENARIOS, Effect
from simulated.effects import Effects
from simulated.model import NEAR_ZERO, Settings, make_layers
from simulated.run import write
from simulated.scenarios.sick_layers import near_zero_of_rank_one
from simulated.truth import Finding, Insight, Phase, Severity
from tensorboard_plugin_paramviz.record.names import MODEL_TAG


@pytest.mark.parametrize("name", scenarios(SCENARIOS))
def test_a_run_reads_back_whole(name: str) -> None:
    run = recorded(name, 0)
    assert run.index.damaged == []
    assert len(run.steps) == 100
    assert (np.diff(run.steps) > 0).all()
    assert np.isfinite(run.stats).all()
    assert [len(run.reader.embedding(path, 99).grad_norms) for path in (WTE, WPE)] == [65, 64]
    for tag in ("train/loss", "train/lr", "train/grad_norm"):
        assert np.isfinite(run.scalar(tag)).all()
    assert np.isfinite(run.scalar("val/loss")[[0, 20, 500, 999]]).all()


@pytest.mark.parametrize("name", scenarios(SCENARIOS))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_is_well_formed(name: str, seed: int) -> None:
    run = recorded(name, seed)
    truth, findings = run.truth, run.truth["findings"]
    assert {key: truth[key] for key in ("format", "scenario", "seed", "steps")} == {
        "format": 1,
        "scenario": name,
        "seed": seed,
        "steps": STEPS,
    }
    phases = truth["phases"]
    assert [phase["from_step"] for phase in phases] == [0, *(phase["to_step"] for phase in phases[:-1])]
    assert phases[-1]["to_step"] == STEPS
    assert all(phase["from_step"] < phase["to_step"] for phase in phases)
    assert {phase["name"] for phase in phases} <= set(Phase)
    for finding in findings:
        assert finding["insight"] in set(Insight)
        assert finding["severity"] in set(Severity)
        assert 0 <= finding["step"] < STEPS
        assert set(finding["layers"]) <= set(run.paths)
        assert set(finding["tokens"]) <= set(run.model.embeddings[0].labels or ())
    assert set(truth["tolerated"]) <= set(Insight)
    assert truth["nothing"] == (not findings) == (name in NOTHING)
    assert truth["healthy"] == all(finding["severity"] == "note" for finding in findings)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in NOTHING])
def test_twenty_seeds_give_twenty_plantings(name: str) -> None:
    def planted(seed: int) -> tuple[tuple[Finding, ...], int]:
        settings = Settings(5000, 1, layers=4, rows=65, dims=8, seed=seed)
        course = SCENARIOS[name](settings, np.random.default_rng(seed))
        return course.truth.findings, course.restart.stopped if course.restart else 0

    assert len({planted(seed) for seed in range(20)}) == 20


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_a_run_of_a_few_steps_is_a_run(tmp_path: Path, name: str, steps: int) -> None:
    write(Settings(steps, 1, layers=1, rows=2, dims=2, seed=0), name, tmp_path, None)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["phases"][-1]["to_step"] == steps
    assert all(finding["step"] < steps for finding in truth["findings"])


@pytest.mark.parametrize("name", ["undertrained_tokens", "resume"])
def test_a_seed_gives_the_same_bytes_apart_from_wall_times(tmp_path: Path, name: str) -> None:
    def written(folder: str, seed: int) -> list[bytes]:
        directory = tmp_path / folder
        write(Settings(60, 9, layers=2, rows=30, dims=4, seed=seed), name, directory, None)
        kept = [(directory / "truth.json").read_bytes()]
        for path in sorted(directory.glob("*tfevents*")):
            for event in LegacyEventFileLoader(str(path)).Load():
                event.wall_time = 0
                for value in event.summary.value:
                    if value.tag == MODEL_TAG:
                        record = json.loads(value.tensor.string_val[0])
                        value.tensor.string_val[0] = json.dumps(record | {"started": 0}).encode()
                kept.append(event.SerializeToString(deterministic=True))
        return kept

    assert written("a", 3) == written("b", 3)
    assert written("c", 4) != written("a2", 3)


@pytest.mark.parametrize("name", scenarios(NOTHING))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_healthy_run_has_nothing_to_find(name: str, seed: int) -> None:
    run = recorded(name, seed)
    loss, gradient = run.scalar("train/loss"), run.scalar("train/grad_norm")
    levels = [median(loss, first, first + 100) for first in range(0, STEPS, 100)]
    assert all(later < 1.01 * earlier for earlier, later in pairwise(levels))
    for first in range(200, STEPS, 50):
        assert loss[first : first + 50].max() < 1.1 * median(loss, first, first + 50)
        assert gradient[first : first + 50].max() < 2 * median(gradient, first, first + 50)
    for name_of in ("grad_rms", "weight_norm", "weight_near_zero_ratio"):
        tenths = np.array([run.over(run.stat(name_of), first, first + 100) for first in range(200, STEPS, 100)])
        matrices = tenths[0] > 0  # norms have no entries near zero
        assert (np.abs(np.log(tenths[1:, matrices] / tenths[:-1, matrices])) < np.log(1.5)).all()
    val, train = median(run.scalar("val/loss"), 900, STEPS), median(loss, 900, STEPS)
    assert val < 1.08 * train
    assert mean_cosine(run.rows(WTE, 999)[0]) < 0.5


def test_the_document_tells_every_scenario_phase_and_insight() -> None:
    text = (Path(__file__).parent.parent / "docs" / "simulator.md").read_text("utf-8")
    for word in (*SCENARIOS, *Phase, *Insight, *Severity):
        assert f"`{word}`" in text, f"docs/simulator.md does not mention {word}"


def test_the_gradient_that_is_logged_is_the_norm_of_the_layers_gradients() -> None:
    layers = make_layers(Settings(3, 1, layers=2, rows=9, dims=4, seed=0))
    share = np.full(len(layers), len(layers) ** -0.5)
    effects = (
        Effect((layers[2].path, layers[3].path), grad=np.array([1.0, 5.0, 0.0])),
        Effect((layers[0].path,), grad=np.array([1.0, 1.0, 7.0]), update=np.array([2.0, 2.0, 2.0])),
    )
    for step, factor in enumerate(np.broadcast_to(Effects(effects, layers).on_gradient(share), 3)):
        gradients = share.copy()
        for effect in effects:
            assert effect.grad is not None
            gradients[np.isin([layer.path for layer in layers], effect.layers)] *= effect.grad[step]
        assert factor == pytest.approx(np.linalg.norm(gradients))
    assert Effects(effects, layers).along("update", 0) == pytest.approx([2, 2, 2])


def test_a_matrix_that_nears_rank_one_has_entries_near_zero_as_often_as_its_law_says() -> None:
    rng = np.random.default_rng(0)
    for share in (0.0, 0.5, 0.97):
        hits, count = 0, 0
        for _ in range(30):
            u, v = rng.standard_normal((2, 300))
            matrix = np.sqrt(1 - share) * rng.standard_normal((300, 300)) + np.sqrt(share) * np.outer(u, v)
            hits += int((np.abs(matrix) < 1e-3).sum())
            count += matrix.size
        assert NEAR_ZERO * near_zero_of_rank_one(np.array([share]))[0] == pytest.approx(hits / count, rel=0.1)
