"""Every logged step is there whichever loader TensorBoard uses, and its own tabs work beside ours."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from event_files import EMBEDDING, write_run
from serving import tensorboard

from tensorboard_plugin_paramviz.web import binary


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as reply:
        return bytes(reply.read())


def wait_for_run(ours: str, snapshots: int) -> None:
    cursor = 0
    for _ in range(30):
        update = json.loads(fetched(f"{ours}updates?cursor={cursor}&wait=2"))
        if any(run["snapshots"] == snapshots for run in update["runs"]):
            return
        cursor = update["cursor"]
    raise AssertionError(f"the run never had {snapshots} snapshots: {update}")


@pytest.mark.parametrize("fast", ["true", "false"])
def test_a_thousand_snapshots_are_a_thousand_steps_step_zero_among_them(tmp_path: Path, fast: str) -> None:
    write_run(tmp_path / "a", range(1000))
    with tensorboard(tmp_path, f"--load_fast={fast}") as address:
        ours = f"{address}/data/plugin/paramviz/"
        wait_for_run(ours, 1000)
        header, arrays = binary.decode(fetched(f"{ours}positions?run=a&embedding={EMBEDDING}"))
        assert arrays["steps"].tolist() == list(range(1000))
        assert header["total"] == 1000
        _, stats = binary.decode(fetched(f"{ours}stats?run=a"))
        assert stats["steps"].tolist() == list(range(1000))

        plugins = json.loads(fetched(f"{address}/data/plugins_listing"))
        assert plugins["paramviz"]["enabled"]
        assert plugins["paramviz"]["tab_name"] == "Param Viz"
        tags = {}
        for _ in range(50):  # TensorBoard's own loader takes its time
            tags = json.loads(fetched(f"{address}/data/plugin/scalars/tags"))
            if tags.get("a"):
                break
        assert set(tags["a"]) == {"train/loss", "val/loss"}
        curve = json.loads(fetched(f"{address}/data/plugin/scalars/scalars?run=a&tag=train%2Floss"))
        assert curve[-1][1] == 999


def test_logdir_spec_names_runs_as_tensorboard_does(tmp_path: Path) -> None:
    write_run(tmp_path / "one", range(3))
    with tensorboard(tmp_path, f"--logdir_spec=x:{tmp_path / 'one'}") as address:
        wait_for_run(f"{address}/data/plugin/paramviz/", 3)
        ours = json.loads(fetched(f"{address}/data/plugin/paramviz/runs"))
        assert [run["run"] for run in ours["runs"]] == ["x/."]
        runs = []
        for _ in range(100):
            runs = json.loads(fetched(f"{address}/data/runs"))
            if runs:
                break
        assert runs == ["x/."]
