"""A run's report, whole: what was trained, how it went, what was found, what nobody measured. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_paramviz.reader.run_index import Float64, Int64
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.web.report.finding_part import finding_part
from tensorboard_plugin_paramviz.web.report.markdown import NONE, code, duration, number, percent, plain, table
from tensorboard_plugin_paramviz.web.report.model_part import model_part
from tensorboard_plugin_paramviz.web.story import name_of, span, story, verdict
from tensorboard_plugin_paramviz.web.wire_insights import Insights, Phase

#: Loss at a phase's end: the median of so many points.
_NEAR = 5
_KINDS = {
    "train": "training loss",
    "validation": "validation loss",
    "learning_rate": "learning rate",
    "train_accuracy": "training accuracy",
    "validation_accuracy": "validation accuracy",
    "grad_norm": "gradient norm, as the script logged it",
}
_BOUNDARIES = {
    "warm_up_end": "the learning rate ends its warm-up",
    "decay_start": "the learning rate begins to fall",
}


@dataclass(frozen=True)
class CurveOf:
    """A scalar of the run. kind: train, validation, learning_rate, train_accuracy, validation_accuracy or grad_norm.
    steps: int64 [N]. values: float64 [N], not all of them finite."""

    kind: str
    tag: str
    steps: Int64
    values: Float64


@dataclass(frozen=True)
class Facts:
    """All that a report is made from. steps: int64 [T], of the snapshots. secs: from the first to the last snapshot.
    embeddings: paths of those recorded. missing_stats: statistics without a number in the whole run. probes, rates:
    snapshots with a probe, with learning rates. capture_secs: what recording took of the training thread. dropped:
    snapshots that were lost. damaged: sentences on the run's files."""

    run: str
    model: ModelRecord
    insights: Insights
    steps: Int64
    secs: float | None
    sessions: int
    curves: tuple[CurveOf, ...]
    embeddings: tuple[str, ...]
    missing_stats: tuple[str, ...]
    probes: int
    rates: int
    capture_secs: float | None
    dropped: int
    damaged: tuple[str, ...]

    def curve(self, kind: str) -> CurveOf | None:
        return next((one for one in self.curves if one.kind == kind), None)


