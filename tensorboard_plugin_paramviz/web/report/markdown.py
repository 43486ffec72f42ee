"""Markdown (CommonMark with GitHub's tables) in which names that users gave stay text, whatever stands in them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from tensorboard_plugin_paramviz.web.story import visible

#: Said where there is no number.
NONE = "\u2013"
# An underscore between two letters is none: paths stay legible in the source. & alone begins no character.
_SPECIAL = re.compile(r"[\\`*\[\]<|~$]|&(?=#?\w+;)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_AT_START = re.compile(r"^(\d{1,9})([.)])|^([-+=:#>])")


def plain(text: str) -> str:
    """Words that may hold names, as one line of text: no markup, no HTML, no end of a table's cell."""
    # Not every dialect takes a backslash before <.
    escaped = _SPECIAL.sub(lambda found: "&lt;" if found[0] == "<" else "\\" + found[0], visible(text))
    return _AT_START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)


def code(text: str) -> str:
    """A name as code, for running text and for the cells of a table."""
    text = visible(text) or "(empty)"
    if "|" in text:  # what parts a table's cells may not stand in code in each of the dialects
        return plain(text)
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    room = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{room}{text}{room}{fence}"


def codes(names: Sequence[str], most: int = 12) -> str:
    """Names as code, so many of them, and how many more there are."""
    shown, left = [code(name) for name in names[:most]], len(names) - most
    return ", ".join(shown) + (f" and {left:,} more" if left > 0 else "")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table, an empty one behind them. Cells are Markdown already."""
    return [
        *(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)),
        "",
    ]


def number(value: float | None) -> str:
    """Three significant digits, thousands parted; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    if not 1e-4 <= abs(value) < 1e6:
        return f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e")
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.01 else f"{share:.0%}".replace("%", " %")


def duration(secs: float) -> str:
    """For people: 40 s, 12 min, 3 h 20 min, 2 days 4 h."""
    if not math.isfinite(secs) or secs < 0:
        return NONE
    if secs < 120:
        return f"{number(secs) if secs < 10 else round(secs)} s"
    minutes = round(secs / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} days {hours % 24} h"
