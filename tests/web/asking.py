"""Asks each route about a run, and takes the answer apart."""

from __future__ import annotations

import json
from typing import Any

from event_files import EMBEDDING
from server import PREFIX
from werkzeug.test import Client

from tensorboard_plugin_paramviz.web import binary

ROUTES = {
    "runs": "runs",
    "model": "model?run={run}",
    "sessions": "sessions?run={run}",
    "steps": "steps?run={run}",
    "stats": "stats?run={run}",
    "scalars": "scalars?run={run}",
    "scalars of a tag": "scalars?run={run}&tag=train/loss",
    "positions": f"positions?run={{run}}&embedding={EMBEDDING}",
    "rows at a step": f"rows?run={{run}}&embedding={EMBEDDING}&step={{step}}&rows=2,0",
    "rows through the run": f"rows?run={{run}}&embedding={EMBEDDING}&rows=2,0",
    "norms at a step": f"rows?run={{run}}&embedding={EMBEDDING}&step={{step}}",
    "clusters": f"clusters?run={{run}}&embedding={EMBEDDING}",
    "heat": "heat?run={run}&stat=grad_norm",
    "layer": f"layer?run={{run}}&path={EMBEDDING}",
    "thumbs": "thumbs?run={run}",
    "probe": "probe?run={run}",
    "costs": "costs?run={run}",
    "insights": "insights?run={run}",
    "report": "report?run={run}",
    "updates": "updates",
    "events": "events",
}
#: Answered whatever has become of the run.
ALWAYS = {"runs", "updates", "events"}
Answer = tuple[int, Any]


def ask(client: Client, name: str, run: str = "a", step: int = 0) -> Answer:
    """(status, what was answered): JSON, (header, arrays), Markdown, or the sentence of an error."""
    response = client.get(PREFIX + ROUTES[name].format(run=run, step=step), buffered=name != "events")
    assert response.status_code < 500, response.get_data(as_text=True)
    if name == "events":
        stream = response.iter_encoded()
        message = next(chunk for chunk in stream if b"data: " in chunk)
        response.close()
        return response.status_code, json.loads(message.split(b"data: ")[1])
    body = response.get_data()
    if response.status_code != 200:
        assert body.count(b"\n") == 0
        return response.status_code, body.decode()
    if response.mimetype == "text/markdown":
        return 200, body.decode()
    return 200, binary.decode(body) if response.mimetype == "application/octet-stream" else json.loads(body)


def info_of(reply: dict[str, Any], run: str = "a") -> dict[str, Any] | None:
    return next((info for info in reply["runs"] if info["run"] == run), None)
