"""Any question to any route about a run of any kind gets an answer that means what it says: never a fault of the
server, never a hang, never anything but what stands in the logdir."""

from __future__ import annotations

import gc
import tracemalloc
import urllib.parse
from collections.abc import Iterator

import pytest
from event_files import EMBEDDING
from fuzzing import ABSURD, HEADERS, METHODS, arguments_of, ask, questions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_logdir import NAMES, write_odd
from quick_layout import quick_layouts
from server import PREFIX, served
from werkzeug.test import Client

from tensorboard_plugin_paramviz import plugin as plugin_module
from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.web import live

pytestmark = pytest.mark.xdist_group("fuzz")
Served = tuple[Client, ParamVizPlugin, dict[str, list[str]]]
LENIENT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=1200)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    logdir = tmp_path_factory.mktemp("logs")
    write_odd(logdir, tmp_path_factory.mktemp("outside"))
    with pytest.MonkeyPatch.context() as patch, quick_layouts(), served(logdir) as (client, plugin):
        patch.setattr(plugin_module, "MOST_WAIT_SECS", 0.05)
        patch.setattr(live, "HEARTBEAT_SECS", 0.05)
        plugin._follower.stop()
        yield client, plugin, arguments_of(plugin, client)


@pytest.fixture(scope="module")
def runs(odd: Served) -> list[str]:
    return sorted(odd[1]._index.runs)


def test_the_runs_are_of_every_kind(runs: list[str]) -> None:
    assert {*NAMES, ".", "link", "simulated", "in a basis", "zero_tail"} <= set(runs)
    assert not [run for run in runs if "loop" in run or "elsewhere" in run]


def test_any_question_gets_an_answer(odd: Served, runs: list[str]) -> None:
    client, _, routes = odd
    met: dict[str, set[int]] = {route: set() for route in routes}
    # The more a route takes, the more can be wrong with it, and the more often it has to be asked.
    often = [route for route in sorted(routes) for _ in range(2 + len(routes[route]))]

    @LENIENT
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        route = data.draw(st.sampled_from(often))
        query = data.draw(questions(routes[route], runs))
        met[route].add(ask(client, PREFIX + route, query_string=query).status_code)

    def were_a_test() -> bool:
        return all({200, 400} <= statuses for statuses in met.values())

    # A route that takes much is rarely asked right: now and then not once in a round.
    for _ in range(6):
        fuzz()
        if were_a_test():
            break
    assert were_a_test(), f"the questions were no test: {met}"


@settings(LENIENT, max_examples=400)
@given(data=st.data())
def test_methods_and_headers_change_nothing_but_what_they_mean(
    odd: Served, runs: list[str], data: st.DataObject
) -> None:
    client, _, routes = odd
    route = data.draw(st.sampled_from([*sorted(routes), "static/index.js", "static/zz"]))
    query = {"run": data.draw(st.sampled_from(runs)), "embedding": EMBEDDING, "what": "stats", "format": "csv"}
    query = {name: value for name, value in query.items() if name in routes.get(route, ())}
    method = data.draw(st.sampled_from(["GET", "GET", "GET", *METHODS]))
    headers = {
        name: data.draw(st.sampled_from(HEADERS[name])) for name in data.draw(st.sets(st.sampled_from([*HEADERS])))
    }
    answer = ask(client, PREFIX + route, method, query_string=query, headers=headers)
    if method not in ("GET", "HEAD"):
        assert answer.headers["Allow"] == "GET, HEAD"
    elif route not in ("events", "updates", "runs"):
        plain = ask(client, PREFIX + route, "HEAD", query_string=query)
        assert (answer.status_code, answer.mimetype) == (plain.status_code, plain.mimetype)


@pytest.mark.parametrize("run", [*NAMES, ".", "link", "simulated", "in a basis", "not finite", "restarted"])
def test_a_run_of_any_name_is_served_under_it(odd: Served, run: str) -> None:
    client, _, _ = odd
    (path,) = {info["run"] for info in ask(client, PREFIX + "runs").get_json()["runs"]} & {run}
    embedding = ask(client, PREFIX + "model", query_string={"run": path}).get_json()["embeddings"][0]["path"]
    for route, query in (("stats", {}), ("scalars", {}), ("positions", {"embedding": embedding})):
        assert ask(client, PREFIX + route, query_string={"run": path, **query}).status_code == 200


@pytest.mark.parametrize(
    "run",
    ["..", "../outside", "a/..", "a/../a", "./link", "link/..", "/etc", "", "loop", "loop/restarted", "link/elsewhere"],
)
def test_a_name_that_no_run_has_is_not_looked_for_on_the_disk(odd: Served, run: str) -> None:
    """A run's name is a key of the index, never a path. Links are followed where the index looks, as TensorBoard's."""
    client, _, routes = odd
    for route, names in routes.items():
        if "run" in names:
            query = {"run": run, "embedding": EMBEDDING, "what": "stats", "format": "csv"}
            query = {name: value for name, value in query.items() if name in names}
            assert ask(client, PREFIX + route, query_string=query).status_code in (400, 404)


@pytest.mark.parametrize("words", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>"])
def test_markup_in_a_question_comes_back_as_text_only(odd: Served, words: str) -> None:
    client, _, routes = odd
    for route, names in routes.items():
        for name in names:
            answer = ask(client, PREFIX + route, query_string={"run": "restarted", name: words})
            assert answer.mimetype in ("text/plain", "application/json", "application/octet-stream", "text/markdown")
            assert answer.mimetype != "text/markdown" or "attachment" in answer.headers["Content-Disposition"]


STATIC = [
    "index.js",
    "../plugin.py",
    "..%2fplugin.py",
    "%2e%2e/plugin.py",
    "....//plugin.py",
    "./index.js",
    "index.js/",
]


@settings(LENIENT, max_examples=400)
@given(name=st.one_of(st.sampled_from(STATIC), st.sampled_from(ABSURD), st.text(max_size=20)))
def test_static_serves_what_stands_in_its_folder_and_nothing_else(odd: Served, name: str) -> None:
    from tensorboard_plugin_paramviz.web.static_files import FOLDER

    there = {entry.name for entry in FOLDER.iterdir()} if FOLDER.is_dir() else set()
    answer = ask(odd[0], PREFIX + "static/" + urllib.parse.quote(name))
    if answer.status_code == 200:
        assert name.rstrip("/") in {*there, "index.js"}
    else:
        assert name not in there


def test_questions_leave_nothing_behind(odd: Served) -> None:
    """Nothing is kept that the asker chose the name of: else anybody could fill the memory."""
    client, _, routes = odd

    def crowd(first: int) -> None:
        for number in range(first, first + 40):
            words = f"{number} " + "x" * 8_000
            for route, names in routes.items():
                query = {"run": "simulated", "embedding": EMBEDDING, "what": "positions", "format": "csv"}
                for name in {"run", "embedding", "tag", "steps", "what"} & set(names):
                    asked = {known: value for known, value in query.items() if known in names} | {name: words}
                    assert client.get(PREFIX + route, query_string=asked).status_code in (400, 404)

    crowd(0)
    urllib.parse.clear_cache()
    gc.collect()
    tracemalloc.start()
    try:
        crowd(1000)
        urllib.parse.clear_cache()  # the test's own client's
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 200_000, f"40 names of 8 KB left {kept:,} bytes"
