"""docs/glossary.md out of the explanations that the page shows: `python docs/make_glossary.py`.

What people do about a finding and where its rule is from stand in `analysis/insight/words.py` and are taken from there,
the sources into the explanations too. A test compares both with what lies in the repository.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tensorboard_plugin_paramviz.analysis.insight.words import WORDS

ROOT: Final = Path(__file__).parent.parent
CONTENT: Final = ROOT / "frontend" / "src" / "explain" / "explanations.json"
GLOSSARY: Final = ROOT / "docs" / "glossary.md"
_BLANKS: Final = {"{block}": "the block", "{row}": "a token"}
_HEAD: Final = """# Glossary

All that the page explains in place, behind the small i beside a name; there "In the glossary" opens the same list,
which can be searched. Made from `frontend/src/explain/explanations.json` by `docs/make_glossary.py`: edit the
explanations, not this file.
"""


def read_content() -> dict[str, Any]:
    """{"kinds": {kind: …}, "entries": {"kind:name": …}}"""
    content: dict[str, Any] = json.loads(CONTENT.read_text(encoding="utf-8"))
    return content


def with_sources(content: dict[str, Any]) -> dict[str, Any]:
    """The same with the sources of the findings as the analysis has them."""
    entries = {
        key: {**entry, "source": WORDS[name][2]} if (name := _finding(key)) in WORDS else entry
        for key, entry in content["entries"].items()
    }
    return {**content, "entries": entries}


def rendered(content: dict[str, Any]) -> str:
    """The Markdown of it, kinds and entries in their order."""
    parts = [_HEAD]
    for kind, told in content["kinds"].items():
        parts.append(f"## {told['name']}\n")
        if any("healthy" not in one for key, one in content["entries"].items() if key.startswith(f"{kind}:")):
            parts.append(f"No healthy range, where none is given: {_lower(told['noRange'])}\n")
        parts += [_entry(key, one) for key, one in content["entries"].items() if key.startswith(f"{kind}:")]
    return "\n".join(parts)


def _entry(key: str, one: dict[str, Any]) -> str:
    lines = [f"**{one['name']}.** {' '.join(one['says'])}"]
    if "healthy" in one:
        lines.append(f"Healthy: {one['healthy']}. {one.get('why', '')}".rstrip())
    elif "why" in one:
        lines.append(f"No healthy range: {_lower(one['why'])}")
    if "formula" in one:
        lines.append(f"`{one['formula']}`")
    people = one.get("people") or "; ".join(WORDS[_finding(key)][1] if _finding(key) in WORDS else ())
    if people:
        lines.append(f"What people do: {_lower(people).rstrip('.')}.")
    lines.append(f"*Source: {one['source'].rstrip('.')}.*")
    text = "  \n".join(lines)
    for blank, words in _BLANKS.items():
        text = text.replace(blank, words)
    return text + "\n"


def _finding(key: str) -> str:
    """ "spike" of "finding:spike"; "" of anything else"""
    kind, _, name = key.partition(":")
    return name if kind == "finding" else ""


def _lower(sentence: str) -> str:
    """The sentence for behind a colon; names of people keep their capital."""
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() else sentence


def main() -> None:
    before = read_content()
    content = with_sources(before)
    if content != before:
        CONTENT.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    GLOSSARY.write_text(rendered(content), encoding="utf-8")


if __name__ == "__main__":
    main()
