"""The HTML around the parts: what it says before (or without) the script, what it may load (nothing), and its end."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorboard.errors import NotFoundError

from tensorboard_plugin_paramviz.web.share.packing import text_of
from tensorboard_plugin_paramviz.web.static_files import FOLDER
from tensorboard_plugin_paramviz.web.story import name_of, place, span, story, verdict, visible
from tensorboard_plugin_paramviz.web.wire_insights import Insights

PAGE, LICENCES = "saved_page.js", "licenses.md"
#: Findings told before the page plays.
MOST_TOLD = 40
_CANNOT = "This browser is too old to play the run: it needs Chrome 114, Firefox 125, Safari 17 or newer."
_OPENING = (
    "The run opens here in a moment. Where nothing comes, the file was cut (it is not whole, save it again), or this "
    "browser is too old."
)
_NO_SCRIPT = "This file plays the run by JavaScript, which is switched off here. What was found stands below."

# What stands in the parts is asked for by the page itself, through the function this leaves behind.
_START = """"use strict";
(async () => {
  const said = document.getElementById("said");
  window.paramvizPart = async (name) => {
    const element = document.querySelector(`script[data-part="${name}"]`);
    if (!element) return null;
    const text = atob(element.textContent);
    element.remove();
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).arrayBuffer();
  };
  try {
    // The newest of what the page cannot do without.
    if (typeof DecompressionStream === "undefined" || !("popover" in HTMLElement.prototype)) throw new Error(CANNOT);
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(await window.paramvizPart("page"));
    document.head.append(script);
  } catch (error) {
    said.textContent = error instanceof Error ? error.message : String(error);
  }
})();
""".replace("CANNOT", repr(_CANNOT))

_STYLE = """
:root { color-scheme: light dark; }
#before { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem; }
#before h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
#before li { margin: .4rem 0; }
#before small { opacity: .75; }
"""


def page_script() -> bytes:
    """The built page, before it the licences of what it is built from. Raises NotFoundError where there is none: a
    checkout that was not built."""
    path = Path(FOLDER) / PAGE
    if not path.is_file():
        raise NotFoundError("the page that goes into the file is not built; run `make build` in the source checkout")
    licences = path.with_name(LICENCES).read_text(encoding="utf-8").replace("*/", "* /")
    return f"/*\n{licences}\n*/\n".encode() + path.read_bytes()


def head(facts: Sequence[str], name: str, insights: Insights, script: bytes) -> bytes:
    """Everything before the parts. facts: sentences on what is in the file."""
    policy = (
        f"default-src 'none'; script-src {_hash(_START.encode())} {_hash(script)} blob:; worker-src blob:; "
        "style-src 'unsafe-inline'; img-src data: blob:; media-src blob:; font-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    shown = html.escape(text_of(visible(name)))
    summary = html.escape(f"{_sentence(verdict(insights))} {story(insights['phases'])} {facts[0]}".strip())
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Param Viz">
<title>{shown} · Param Viz</title>
<meta name="description" content="{text_of(summary)}">
<style>{_STYLE}</style>
</head>
<body>
<main id="before">
<h1>{shown}</h1>
<p id="said">{_OPENING}</p>
<noscript><p>{_NO_SCRIPT}</p></noscript>
{_told(insights)}
<p><small>{" ".join(html.escape(text_of(fact)) for fact in facts)}</small></p>
</main>
"""
    return text.encode(errors="replace")


def tail() -> bytes:
    return f"<script>{_START}</script>\n</body>\n</html>\n".encode()


def _told(insights: Insights) -> str:
    lines = [f"<p><b>{_escaped(_sentence(verdict(insights)))}</b> {_escaped(story(insights['phases']))}</p>"]
    findings = insights["findings"]
    if findings:
        lines.append("<ul>")
        lines += [_finding(one) for one in findings[:MOST_TOLD]]
        lines.append("</ul>")
    if len(findings) > MOST_TOLD:
        lines.append(f"<p>And {len(findings) - MOST_TOLD:,} more, which the page shows.</p>")
    return "\n".join(lines)


def _finding(one: Any) -> str:
    where = place(one)
    said = f"{_escaped(one['sentence'])} <small>{_escaped(span(one['first_step'], one['last_step']))}"
    said += f", {_escaped(where)}" if where else ""
    return f"<li>{_escaped(name_of(one['severity']).capitalize())}: {said}</small></li>"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _escaped(text: str) -> str:
    return html.escape(text_of(text))


def _hash(script: bytes) -> str:
    """What the policy knows a script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
