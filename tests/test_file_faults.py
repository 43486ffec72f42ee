"""Each fault of a run's files against every route: an answer in time, the words that say what is wrong, and no good
snapshot lost. Once found as it is, once as it arrives under a TensorBoard that follows, once done to what was read."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from asking import ALWAYS, ROUTES, ask, info_of
from event_files import EMBEDDING, RunWriter, model_event, scalar_event, snapshot_event, write_run
from fault_outcomes import (
    BEFORE,
    CLEAN,
    DENIED,
    DIMS,
    OUTCOMES,
    ROWS,
    STEP,
    SUDDEN,
    UNSEEN,
    Outcome,
    do,
    struck,
    write_clean,
)
from looking import index_of, look, steps_of
from server import served
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from werkzeug.test import Client

from simulated.faults import FAULTS, strike
from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.reader.stand_in import NO_MODEL_RECORD
from tensorboard_plugin_paramviz.record import dequantize
from tensorboard_plugin_paramviz.record.summary import decode_snapshot


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Nothing above a warning is logged."""
    caplog.set_level(logging.INFO)
    yield caplog
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.WARNING] == []


def check(client: Client, run: Path, outcome: Outcome) -> None:
    """All routes answer for run "a" what the outcome says, and for "b" as if nothing were."""
    for name in ALWAYS:
        status, reply = ask(client, name)
        info = info_of(reply)
        assert status == 200
        assert info_of(reply, "b")["snapshots"] == len(CLEAN), name
        if outcome.refused is None or outcome.said:
            assert info is not None, f"{name} does not tell of the run"
            assert info["snapshots"] == len(outcome.steps)
            check_words(info["damaged"], run, outcome)
        else:
            assert info is None
    for name in ROUTES.keys() - ALWAYS:
        for beside in (0, 390):
            assert ask(client, name, "b", beside)[0] == 200
        if outcome.refused is not None:
            status, words = ask(client, name)
            if outcome.said and name in ("steps", "costs", "sessions"):
                assert status == 200, words
                assert not any(len(array) for array in words[1].values()) if name != "sessions" else True
            elif outcome.said and name == "scalars":
                assert (status, words["tags"]) == (200, [])
            elif outcome.said and "tag" in name:
                assert (status, words) == (404, "Not found: run 'a' has no scalar 'train/loss'; it has none")
            else:
                assert (status, outcome.refused in words) == (404, True), words
            continue
        if name == "layer" and NO_MODEL_RECORD in outcome.said:
            assert ask(client, name) == (
                404,
                "Not found: run 'a' has no layer 'transformer.wte'; it has layer 0, layer 1",
            )
            continue
        for step in (outcome.steps[0], outcome.steps[-1]):
            status, reply = ask(client, name, step=step)
            assert status == 200, reply
            if name in ("stats", "positions", "rows through the run"):
                assert reply[1]["steps"].tolist() == outcome.steps, name


def check_words(damaged: list[str], run: Path, outcome: Outcome) -> None:
    (name, *_) = [*sorted(path.name for path in run.iterdir()), ""]
    assert len(damaged) == len(outcome.said), damaged
    for sentence, wanted in zip(damaged, outcome.said, strict=True):
        pattern = re.escape(wanted.format(file=name, byte="BYTE", refused=DENIED)).replace("BYTE", r"[\d,]+")
        assert re.fullmatch(pattern, sentence), sentence


def naive(path: Path) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """step -> statistics and rows, read by protobuf from a whole file: the newest of a step counts."""
    snapshots = {}
    for record in RawEventFileLoader(str(path)).Load():
        event = Event.FromString(record)
        if event.summary.value and event.summary.value[0].tag == "paramviz/stats":
            snapshot = decode_snapshot(event.summary, event.step, event.wall_time)
            assert snapshot.stats is not None
            snapshots[event.step] = (snapshot.stats, snapshot.embeddings[EMBEDDING].values)
    return snapshots


def check_values(plugin: ParamVizPlugin, run: Path, clean: Path, name: str, outcome: Outcome) -> None:
    """Every snapshot that is left reads back as it was written."""
    expected = naive(clean)
    if name in ("second_writer", "nonfinite"):
        for path in sorted(run.iterdir()):
            expected |= naive(path)
    reader = SnapshotReader(plugin._index.runs["a"])
    steps, _, stats = reader.stats(None, None)
    assert steps.tolist() == outcome.steps
    for ordinal, step in enumerate(outcome.steps):
        np.testing.assert_array_equal(stats[ordinal], expected[step][0])
        np.testing.assert_array_equal(dequantize(reader.embedding(EMBEDDING, ordinal).rows), expected[step][1])


