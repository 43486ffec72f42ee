"""A run's phases and findings in words, for the shell and for reports. All of it is counted or read off the reply of
`insights`; nothing is said that doesn't stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tensorboard_plugin_paramviz.reader.logdir import Root
from tensorboard_plugin_paramviz.web.wire_insights import Finding, Insights, Phase

#: From the least to the worst.
SEVERITIES: Final = ("note", "watch", "problem")
_COUNTED = {
    "problem": ("1 problem", "{} problems"),
    "watch": ("1 to watch", "{} to watch"),
    "note": ("1 note", "{} notes"),
}


def rank(severity: str | None) -> int:
    """How bad: -1 for nothing at all, then the place in SEVERITIES."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def worst(findings: Iterable[Finding]) -> str | None:
    """The highest severity among them."""
    return max((one["severity"] for one in findings), key=rank, default=None)


def verdict(insights: Insights) -> str:
    """One line on the whole run: "2 problems, 1 to watch, 3 notes"."""
    found = insights["findings"]
    parts = [
        one if count == 1 else several.format(f"{count:,}")
        for severity, (one, several) in _COUNTED.items()
        if (count := sum(finding["severity"] == severity for finding in found))
    ]
    if rank(worst(found)) > 0:
        return ", ".join(parts)
    if not insights["phases"]:
        begun = "too short, or without a loss curve, to tell phases"
        return ", ".join([begun, *parts])
    return ", ".join(["healthy: nothing to watch", *parts])


def name_of(word: str) -> str:
    """Of a phase or a kind of finding, for people: "rapid learning"."""
    return word.replace("_", " ")


def span(first: int, last: int) -> str:
    return f"step {first:,}" if first == last else f"steps {first:,} to {last:,}"


def story(phases: list[Phase]) -> str:
    """The phases as one sentence; none for none."""
    told = []
    for phase in phases:
        until = f"to step {phase['last_step']:,}"
        told.append(f"{name_of(phase['name'])} {until}" + (" (may still change)" if phase["provisional"] else ""))
    text = ", then ".join(told)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def place(finding: Finding, most: int = 3) -> str:
    """Where in the model: layers, then tokens, at most so many of each by name; none where it is of the whole run."""
    parts = []
    for names in (finding["layers"], finding["tokens"]):
        shown = [visible(name) for name in names[:most]]
        left = len(names) - len(shown)
        parts += [", ".join(shown) + (f" and {left:,} more" if left else "")] if shown else []
    return "; ".join(parts)


def title(run: str, roots: list[Root]) -> str:
    """A run's name for people: that of a logdir which is a run itself says nothing, then the directory's."""
    if run != "." or len(roots) != 1:
        return run
    return re.split(r"[/\\]", roots[0].path.rstrip("/\\"))[-1] or run


_SIGNS = {"\n": "↵", "\r": "↵", "\t": "⇥"}


def visible(text: str) -> str:
    """Text that a user gave (a path, a token, a run's name) on one line: blanks at its ends, line ends, tabs and
    characters without a picture are written as signs."""
    bare = text.strip(" ")
    if bare != text:
        left = len(text) - len(text.lstrip(" "))
        text = "␣" * left + bare + "␣" * (len(text) - left - len(bare))
    return "".join(_SIGNS.get(char) or (char if char.isprintable() else f"\\u{{{ord(char):x}}}") for char in text)
