"""Fifty viewers at once, over real sockets, while the run they look at grows and others come and go: each answer is one
moment of the run, and nobody waits for ever."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from event_files import EMBEDDING, snapshot_at, write_run
from fuzzing import ABSURD, within
from listening import listening
from server import PREFIX, served

from tensorboard_plugin_paramviz.web import binary

ROWS, VIEWERS, ROUNDS = 12, 50, 4


def get(port: int, route: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", PREFIX + route)
        response = connection.getresponse()
        if route.startswith("events"):
            lines = [response.readline() for _ in range(4)]
            return response.status, lines[3]
        return response.status, response.read()
    finally:
        connection.close()


def look_around(port: int, seed: int) -> None:
    """One viewer: what a page asks in its first seconds, and checks of what cannot be otherwise."""
    seen = 0
    for number in range(ROUNDS):
        at = (seed + number) % 5
        if at == 0:
            status, body = get(port, "stats?run=a")
            _, arrays = binary.decode(body)
            steps = arrays["steps"].tolist()
            assert status == 200
            assert steps == list(range(len(steps))), "a run without a gap"
            assert len(steps) >= seen, "what was shown is not taken back"
            seen = len(steps)
            last = snapshot_at(steps[-1], ROWS)
            np.testing.assert_array_equal(arrays["stats"][-1], last.stats)
        elif at == 1:
            status, body = get(port, f"positions?run=a&embedding={EMBEDDING}")
            header, arrays = binary.decode(body)
            assert status == 200
            assert arrays["positions"].shape == (len(arrays["steps"]), ROWS, 3)
            assert header["total"] == len(arrays["steps"])
            assert np.isfinite(arrays["positions"]).all()
        elif at == 2:
            told = json.loads(get(port, "runs")[1])
            (info,) = [info for info in told["runs"] if info["run"] == "a"]
            assert info["last_step"] == info["snapshots"] - 1
        elif at == 3:
            update = json.loads(get(port, "events")[1].removeprefix(b"data: "))
            assert "a" in [info["run"] for info in update["runs"]]
        else:
            absurd = quote(ABSURD[(7 * seed + number) % len(ABSURD)])
            for route in (f"stats?run=a&from={absurd}", f"rows?run=coming&embedding={EMBEDDING}&rows={absurd}"):
                if len(route) < 10_000:
                    assert get(port, route)[0] in (200, 400, 404), route


def test_fifty_viewers_of_a_growing_run_see_moments_of_it(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(30), ROWS)
    done, faults = threading.Event(), []

    def view(port: int, seed: int) -> None:
        try:
            look_around(port, seed)
        except BaseException as error:
            faults.append(error)

    def train() -> None:
        step = 30
        while not done.wait(0.02):
            writer.snapshots(step, rows=ROWS)
            step += 1
            if step % 4 == 0:
                write_run(tmp_path / "coming", range(3), ROWS)
            elif step % 4 == 2:
                shutil.rmtree(tmp_path / "coming", ignore_errors=True)

    training = threading.Thread(target=train, daemon=True)
    with served(tmp_path) as (_, plugin), listening(plugin) as port:
        training.start()
        viewers = [threading.Thread(target=view, args=(port, seed), daemon=True) for seed in range(VIEWERS)]
        for viewer in viewers:
            viewer.start()
        try:
            within(120, lambda: [viewer.join() for viewer in viewers])
        finally:
            done.set()
            training.join()
    if faults:
        raise faults[0]


@pytest.mark.parametrize(
    "target",
    [
        "static/../plugin.py",
        "static/..%2fplugin.py",
        "static/%2e%2e/%2e%2e/loader.py",
        "static//etc/passwd",
        "static/%00",
        "../paramviz/static/../loader.py",
        "stats?run=a%00",
        "stats?run=%ff%fe",
        "stats?%ff=1",
        "stats?run=a&run=b",
        "stats?&&&",
        "stats?run=" + "a" * 60_000,
        "stats?" + "&".join(f"x{number}=" for number in range(3_000)),
        "runs;x=1",
        "runs/",
        "runs//",
        "%72uns",
        "RUNS",
        "",
    ],
)
def test_what_no_client_library_would_send_is_answered_and_nothing_outside_is_shown(
    tmp_path: Path, target: str
) -> None:
    write_run(tmp_path / "a", range(2))
    with served(tmp_path) as (_, plugin), listening(plugin) as port:
        status, body = get(port, target)
    assert status in (200, 400, 404), body[:300]
    assert b"import" not in body
    assert b"root:" not in body