def report_text(facts: Facts) -> str:
    """The report as Markdown, the same for the same facts. Names that users gave are escaped. Cost: milliseconds."""
    parts: list[tuple[str, Callable[[Facts], Iterator[str]]]] = [
        ("What was trained", lambda facts: model_part(facts.model, set(facts.embeddings))),
        ("How it went", _course),
        ("Curves", _curves),
        ("Findings", _findings),
        ("What is not in it", _missing),
        ("How this was made", _making),
    ]
    lines = [f"# Training report: {code(facts.run)}", "", f"**{_sentence(verdict(facts.insights))}**", ""]
    for title, part in parts:
        lines += [f"## {title}", "", *part(facts)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _course(facts: Facts) -> Iterator[str]:
    steps, phases = facts.steps, facts.insights["phases"]
    if len(steps):
        when = "" if facts.secs is None else f" in {duration(facts.secs)}"
        starts = "" if facts.sessions < 2 else f", started {facts.sessions:,} times"
        yield f"{len(steps):,} snapshots, {span(int(steps[0]), int(steps[-1]))}{when}{starts}."
        yield ""
    if not phases:
        yield "Phases can't be told: that needs a training loss of at least a dozen points."
        yield ""
        return
    yield story(phases)
    yield ""
    train = facts.curve("train")
    length = max(1, phases[-1]["last_step"] - phases[0]["first_step"] + 1)
    yield from table(
        ("Phase", "Steps", "Of the run", "Training loss", "How sure", "Why"),
        [_phase(one, length, train) for one in phases],
    )
    for boundary in facts.insights["boundaries"]:
        what = _BOUNDARIES.get(boundary["name"], name_of(boundary["name"]))
        yield f"- At step {boundary['step']:,} {what}, as it was logged."
    if facts.insights["boundaries"]:
        yield ""


def _phase(phase: Phase, length: int, train: CurveOf | None) -> list[str]:
    first, last = phase["first_step"], phase["last_step"]
    begin, end = loss_over(train, first, last)
    return [
        name_of(phase["name"]).capitalize() + (" (may still change)" if phase["provisional"] else ""),
        f"{first:,} to {last:,}",
        percent((last - first + 1) / length),
        f"{number(begin)} → {number(end)}",
        percent(phase["confidence"]),
        plain(phase["reason"]),
    ]


def loss_over(curve: CurveOf | None, first: int, last: int) -> tuple[float | None, float | None]:
    """The curve where a stretch begins and where it ends: medians of up to five finite values, in a short stretch of a
    third of them; None without any."""
    if curve is None:
        return None, None
    values = curve.values[(curve.steps >= first) & (curve.steps <= last)]
    values = values[np.isfinite(values)]
    if not len(values):
        return None, None
    near = min(_NEAR, max(1, len(values) // 3))
    return float(np.median(values[:near])), float(np.median(values[-near:]))


def _curves(facts: Facts) -> Iterator[str]:
    if not facts.curves:
        yield "The script logged no curve whose name says what it is."
        yield ""
        return
    rows = []
    for one in facts.curves:
        finite = np.flatnonzero(np.isfinite(one.values))
        values, steps = one.values[finite], one.steps[finite]
        low, high = (int(np.argmin(values)), int(np.argmax(values))) if len(values) else (0, 0)
        ends = (
            [f"{number(float(values[at]))} at {int(steps[at]):,}" for at in (0, low, high, -1)] if len(values) else []
        )
        broken = len(one.values) - len(finite)
        rows.append([_KINDS.get(one.kind, name_of(one.kind)), code(one.tag), *(ends or [NONE] * 4), f"{broken:,}"])
    yield from table(("Curve", "Tag", "First", "Lowest", "Highest", "Last", "Not finite"), rows)


def _findings(facts: Facts) -> Iterator[str]:
    found = facts.insights["findings"]
    if not found:
        yield "Nothing was found that would be worth a word."
        yield ""
    for place, one in enumerate(found, 1):
        yield from finding_part(place, one)


def _missing(facts: Facts) -> Iterator[str]:
    model, level = facts.model, facts.model.schedule.get("level")
    said = []
    for kind in ("train", "validation", "learning_rate"):
        if facts.curve(kind) is None and not (kind == "learning_rate" and facts.rates):
            said.append(f"No {_KINDS[kind]} was logged; what needs one could not be told.")
    for info in model.embeddings:
        if info.path in facts.embeddings and info.row_count < info.shape[0]:
            said.append(f"Of {code(info.path)} {info.row_count:,} of {info.shape[0]:,} rows were recorded.")
        if info.path in facts.embeddings and info.directions is not None:
            said.append(f"Of {code(info.path)} {info.directions:,} of {info.shape[1]:,} dimensions were kept.")
    if facts.missing_stats:
        names = ", ".join(map(code, facts.missing_stats))
        said.append(f"Never measured in any layer: {names}.")
    if not facts.probes:
        said.append('Activations and attention were not measured; `watch(level="full")` does.')
    if len(facts.steps) > 1:
        gap = int(np.max(np.diff(facts.steps)))
        if gap > 1:
            said.append(f"Layers and embeddings are seen at snapshots only, which lie up to {gap:,} steps apart.")
    if facts.dropped:
        said.append(f"{facts.dropped:,} snapshots that were due were lost while it was recorded.")
    said += [_sentence(plain(one).rstrip(".")) for one in facts.damaged]
    if any(one["provisional"] for one in facts.insights["phases"]):
        said.append("The last phase is young, and more steps may still change its name.")
    if isinstance(level, str):
        said.append(
            f"Recorded at level {code(level)}; findings need what their evidence names and say nothing without it."
        )
    yield from (f"- {one}" for one in said)
    yield ""


def _making(facts: Facts) -> Iterator[str]:
    cost = ""
    if facts.capture_secs is not None:
        cost = f" Recording took {duration(facts.capture_secs)} of the training thread in all."
    yield (
        "From the event files of the run alone, by tensorboard-plugin-paramviz: every number is read or computed from "
        "what was recorded, none was set by hand. A finding names the rule it comes from; how sure tells how clearly "
        f"the numbers show it and is no probability. Session {code(facts.model.session_id)}.{cost}"
    )
    yield ""
