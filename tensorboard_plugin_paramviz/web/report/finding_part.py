"""One finding in a report: what, where, since when, the numbers behind it, causes, remedies, source."""

from __future__ import annotations

from collections.abc import Iterator

from tensorboard_plugin_paramviz.web.report.markdown import NONE, codes, number, percent, plain, table
from tensorboard_plugin_paramviz.web.story import name_of, span
from tensorboard_plugin_paramviz.web.wire_insights import Evidence, EvidenceSeries, Finding


def finding_part(place: int, finding: Finding) -> Iterator[str]:
    """Markdown lines. place: among the findings, from 1 on."""
    where = span(finding["first_step"], finding["last_step"])
    yield f"### {place}. {finding['severity'].capitalize()}: {name_of(finding['insight'])}, {where}"
    yield ""
    yield plain(finding["sentence"])
    yield ""
    if finding["layers"]:
        yield f"- Where: {codes(finding['layers'])}"
    if finding["tokens"]:
        yield f"- Tokens: {codes(finding['tokens'])}"
    yield f"- How sure: {percent(finding['confidence'])}"
    if finding["causes"]:
        yield f"- Likely causes: {plain('; '.join(finding['causes']))}"
    if finding["remedies"]:
        yield f"- What people do: {plain('; '.join(finding['remedies']))}"
    if finding["source"]:
        yield f"- Source: {plain(finding['source'])}"
    yield ""
    if finding["evidence"] is not None:
        yield from _evidence(finding["evidence"])


def _evidence(evidence: Evidence) -> Iterator[str]:
    rows = [_series(one) for one in evidence["series"]]
    if evidence["threshold"] is not None:
        named = plain(evidence["threshold_name"])
        yield f"Threshold: {number(evidence['threshold'])}{f' ({named})' if named else ''}"
        yield ""
    if rows:
        yield from table(("Evidence", "Steps", "First", "Lowest", "Highest", "Last", "Not finite"), rows)


def _series(series: EvidenceSeries) -> list[str]:
    steps, values = series["steps"], series["values"]
    known = [value for value in values if value is not None]
    ends = (known[0], min(known), max(known), known[-1]) if known else (None,) * 4
    over = f"{steps[0]:,} to {steps[-1]:,}" if steps else NONE
    return [plain(series["name"]), over, *map(number, ends), f"{len(values) - len(known):,}"]
