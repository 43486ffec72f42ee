"""Processes that end in every way a process ends: what was written is readable, and only the tail may be missing."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from looking import index_of, steps_of
from own_process import HEAD, script
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from toy_models import read

from tensorboard_plugin_paramviz.capture.background import QUEUE_SIZE
from tensorboard_plugin_paramviz.reader import SnapshotReader

#: Children by fork, each of which watches a model whose snapshots are large and tells how many it has written. `torn`:
#: after so many records the next is written half, and the process dies there.
CHILDREN = """
    import json, mmap, struct, traceback
    from tensorboard.compat.tensorflow_stub.io.gfile import LocalFileSystem
    from tensorboard_plugin_paramviz.capture import background, event_file

    def train_for_ever(folder, shared, start, told, torn):
        model = nn.Embedding(3000, 256)
        model.weight.grad = torch.randn(3000, 256)
        if torn:
            tear(torn)
        writer = SummaryWriter(folder) if shared else folder
        viz = watch(model, writer, every=1, max_overhead=None, rows=3000, max_bytes=1_000_000)
        background.PATIENCE_SECS = 60.0  # on a busy machine, too, no snapshot is left out
        for step in range(start, start + 100_000):
            viz.step(step)
            told[:8] = struct.pack("<q", start + viz.snapshots)

    def tear(torn):
        count = [0]
        def cut(write):
            count[0] += 1
            if count[0] == torn:
                write()
                os.kill(os.getpid(), signal.SIGKILL)
        whole = LocalFileSystem._write
        def theirs(self, filename, content, mode):
            cut(lambda: whole(self, filename, content[: len(content) // 2], mode))
            whole(self, filename, content, mode)
        LocalFileSystem._write = theirs
        class Torn(event_file.io.FileIO):
            def write(self, content):
                cut(lambda: super(Torn, self).write(content[: len(content) // 2]))
                return super().write(content)
        event_file.io.FileIO = Torn

    def killed(folder, shared, start, torn=0, after=0.0):
        told = mmap.mmap(-1, 8)
        child = os.fork()
        if child == 0:
            try:
                train_for_ever(folder, shared, start, told, torn)
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        if not torn:
            while struct.unpack("<q", told[:8])[0] < start + 2:
                assert os.waitpid(child, os.WNOHANG) == (0, 0), "it died by itself"
                time.sleep(0.002)
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        return struct.unpack("<q", told[:8])[0]
"""


@pytest.mark.parametrize("shared", [False, True], ids=["own file", "the user's writer"])
def test_a_run_killed_again_and_again_is_readable_and_goes_on_where_it_was_resumed(
    tmp_path: Path, shared: bool
) -> None:
    logdir = tmp_path / "run"
    done = script(
        f"""
        start, told = 0, []
        for generation in range(4):
            time.sleep(1.0 if generation else 0.0)  # files have the second in their names
            torn = 6 if generation % 2 else 0
            written = killed(logdir, {shared}, start, torn, after=random.random() * 0.1)
            told.append([start, written])
            start = written - 1  # the state saved lies a little before the death
        print(json.dumps(told))
        """,
        logdir,
        head=HEAD + CHILDREN,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    steps = steps_of(index_of(tmp_path), "run")
    assert steps == list(range(steps[-1] + 1)), "a step is missing, or voided ones are still there"
    assert steps[-1] >= told[-1][1] - 1, "what was told to be written is not there"
    assert told[-1][0] >= 3
    run = index_of(tmp_path).runs["run"]
    assert run.damaged == []
    reader = SnapshotReader(run)
    assert reader.embedding(reader.embedding_paths()[0], len(steps) - 1).rows.values.shape[0] > 1000
    theirs = EventAccumulator(str(logdir), size_guidance={"tensors": 0}).Reload()
    assert {"paramviz/model", "paramviz/stats"} <= set(theirs.Tags()["tensors"])
    assert theirs.Tensors("paramviz/stats")[-1].step == steps[-1]


#: name: (what the child does after twenty recorded steps, its exit status, may the queue be lost).
ENDINGS = {
    "falls off the end": ("", 0, False),
    "sys.exit": ("sys.exit(3)", 3, False),
    "an exception": ("raise RuntimeError('of the script')", 1, False),
    "an exit in a loop that watches": ("with viz: sys.exit(4)", 4, False),
    "Ctrl-C": ("signal.raise_signal(signal.SIGINT)", -signal.SIGINT, False),
    "the user's own handler of SIGTERM": (
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)",
        5,
        False,
    ),
    "training in a thread": (
        "t = threading.Thread(target=train, args=(model, optimizer, viz, 5, 20)); t.start(); t.join()",
        0,
        False,
    ),
    "a thread that outlives the script": (
        "threading.Thread(target=lambda: (time.sleep(0.3), train(model, optimizer, viz, 5, 20))).start()",
        0,
        False,
    ),
    "the user's writer closed first": ("writer.close()", 0, False),
    "everything let go of": ("del viz, writer, model, optimizer; import gc; gc.collect()", 0, False),
    "SIGTERM": ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)", -signal.SIGTERM, True),
    "os._exit": ("os._exit(6)", 6, True),
}


def test_however_a_script_ends_it_ends_at_once_and_what_was_logged_is_there(tmp_path: Path) -> None:
    done = script(
        f"""
        # One after the other; each child runs to the very end of an interpreter: threads, exit handlers, and all.
        endings, statuses = {ENDINGS!r}, {{}}
        for name, (ending, status, _) in endings.items():
            child = os.fork()
            if child == 0:
                break
            statuses[name] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if child:
            print(json.dumps(statuses))
        else:
            model = Gpt()
            optimizer = adam(model)
            writer = SummaryWriter(os.path.join(logdir, name)) if len(name) % 2 or "writer" in name else None
            viz = watch(model, writer or os.path.join(logdir, name), optimizer=optimizer, every=1, max_overhead=None)
            train(model, optimizer, viz, 20)
            exec(ending)
        """,
        tmp_path,
        head=HEAD + CHILDREN,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: status for name, (_, status, _) in ENDINGS.items()}
    assert "paramviz" not in done.stderr.replace("paramviz-writer", "").replace(str(tmp_path), "")
    for name, (_, _, queue_is_lost) in ENDINGS.items():
        steps = [snapshot.step for snapshot in read(tmp_path / name)[1]]
        whole = 25 if "thread" in name else 20
        assert steps == list(range(len(steps))), name
        assert len(steps) >= whole - (QUEUE_SIZE + 1 if queue_is_lost else 0), name


def test_children_forked_at_any_moment_end_normally_and_leave_the_parents_files_alone(tmp_path: Path) -> None:
    done = script(
        """
        model = Gpt()
        optimizer = adam(model)
        writer = SummaryWriter(os.path.join(logdir, "shared"))
        with (
            watch(model, writer, optimizer=optimizer, every=1, max_overhead=None, strict=True) as viz,
            watch(model, os.path.join(logdir, "own"), every=1, max_overhead=None, strict=True) as own,
        ):
            for step in range(40):
                train(model, optimizer, viz, 1, start=step)
                own.step(step)
                if step % 8 == 1 and not (child := os.fork()):
                    train(model, optimizer, viz, 1, start=100)  # silent: the files are the parent's
                    own.close()
                    with watch(model, os.path.join(logdir, f"child {step}"), every=1) as ours:
                        train(model, optimizer, ours, 2)
                    break
                if step % 8 == 1:
                    assert os.waitpid(child, 0)[1] == 0
        """,
        tmp_path,
        head=HEAD,
    )
    assert done.returncode == 0, done.stderr
    for name in ("shared", "own"):
        assert [snapshot.step for snapshot in read(tmp_path / name)[1]] == list(range(40)), name
    for step in range(1, 40, 8):
        assert [snapshot.step for snapshot in read(tmp_path / f"child {step}")[1]] == [0, 1]