def test_every_fault_has_an_outcome_and_is_documented() -> None:
    assert list(OUTCOMES) == list(FAULTS)
    text = (Path(__file__).parent.parent / "docs" / "faults.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_is_there_is_told_and_the_rest_is_answered(
    tmp_path: Path, quiet: pytest.LogCaptureFixture, name: str
) -> None:
    struck(tmp_path / "logs", name)
    write_clean(tmp_path / "clean")
    outcome = OUTCOMES[name]
    with served(tmp_path / "logs") as (client, plugin):
        check(client, tmp_path / "logs" / "a", outcome)
        if outcome.refused is None:
            check_values(plugin, tmp_path / "logs" / "a", *(tmp_path / "clean" / "a").iterdir(), name, outcome)
    warned = [record.getMessage() for record in quiet.records if record.levelno == logging.WARNING]
    assert len(warned) == (name == "future_format"), warned


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in SUDDEN])
def test_a_fault_that_arrives_while_the_run_is_followed_ends_as_one_that_was_there(
    tmp_path: Path, quiet: pytest.LogCaptureFixture, name: str
) -> None:
    struck(tmp_path / "whole", name)
    write_clean(tmp_path / "clean")
    logs = tmp_path / "logs"
    write_run(logs / "b", range(0, 400, 10), ROWS, DIMS)
    (logs / "a").mkdir()
    whole = [(path.name, path.read_bytes()) for path in sorted((tmp_path / "whole" / "a").iterdir())]
    rounds = 12
    with served(logs) as (client, plugin):
        plugin._follower.stop()
        counts = []
        for part in range(1, rounds + 1):
            for at, (file, content) in enumerate(whole):
                done = part if at == 0 else 2 * part - rounds  # a second file is begun when the first is half
                if done > 0:
                    (logs / "a" / file).write_bytes(content[: len(content) * done // rounds])
            look(plugin._index)
            told = info_of(ask(client, "updates")[1])
            counts.append(told["snapshots"] if told else 0)
            for route in ROUTES:
                assert ask(client, route)[0] in (200, 404)
        if name != "second_writer":  # until the first goes on writing, the second looks like a restart
            assert counts == sorted(counts)
        check(client, logs / "a", OUTCOMES[name])
        check_values(plugin, logs / "a", *(tmp_path / "clean" / "a").iterdir(), name, OUTCOMES[name])


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_done_to_a_run_that_was_read_is_found_or_harmless(
    tmp_path: Path, quiet: pytest.LogCaptureFixture, name: str
) -> None:
    write_clean(tmp_path)
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        for route in ROUTES:
            assert ask(client, route, step=STEP)[0] == 200
        generation = info_of(ask(client, "runs")[1])["generation"]
        do(name, tmp_path / "a")
        for _ in range(2):
            look(plugin._index)
            for route in ROUTES:
                assert ask(client, route, step=STEP)[0] in (200, 404)
        if name == "permission_denied":
            info = info_of(ask(client, "runs")[1])
            assert (info["snapshots"], len(info["damaged"])) == (len(CLEAN), 1)
            for route in ("model", "stats", "positions", "norms at a step"):
                status, words = ask(client, route)
                assert (status, f"can't be opened: {DENIED}" in words) == (404, True)
            assert ask(client, "scalars of a tag")[0] == 200
        elif name not in UNSEEN:
            check(client, tmp_path / "a", OUTCOMES[name])
            if name != "deleted_file":
                assert info_of(ask(client, "runs")[1])["generation"] > generation


def test_rows_that_are_not_finite_are_told_as_such_and_the_others_stay(tmp_path: Path) -> None:
    struck(tmp_path, "nonfinite")
    with served(tmp_path) as (client, _):
        _, (header, arrays) = ask(client, "positions")
        finite = np.isfinite(arrays["positions"]).all(axis=2)  # [T, R]
        assert finite[: len(BEFORE)].all()
        assert not finite[len(BEFORE) :, 1::2].any()
        assert finite[len(BEFORE) :, 2::2].all()
        assert np.isfinite([*header["basis"]["variance_ratios"], header["basis"]["radius"]]).all()
        _, (_, curve) = ask(client, "scalars of a tag")
        assert not np.isfinite(curve["values"][len(BEFORE) :]).any()
        _, (_, stats) = ask(client, "stats")
        assert np.isinf(stats["stats"][len(BEFORE) :, 0]).any()
        assert np.isnan(stats["stats"][len(BEFORE) :, 0]).any()


def test_a_model_without_a_record_is_told_by_its_snapshots_until_the_record_comes(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.snapshots(0, 1, rows=ROWS, dims=DIMS)
    with served(tmp_path) as (client, plugin):
        plugin._follower.stop()
        _, model = ask(client, "model")
        (embedding,) = model["embeddings"]
        assert (embedding["path"], embedding["shape"], embedding["labels"]) == (EMBEDDING, [ROWS, DIMS], None)
        assert [layer["path"] for layer in model["layers"]] == ["layer 0", "layer 1"]
        assert len(model["stats"]) == ask(client, "stats")[1][1]["stats"].shape[2]
        writer.append(model_event(ROWS, DIMS))
        plugin._index.poll()
        assert ask(client, "model")[1]["session_id"] == "first"
        assert info_of(ask(client, "runs")[1])["damaged"] == []


def test_a_run_of_which_everything_is_of_a_later_format_is_listed_and_says_so(tmp_path: Path) -> None:
    newer = [one.replace(b'{"format": 1}', b'{"format": 2}') for one in (model_event(), snapshot_event(0))]
    RunWriter(tmp_path / "a").append(*newer)
    with served(tmp_path) as (client, plugin):
        info = info_of(ask(client, "runs")[1])
        assert "upgrade tensorboard-plugin-paramviz" in info["damaged"][0]
        assert info["snapshots"] == 0
        assert plugin.is_active()
        assert ask(client, "runs")[1]["other_runs"] == []


def test_of_many_records_that_cannot_be_read_three_are_told_and_the_others_counted(tmp_path: Path) -> None:
    writer = write_run(tmp_path / "a", range(8), loss=False)
    for step in (2, 3, 4, 6, 7):
        strike(tmp_path / "a", "corrupt_payload", step)
    run = index_of(tmp_path).runs["a"]
    assert [re.sub(r" \(.*", "", sentence) for sentence in run.damaged[:3]] == [
        f"{writer.path.name}: a record after step {step}" for step in (1, 1, 1)
    ]
    assert run.damaged[3:] == [f"{writer.path.name}: 2 more records could not be read"]


def test_a_file_closed_to_others_is_told_to_whom_it_is_closed() -> None:
    """chmod keeps everybody out but root: asked as nobody."""
    with tempfile.TemporaryDirectory() as directory:
        logdir = Path(directory)
        logdir.chmod(0o755)
        write_clean(logdir)
        strike(logdir / "a", "permission_denied")
        code = (
            "import os, sys, json\n"
            f"sys.path[:0] = {[str(Path(__file__).parent / part) for part in ('', 'web')]}\n"
            "from server import PREFIX, served\n"
            "import tensorboard.backend.application, encodings.idna\n"
            "os.geteuid() == 0 and os.setuid(65534)\n"
            f"with served({str(logdir)!r}) as (client, _):\n"
            "    print(json.dumps([json.loads(client.get(PREFIX + 'runs').get_data()),\n"
            "        [client.get(PREFIX + route + '?run=a').status_code for route in ('model', 'stats', 'scalars')]]))"
        )
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
        runs, statuses = json.loads(done.stdout)
        (path,) = (logdir / "a").iterdir()
        assert info_of(runs)["damaged"] == [f"{path.name} can't be read: Permission denied"]
        assert info_of(runs, "b")["snapshots"] == len(CLEAN)
        assert statuses == [404, 404, 200]


def test_two_hundred_megabytes_of_another_plugin_are_passed_over(tmp_path: Path) -> None:
    struck_run = tmp_path / "a"
    write_run(struck_run, range(0, 400, 10), ROWS, DIMS)
    assert strike(struck_run, "foreign_record", 60) == 60
    assert next(struck_run.iterdir()).stat().st_size > 200_000_000
    index = index_of(tmp_path)
    assert steps_of(index, "a") == CLEAN
    assert index.runs["a"].damaged == []


def test_the_simulator_does_a_fault_at_its_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import simulator

    size = ["--steps", "100", "--snapshots", "11", "--rows", "10", "--dims", "4", "--layers", "1"]
    whole = ["--logdir", str(tmp_path / "whole"), *size]
    assert simulator.main(whole) == 0
    assert simulator.main(["--logdir", str(tmp_path / "a"), *size, "--fault", "corrupt_payload:60"]) == 0
    index = index_of(tmp_path)
    (missing,) = set(steps_of(index, "whole")) - set(steps_of(index, "a"))
    assert missing == min(step for step in steps_of(index, "whole") if step >= 60)
    assert simulator.main(["--logdir", str(tmp_path / "two"), *size, "--fault", "second_writer:20"]) == 0
    look(index)
    assert re.search(r"\(sessions (\S+), \1-2\)", index.runs["two"].damaged[0])
    assert set(steps_of(index, "two")) > set(steps_of(index, "whole"))
    capsys.readouterr()
    for wrong, fix in (("fire", "half_written, corrupt_payload"), ("zero_tail:x", "zero_tail:860")):
        with pytest.raises(SystemExit):
            simulator.main(["--logdir", str(tmp_path / "b"), "--fault", wrong])
        assert fix in capsys.readouterr().err


def test_a_run_without_our_records_stays_one_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    """Other plugins' records in the run next door are no business of ours, whatever is wrong with them."""
    writer = RunWriter(tmp_path / "theirs")
    writer.append(scalar_event("loss", 1.0, 0))
    data = writer.path.read_bytes()
    writer.path.write_bytes(data + bytes(100))
    write_run(tmp_path / "b", range(3))
    with served(tmp_path) as (client, _):
        reply = ask(client, "runs")[1]
        assert ([info["run"] for info in reply["runs"]], reply["other_runs"]) == (["b"], ["theirs"])
