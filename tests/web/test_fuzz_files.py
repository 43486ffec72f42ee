"""A server that saw a run's files grow, end in half a record, be cut, replaced, deleted and begun again, with questions
in between, says in the end what a server says that starts now."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from event_files import EMBEDDING, RunWriter, framed, model_event, scalar_event, snapshot_event
from fuzzing import ask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from server import PREFIX, served
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.web import binary

RUNS = st.sampled_from(["a", "b"])
QUESTIONS = [
    "runs",
    "updates",
    "model?run={run}",
    "stats?run={run}",
    "scalars?run={run}",
    "scalars?run={run}&tag=train/loss",
    f"positions?run={{run}}&embedding={EMBEDDING}",
    f"rows?run={{run}}&embedding={EMBEDDING}&rows=1,0",
    f"rows?run={{run}}&embedding={EMBEDDING}&step=3",
    f"clusters?run={{run}}&embedding={EMBEDDING}&step=3",
    "export?run={run}&what=stats&format=csv",
]
#: Of a basis that was fitted while the run was shorter, the directions differ: everything else is the same.
SAME = [question for question in QUESTIONS if not question.startswith(("updates", "positions"))]


class ChangingFiles(RuleBasedStateMachine):
    @initialize()
    def serve(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.logdir = self.folder / "logs"
        self.logdir.mkdir()
        self.step = {"a": 0, "b": 0}
        self.half: dict[str, bytes] = {}
        self.serving = served(self.logdir)
        self.client, self.plugin = self.serving.__enter__()
        self.plugin._follower.stop()
        self.client.get(PREFIX + "runs")  # a stopped follower stays stopped
        self.plugin._follower._thread.join()

    def path(self, run: str) -> Path:
        path = self.logdir / run / "events.out.tfevents.1000.host.1.0"
        if not path.exists():
            RunWriter(path.parent).append(model_event())
            self.half.pop(run, None)
        return path

    def append(self, run: str, content: bytes) -> None:
        with self.path(run).open("ab") as file:
            file.write(self.half.pop(run, b"") + content)

    @rule(run=RUNS, count=st.integers(1, 4))
    def snapshots(self, run: str, count: int) -> None:
        self.path(run)
        for _ in range(count):
            self.step[run] += 1
            loss = scalar_event("train/loss", 1.0 / self.step[run], self.step[run])
            self.append(run, framed(snapshot_event(self.step[run])) + framed(loss))

    @rule(run=RUNS, share=st.floats(0.01, 0.99))
    def half_a_record(self, run: str, share: float) -> None:
        self.path(run)
        if run not in self.half:
            self.step[run] += 1
            record = framed(snapshot_event(self.step[run]))
            cut = int(len(record) * share)
            self.append(run, record[:cut])
            self.half[run] = record[cut:]

    @rule(run=RUNS)
    def back_to_an_earlier_step(self, run: str) -> None:
        self.step[run] //= 2

    @rule(run=RUNS, share=st.floats(0, 1))
    def cut(self, run: str, share: float) -> None:
        content = self.path(run).read_bytes()
        self.path(run).write_bytes(content[: int(len(content) * share)])
        self.half.pop(run, None)

    @rule(run=RUNS, at=st.floats(0, 1), byte=st.integers(1, 255))
    def replace_by_one_with_a_wrong_byte(self, run: str, at: float, byte: int) -> None:
        content = bytearray(self.path(run).read_bytes() + framed(snapshot_event(1000)))
        self.half.pop(run, None)
        content[int(at * (len(content) - 1))] ^= byte
        beside = self.folder / "new"
        beside.write_bytes(content)
        shutil.rmtree(self.logdir / run)  # not in place: what was read already isn't read again
        self.look()
        (self.logdir / run).mkdir()
        beside.rename(self.path_of(run))

    def path_of(self, run: str) -> Path:
        return self.logdir / run / "events.out.tfevents.1000.host.1.0"

    @rule(run=RUNS, content=st.binary(max_size=40))
    def append_what_is_no_record(self, run: str, content: bytes) -> None:
        self.append(run, content)

    @rule(run=RUNS)
    def delete(self, run: str) -> None:
        shutil.rmtree(self.logdir / run, ignore_errors=True)
        self.half.pop(run, None)
        self.step[run] = 0

    @rule()
    def swap_the_two_runs(self) -> None:
        for run in "ab":
            self.path(run)
        for run in "ab":
            (self.logdir / run).rename(self.folder / run)
        self.look()  # or else each is taken for a longer copy of the other, where that is what it looks like
        (self.folder / "a").rename(self.logdir / "b")
        (self.folder / "b").rename(self.logdir / "a")
        self.half = {other: self.half[run] for run, other in (("a", "b"), ("b", "a")) if run in self.half}

    @rule()
    def look(self) -> None:
        self.plugin._index.scan()
        self.plugin._index.poll()

    @rule(run=RUNS, question=st.sampled_from(QUESTIONS))
    def ask(self, run: str, question: str) -> None:
        ask(self.client, PREFIX + question.format(run=run))

    def teardown(self) -> None:
        if not hasattr(self, "serving"):
            return
        try:
            for _ in range(3):
                self.look()
            with served(self.logdir) as (fresh, plugin):
                plugin._follower.stop()
                for run in "ab":
                    for question in SAME:
                        question = question.format(run=run)
                        assert answer(self.client, question) == answer(fresh, question), question
        finally:
            self.serving.__exit__(None, None, None)
            shutil.rmtree(self.folder)


def answer(client: Any, question: str) -> Any:
    """What can be compared: without what a server counts for itself."""
    response = ask(client, PREFIX + question)
    if response.mimetype == "application/octet-stream":
        header, arrays = binary.decode(response.get_data())
        header.pop("generation", None)
        return header, {name: (array.shape, np.ascontiguousarray(array).tobytes()) for name, array in arrays.items()}
    if response.mimetype == "application/json":
        told = response.get_json()
        told.pop("cursor", None)
        for info in told.get("runs", []):
            info.pop("generation")
        return told
    return response.status_code, response.get_data()


ChangingFiles.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
test_changing_files = ChangingFiles.TestCase


def test_of_a_file_that_was_damaged_and_is_cut_to_where_it_was_sound_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a" / "events.out.tfevents.1000.host.1.0"
    path.parent.mkdir()
    path.write_bytes(bytes(12))
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        assert ask(client, PREFIX + "runs").get_json()["runs"][0]["damaged"]
        path.write_bytes(b"")
        plugin._index.poll()
        told = ask(client, PREFIX + "runs").get_json()
        assert (told["runs"], told["other_runs"]) == ([], ["a"])


def test_a_file_of_which_each_record_is_wrong_in_its_own_way_is_told_in_a_few_sentences(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(model_event())
    for step in range(50):
        event = Event.FromString(snapshot_event(step))
        event.summary.value[0].tensor.tensor_shape.dim[0].size = 1000 + step
        writer.append(event.SerializeToString())
    with served(tmp_path) as (client, _):
        (info,) = ask(client, PREFIX + "runs").get_json()["runs"]
    assert len(info["damaged"]) < 10
