"""Everything known by name has an explanation of two sentences with a source, and the glossary is made of them."""

from __future__ import annotations

import copy
import importlib.util
import math
import re
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_paramviz.analysis.insight import (
    attention,
    breaks,
    drops,
    gradient_flow,
    labels,
    loss_shape,
    ranks,
    rates,
    rows,
    spikes,
    tables,
    tokens,
    units,
    updates,
    validation,
)
from tensorboard_plugin_paramviz.analysis.insight.words import WORDS
from tensorboard_plugin_paramviz.capture.probe import DORMANT_RATIO
from tensorboard_plugin_paramviz.capture.sampling import PARAMETER_ENTRIES
from tensorboard_plugin_paramviz.capture.statistics.entries import NEAR_ZERO
from tensorboard_plugin_paramviz.capture.statistics.geometry import MOST_ROWS, NEIGHBOURS
from tensorboard_plugin_paramviz.record import ROLES, STATS
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS, PROBE_STATS, SELF_COLUMNS

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("make_glossary", ROOT / "docs" / "make_glossary.py")
assert spec
assert spec.loader
make_glossary = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_glossary)

CONTENT: dict[str, Any] = make_glossary.read_content()
ENTRIES: dict[str, Any] = CONTENT["entries"]
PHASES = [value for name, value in vars(labels).items() if name.isupper() and isinstance(value, str)]
SCHEDULE = (ROOT / "tensorboard_plugin_paramviz" / "analysis" / "insight" / "schedule.py").read_text()
BOUNDARIES = sorted(set(re.findall(r'Boundary\("(\w+)"', SCHEDULE)))
KNOWN = [
    f"{kind}:{name}"
    for kind, names in {
        "role": ROLES,
        "stat": STATS,
        "probe": PROBE_STATS,
        "geometry": GEOMETRY_STATS,
        "cost": SELF_COLUMNS,
        "phase": PHASES,
        "boundary": BOUNDARIES,
        "finding": sorted(WORDS),
    }.items()
    for name in names
]


def faults(content: dict[str, Any]) -> list[str]:
    """What is missing or wrong, one line each."""
    entries = content["entries"]
    found = [f"{key} has no explanation" for key in KNOWN if key not in entries]
    for key, entry in entries.items():
        kind = content["kinds"].get(key.partition(":")[0])
        if not kind:
            found.append(f"{key} is of no kind")
            continue
        if [len(re.findall(r"[.!?](?=\s|$)", said)) for said in entry["says"]] != [1, 1]:
            found.append(f"{key} has not two sentences")
        if not all(re.match(r"[A-Z{].{12,}\.$", said) for said in entry["says"]):
            found.append(f"{key} has a sentence that begins, ends or says nothing")
        if len(entry["source"].strip()) < 10:
            found.append(f"{key} has no source")
        if not (entry.get("healthy") or entry.get("why") or kind["noRange"]):
            found.append(f"{key} has neither a range nor a reason")
        if ("low" in entry or "high" in entry) and "healthy" not in entry:
            found.append(f"{key} has an end of a range that isn't told")
    return found


def test_everything_known_is_explained() -> None:
    assert len(PHASES) == 9
    assert BOUNDARIES == ["decay_start", "warm_up_end"]
    assert len(KNOWN) > 70
    assert faults(CONTENT) == []


@pytest.mark.parametrize("key", KNOWN)
def test_one_that_is_gone_or_cut_short_is_seen(key: str) -> None:
    gone = {**CONTENT, "entries": {name: entry for name, entry in ENTRIES.items() if name != key}}
    assert f"{key} has no explanation" in faults(gone)
    for field, value, fault in [
        ("source", " ", f"{key} has no source"),
        ("says", ENTRIES[key]["says"][:1], f"{key} has not two sentences"),
        ("says", [*ENTRIES[key]["says"][:1], "It is one. It is two."], f"{key} has not two sentences"),
    ]:
        changed = copy.deepcopy(CONTENT)
        changed["entries"][key][field] = value
        assert fault in faults(changed)


def test_the_glossary_and_the_sources_of_findings_are_as_the_script_makes_them() -> None:
    assert make_glossary.with_sources(CONTENT) == CONTENT, "run python docs/make_glossary.py"
    written = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert written == make_glossary.rendered(CONTENT), "run python docs/make_glossary.py"
    assert all(f"**{entry['name']}.**" in written for entry in ENTRIES.values())


