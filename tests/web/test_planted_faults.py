"""Whatever of ours fails, TensorBoard's page, its list of plugins and the scalars of the same logdir answer; our log
has one traceback and our tab one sentence. Seen from outside: a real TensorBoard, one fault in each layer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import planting
import pytest
from event_files import write_run
from planting import AT_START, WHILE_RUNNING

pytestmark = pytest.mark.xdist_group("planted faults")
OURS = "/data/plugin/paramviz/"


class TensorBoard:
    """One process with a switch for its faults."""

    def __init__(self, logdir: Path, folder: Path, fault: str) -> None:
        self.switch, self.log_path = folder / "switch", folder / "log"
        self.switch.write_text(fault)
        # --port 0: it says in its log which one it took
        flags = ["--logdir", str(logdir), "--host", "127.0.0.1", "--port", "0"]
        with self.log_path.open("wb") as log:
            command = [sys.executable, planting.__file__, str(self.switch), *flags]
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.address = ""

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def wait(self) -> TensorBoard:
        deadline = time.monotonic() + 60
        while "(Press CTRL+C" not in self.log:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)
        self.address = "http://" + self.log.partition("http://")[2].partition("/")[0]
        while not self.json("/data/plugin/scalars/tags"):
            assert time.monotonic() < deadline, "TensorBoard's own loader found no scalars"
            time.sleep(0.05)
        return self

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=30) as response:
                # Of the endless stream, its beginning.
                body = response.read(60 if path.endswith("events") else None)
                return response.status, body.decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def json(self, path: str) -> Any:
        status, body = self.get(path)
        assert status == 200, body
        return json.loads(body)

    def is_well(self) -> None:
        """What belongs to others answers as ever."""
        assert self.json("/data/plugins_listing")["scalars"]["enabled"]
        assert len(self.json("/data/plugin/scalars/scalars?run=a&tag=train/loss")) == 3
        assert "<html" in self.get("/")[1]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("logs")
    write_run(logdir / "a", range(3))
    return logdir


@pytest.fixture(scope="module")
def started(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, TensorBoard]]:
    """One process for each fault of the start, and one for all the others."""
    faults = {fault: TensorBoard(logdir, tmp_path_factory.mktemp("tb"), fault) for fault in [*AT_START, "none"]}
    yield faults
    for one in faults.values():
        one.stop()


@pytest.fixture(scope="module")
def running(started: dict[str, TensorBoard]) -> TensorBoard:
    board = started["none"].wait()
    deadline = time.monotonic() + 30
    while not board.json(OURS + "runs")["runs"]:  # the index has not looked yet
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return board


@pytest.mark.parametrize("fault", AT_START)
def test_a_plugin_that_cannot_be_loaded_says_so_in_its_tab(started: dict[str, TensorBoard], fault: str) -> None:
    board = started[fault].wait()
    for _ in range(2):
        board.is_well()
        told = board.json("/data/plugins_listing")["paramviz"]
        assert (told["enabled"], told["tab_name"]) == (True, "Param Viz")
    page = board.get(told["loading_mechanism"]["module_path"])[1]
    reason = "ModuleNotFoundError" if AT_START[fault][1] is None else f"PlantedError: planted in {fault}"
    assert f"Param Viz can't be shown ({reason}" in page
    assert "export function render()" in page
    assert board.log.count("Traceback (most recent call last)") == 1, board.log
    board.stop()


def tracebacks(log: str, fault: str) -> int:
    return log.count(f"PlantedError: planted in {fault}\n")


@pytest.mark.parametrize("fault", [fault for fault, (_, _, route) in WHILE_RUNNING.items() if route is not None])
def test_a_route_that_fails_is_one_sentence_and_works_again_afterwards(running: TensorBoard, fault: str) -> None:
    route = WHILE_RUNNING[fault][2]
    assert route is not None
    assert running.get(OURS + route)[0] == 200
    running.switch.write_text(fault)
    for _ in range(3):
        status, body = running.get(OURS + route)
        if fault == "live":
            assert body.startswith("retry: ")  # it ends, and the browser asks again
        else:
            assert (status, body.endswith("TensorBoard's log has the traceback.")) == (503, True), body
        running.is_well()
    running.switch.write_text("none")
    assert running.get(OURS + route)[0] == 200
    assert tracebacks(running.log, fault) == 1, running.log


def test_a_tab_whose_being_active_cannot_be_told_is_not_active(running: TensorBoard) -> None:
    assert running.json("/data/plugins_listing")["paramviz"]["enabled"]
    running.switch.write_text("is_active")
    assert not running.json("/data/plugins_listing")["paramviz"]["enabled"]
    running.is_well()
    running.switch.write_text("none")
    assert running.json("/data/plugins_listing")["paramviz"]["enabled"]


@pytest.mark.parametrize("fault", ["scan", "poll"])
def test_an_index_that_cannot_go_on_shows_what_it_has_and_catches_up(
    running: TensorBoard, logdir: Path, fault: str
) -> None:
    running.get(OURS + "runs")
    running.switch.write_text(fault)
    deadline = time.monotonic() + 30
    while tracebacks(running.log, fault) == 0:
        assert time.monotonic() < deadline, "the fault was not met"
        time.sleep(0.05)
    running.is_well()
    assert [run["run"] for run in running.json(OURS + "runs")["runs"] if run["run"] == "a"] == ["a"]
    write_run(logdir / fault, range(2))
    running.switch.write_text("none")
    while fault not in [run["run"] for run in running.json(OURS + "runs")["runs"]]:
        assert time.monotonic() < deadline, "it did not go on"
        time.sleep(0.05)
