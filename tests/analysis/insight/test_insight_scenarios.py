"""Every scenario of the simulator: what was planted is found where it was, and nothing else is said of healthy runs.

Two seeds of each; benchmarks/insight.py has the table over many.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from planted import STEPS, planted

from simulated.course import SCENARIOS
from simulated.truth import Insight, Phase
from tensorboard_plugin_paramviz.analysis.insight import diagnose
from tensorboard_plugin_paramviz.analysis.insight.words import WORDS

SEEDS = (0, 1)
#: What comes along with a sickness and is true, but that the truth has no word for.
BEYOND = {"update_ratio"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_planted_is_found_within_three_percent_of_the_run(name: str, seed: int) -> None:
    known, truth = planted(name, seed)
    left = list(diagnose(known).findings)
    for finding in truth.findings:
        same = [one for one in left if one.insight == finding.insight]
        assert same, f"{finding.insight} at {finding.step}"
        strangers = [len(set(one.tokens) ^ set(finding.tokens)) for one in same]
        same = [one for one, count in zip(same, strangers, strict=True) if count == min(strangers)]
        nearest = min(same, key=lambda one: abs(one.first - finding.step))
        assert nearest.first == pytest.approx(finding.step, abs=0.03 * STEPS)
        assert not finding.tokens or nearest.tokens == finding.tokens
        if finding.layers and nearest.layers:
            assert len(set(nearest.layers) & set(finding.layers)) >= 0.7 * len(
                set(nearest.layers) | set(finding.layers)
            )
        left.remove(nearest)
    allowed = {one.insight for one in truth.findings} | set(truth.tolerated)
    alarms = {one.insight for one in left if one.severity != "note"} - allowed
    sick = any(one.severity != "note" for one in truth.findings)
    assert alarms <= (BEYOND if sick else set())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_phases_stand_side_by_side_and_agree_with_the_truth_for_most_of_the_run(name: str, seed: int) -> None:
    known, truth = planted(name, seed)
    told = diagnose(known).phases
    assert told[0].first == 0
    assert told[-1].last == STEPS - 1
    assert [one.first for one in told[1:]] == [one.last + 1 for one in told[:-1]]
    true = np.empty(STEPS, object)
    for phase, first in truth.phases:
        true[first:] = str(phase)
    said = np.concatenate([np.full(one.last - one.first + 1, one.name, object) for one in told])
    assert np.mean(true == said) > 0.8
    assert {one.name for one in told} <= set(Phase)


def test_every_insight_has_causes_a_mend_and_a_source() -> None:
    assert set(Insight) <= set(WORDS)
    for insight, (causes, remedies, source) in WORDS.items():
        assert causes, insight
        assert remedies, insight
        assert source, insight


@pytest.mark.parametrize("name", ["attention_collapse", "loss_spikes", "undertrained_tokens", "grokking"])
def test_a_finding_shows_what_it_was_seen_by(name: str) -> None:
    known, _ = planted(name, 0)
    for one in diagnose(known).findings:
        assert one.sentence.endswith(".")
        assert 0 <= one.confidence <= 1
        assert one.first <= one.last <= known.last
        assert one.causes
        for series in one.evidence.series if one.evidence else ():
            assert len(series.steps) == len(series.values) > 0


def test_the_same_run_gives_the_same_diagnosis() -> None:
    known, _ = planted("divergence", 0)
    first, again = diagnose(known), diagnose(known)
    assert [one.sentence for one in first.findings] == [one.sentence for one in again.findings]
    assert first.phases == again.phases


def test_every_insight_and_every_phase_has_its_rule_in_the_docs() -> None:
    text = (Path(__file__).parents[3] / "docs" / "insights.md").read_text("utf-8")
    for word in (*WORDS, *Phase):
        assert f"`{word}`" in text, word
    for insight, (_, _, source) in WORDS.items():
        for paper in re.findall(r"arXiv (\d{4}\.\d{5})", source):
            assert paper in text, f"{insight}: {paper}"