def test_limits_in_words_are_those_of_the_analysis() -> None:
    """Where a number changes in the code its explanation has to follow."""

    def said(key: str) -> str:
        entry = ENTRIES[key]
        return " ".join([*entry["says"], entry.get("healthy", ""), entry.get("why", ""), entry.get("formula", "")])

    assert ENTRIES["probe:attention_entropy_ratio"]["low"] == attention.COLLAPSED
    assert ENTRIES["probe:attention_max_logit"]["high"] == attention.LARGE_LOGIT
    assert ENTRIES["probe:mlp_dead_ratio"]["high"] == units.MANY
    rapid, flat = (f"{-100 * math.expm1(slope):.2g} %" for slope in (labels.RAPID_SLOPE, labels.FLAT_SLOPE))
    fast, stands = (f"\N{MINUS SIGN}{-slope:g}" for slope in (labels.RAPID_SLOPE, labels.FLAT_SLOPE))
    assert rapid in said("phase:rapid_learning")
    assert fast in said("phase:rapid_learning")
    for key in ("phase:plateau", "phase:convergence", "phase:refinement"):
        assert stands in said(key)
    assert flat in said("phase:convergence")

    def percent(share: float) -> str:
        return f"{100 * share:.2g} %"

    sampled = f"up to {rows.MOST_ROWS} rows"
    floor = f"at least {rates.usual_rate(10**12):.0e}".replace("e-0", "e-")
    for key, numbers in {
        "finding:attention_collapse": [percent(attention.COLLAPSED), f"{100 * attention.FALLEN:g} points"],
        "probe:attention_entropy_ratio": [percent(attention.COLLAPSED), f"{100 * attention.FALLEN:g} points"],
        "finding:dead_units": [f"{100 * units.MORE:g} points", f"{DORMANT_RATIO:g}"],
        "probe:mlp_dead_ratio": [f"{100 * units.MORE:g} points", f"{DORMANT_RATIO:g}"],
        "finding:rank_collapse": [f"1 + {ranks.NEAR_ONE:g} ", f"at most {ranks.FEW:g}"],
        "stat:stable_rank": [f"below {ranks.FEW:g}"],
        "stat:weight_near_zero_ratio": [f"{NEAR_ZERO:g}", f"{PARAMETER_ENTRIES:,} entries"],
        "stat:update_ratio": ["0.23", "a tenth", "three times"],
        "finding:update_ratio": [f"above {updates.ABOVE:g}", f"below {updates.BELOW:g} ", percent(updates.LASTING)],
        "finding:embedding_collapse": [f"{tables.COLLAPSED:g}", f"{tables.ROSE:g}", percent(tables.FEW), sampled],
        "finding:anisotropy": [f"{tables.CONE:g}", sampled],
        "geometry:effective_rank": [f"up to {MOST_ROWS} rows", f"up to {rows.MOST_ROWS}."],
        "geometry:mean_cosine": [f"{tables.CONE:g}", f"{tables.COLLAPSED:g}", f"{tables.ROSE:g}"],
        "geometry:neighbour_churn_ratio": [f"{NEIGHBOURS} nearest"],
        "finding:norm_drift": [f"{tables.DRIFT:g}"],
        "finding:initial_loss": [
            f"{loss_shape.ABOVE:g}",
            f"{loss_shape.FAR_ABOVE:g}",
            f"{loss_shape.BELOW:g}",
        ],
        "finding:oscillation": [f"> {loss_shape.AGREES:g}", percent(loss_shape.SWING_SIZE)],
        "finding:spike": [f"+ {spikes.SIGMAS:g} ", f"{spikes.WINDOW}", f"{spikes.LEAST} are enough"],
        "phase:plateau": [f"by {drops.DROP:g} or more"],
        "finding:overfitting": [f"{validation.RISES:g}", f"{validation.SPOILS:.2f}"],
        "finding:grokking": [f"{validation.FALLS_TO:g}", percent(validation.FALLS_TO), percent(validation.LATE)],
        "finding:undertrained_tokens": [percent(tokens.GRADIENT), percent(tokens.UPDATE), f"at most {tokens.RARE} "],
        "finding:clip_rate": ["> 0.5"] if breaks.CLIPPED == 0.5 else ["?"],
        "finding:learning_rate_too_high": [
            f"{rates.ABSURD:g} times",
            "five times" if rates.UNUSUAL == 5 else "?",
            floor,
        ],
        "finding:learning_rate_too_low": [f"1/{1 / rates.HARDLY_ANY:g}", f"less than {percent(rates.HARDLY)}"],
        "finding:exploding_gradients": [
            f"{10**power:.0f} " for power in (gradient_flow.EXPLODED, gradient_flow.ABOVE_EARLY)
        ],
        "finding:vanishing_gradients": [
            f"1/{round(10**gradient_flow.VANISHED, -1):g}",
            f"1/{10**gradient_flow.NEVER_CAME:,.0f}",
        ],
        "phase:initialization": [f"{labels.BEGUN:g}"],
        "finding:divergence": [f"{loss_shape.RISE:g}"],
        "phase:divergence": [f"{loss_shape.RISE:g}"],
    }.items():
        for number in numbers:
            assert number in said(key), f"{key} does not say {number}"
