"""What a fuzz test asks, and what any answer must be."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from event_files import EMBEDDING
from export_runs import OTHER
from hypothesis import strategies as st
from server import PREFIX
from werkzeug.test import Client, TestResponse

from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.web import binary

Result = TypeVar("Result")
#: Nobody means these.
ABSURD = [
    *("", " ", "0", "-0", "-1", "+1", "1.5", "1e3", "1e999", "nan", "inf", "-inf", "0x10", "1_000", "\u0663", "\u00b2"),
    *(str(number) for power in (31, 32, 53, 62, 63, 64) for number in (1 << power, -(1 << power), (1 << power) - 1)),
    *(
        "9" * 25,
        "-" + "9" * 5000,
        "1000000000",
        "0-",
        "-",
        "--",
        "5-1",
        "0-9:0",
        "0-10:99999999999999999999",
        "all,all",
    ),
    *("\0", "a\0", "\n", "a\r\nX: y", "\t", "\x7f", "\u2028", "\ufeff", "\U0001f600", "\ufffd", "e\u0301" * 50),
    *("..", ".", "../..", "../../etc/passwd", "..%2f..%2f", "%2e%2e", "%00", "/etc/passwd", "file:///etc", "C:\\x"),
    *("<script>alert(1)</script>", "'; drop table runs", "${7*7}", "%s%n", "{}", "[]", "null", "true", "*", "?", "#"),
    *(",", ",,", "1,,2", "1," * 3000, "0," * 63 + "0", "0," * 64 + "0", "a" * 10_000, "é" * 5_000),
]
LIKELY = {
    "embedding": [EMBEDDING, EMBEDDING, OTHER],
    "stat": ["grad_norm", "weight_mean", "update_ratio", "grad"],
    "path": [EMBEDDING, "lm_head", "transformer"],
    "columns": ["1", "3", "720", "4096"],
    "tag": ["train/loss", "val/loss", "paramviz/loss", "loss", ""],
    "what": ["embeddings", "positions", "stats", "probe", "geometry", "learning_rates"],
    "format": ["csv", "json", "npz"],
    "steps": ["all", "first", "last", "0", "0-10", "0-", "0-100:10", "10,20"],
    "rows": ["0", "0,1", "2,1,0", "5", "1000"],
    "snapshots": ["2", "20", "2000"],
    "stride": ["1", "2", "1000000"],
    "points": ["16", "2000", "100000"],
    "wait": ["0", "0.01"],
    "projection": ["joint", "last", "clusters", "tour", "step:0", "step:10"],
    "with": [OTHER, OTHER, EMBEDDING],
    "layout": ["together", "apart"],
    "neighbours": ["2", "15", "200"],
}
#: Seldom asked, and hardly ever right.
RARE = {"projection", "basis_of", "with", "layout", "neighbours"}
NUMBERS = ["0", "1", "3", "10", "200", "-5", str(1 << 62)]
METHODS = ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"]
HEADERS = {
    "Range": ["bytes=0-10", "bytes=-1", "bytes=9-1", "bytes=0-0,2-2", "rows=1", "bytes=" + "9" * 30 + "-"],
    "If-None-Match": ["*", '"x"', 'W/"', ","],
    "If-Modified-Since": ["Sat, 01 Jan 2000 00:00:00 GMT", "yesterday", "-1"],
    "Accept-Encoding": ["", "gzip", "gzip;q=0", "br", "*", "identity;q=0", "gzip, " * 100],
    "Accept": ["text/html", "*/*;q=nan", ""],
    "Last-Event-ID": ["0", "-1", "1e9", "9" * 30, "x", "\u0663".encode().decode("latin-1")],
    "Content-Length": ["0", "5", "-1", "x"],
    "Content-Type": ["application/x-www-form-urlencoded", "multipart/form-data", ";;"],
    "Host": ["evil.example", "", "[::1", "a:b:c"],
    "Origin": ["https://evil.example", "null"],
    "Cookie": ["a=b", ";=;", "\xff"],
    "Transfer-Encoding": ["chunked", "x"],
}


def arguments_of(plugin: ParamVizPlugin, client: Client) -> dict[str, list[str]]:
    """Each route and the arguments that it says it takes: what is added to the plugin is asked too."""
    routes = {}
    for route in plugin.get_plugin_apps():
        if not route.endswith("/*"):
            answer = client.get(PREFIX + route[1:] + "?no_such=1")
            assert answer.status_code == 400, answer.get_data(as_text=True)
            takes = re.search(r"it takes (.*)$", answer.get_data(as_text=True))
            assert takes, f"{route} does not say what it takes"
            routes[route[1:]] = [] if takes[1] == "none" else takes[1].split(", ")
    return routes


@st.composite
def questions(draw: st.DrawFn, names: list[str], runs: list[str]) -> list[tuple[str, str]]:
    """A question that has an answer, or one with a fault or two in it: an argument that is absurd, another's, missing,
    given twice, or unknown."""
    likely = {name: runs if name in ("run", "basis_of") else LIKELY.get(name, NUMBERS) for name in names}
    usual = [name for name in names if name not in RARE or not draw(st.integers(0, 3))]
    query = [(name, draw(st.sampled_from(likely[name]))) for name in usual]
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from([*names, "x"]))
        kind = draw(st.sampled_from(["absurd", "absurd", "text", "missing", "missing", "twice"]))
        if kind != "twice":
            query = [(other, value) for other, value in query if other != name]
        if kind != "missing":
            query.append((name, draw(st.text(max_size=12) if kind == "text" else st.sampled_from(ABSURD))))
    return draw(st.permutations(query))


def within(secs: float, answer: Callable[[], Result]) -> Result:
    """What `answer` gives; one that hangs fails the test instead of stopping all of them."""
    results: list[Result] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            results.append(answer())
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(secs)
    assert not thread.is_alive(), f"no answer in {secs:.0f} seconds"
    if faults:
        raise faults[0]
    return results[0]


def ask(client: Client, address: str, method: str = "GET", **options: Any) -> TestResponse:
    """The whole answer; of the endless stream its beginning."""

    def answer() -> TestResponse:
        response = client.open(address, method=method, **options)
        if response.mimetype == "text/event-stream":
            stream = response.iter_encoded()
            beginning = [chunk for _, chunk in zip(range(2), stream, strict=False)]
            response.close()
            response.response = beginning
        else:
            response.get_data()
            response.close()
        return response

    response = within(60, answer)
    check(response, method)
    return response


def check(response: TestResponse, method: str = "GET") -> None:
    """Holds of every answer to any question whatever."""
    status, body, headers = response.status_code, response.get_data(), response.headers
    said = (status, body[:300])
    assert status in ((200, 400, 404) if method in ("GET", "HEAD") else (405,)), said
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    assert response.mimetype not in ("", "text/html", "image/svg+xml", "application/xml"), "a browser could run it"
    if method == "HEAD":
        assert body == b""
    elif headers.get("Content-Encoding") == "gzip" or response.mimetype in ("text/event-stream", "text/javascript"):
        pass
    elif status != 200:
        assert response.mimetype == "text/plain", said
        assert body.isascii() or body.decode(), said
        assert len(body.splitlines()) == 1, said
    elif "Content-Disposition" in headers:
        assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]{1,160}"', headers["Content-Disposition"])
    elif response.mimetype == "application/octet-stream":
        binary.decode(body)
    elif response.mimetype == "application/json":
        json.loads(body, parse_constant=refuse)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in a JSON reply: JavaScript can't read that")
