"""What `check` prints for people."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from tensorboard_plugin_paramviz.web.story import name_of, place, span, story, verdict, visible
from tensorboard_plugin_paramviz.web.wire_insights import Finding, Insights

#: A line longer than that is hard to read.
MOST_COLUMNS = 110


def run_words(name: str, reply: Insights, steps: list[int]) -> str:
    """Verdict, story and findings of one run, the worst first. steps: the first and the last, or none."""
    seen = f"{reply['snapshots']:,} snapshots" + (f", {span(*steps)}" if steps else "")
    lines = [f"{visible(name)}: {verdict(reply)} ({seen})"]
    if reply["phases"]:
        lines += _wrapped(story(reply["phases"]), "  ")
    for finding in reply["findings"]:
        lines += ["", finding_words(finding)]
    return "\n".join(lines)


def finding_words(finding: Finding, before: str | None = None) -> str:
    """before: the severity with which it was told last, where it was."""
    severity = finding["severity"]
    head = f"  {severity.upper():<8} {name_of(finding['insight'])}, {span(finding['first_step'], finding['last_step'])}"
    where = place(finding)
    lines = [
        head + (f", was {before}" if before else ""),
        *([f"    {where}"] if where else []),
        *_wrapped(visible(finding["sentence"])),
    ]
    for word, told in (("Likely", "; ".join(finding["causes"])), ("What people do", "; ".join(finding["remedies"]))):
        lines += _wrapped(f"{word}: {told}.") if told else []
    lines += _wrapped(f"Source: {finding['source']}") if finding["source"] else []
    return "\n".join(lines)


def _wrapped(text: str, margin: str = "    ") -> Iterator[str]:
    width = min(MOST_COLUMNS, shutil.get_terminal_size((MOST_COLUMNS, 24)).columns)
    yield from textwrap.wrap(text, max(40, width), initial_indent=margin, subsequent_indent=margin + "  ")
