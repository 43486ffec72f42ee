"""`probe`: what each block did with the fixed batch, as it was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from event_files import EMBEDDING, RunWriter, model_record, snapshot_at, write_run
from server import PREFIX, get_binary, served
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_plugin_paramviz.record import LayerInfo, encode_model, encode_snapshot
from tensorboard_plugin_paramviz.record.names import PROBE_STATS


def of_blocks(*blocks: int) -> bytes:
    layers = (LayerInfo(EMBEDDING, "token_embedding", None, (5, 4), "float32", 20),)
    layers += tuple(LayerInfo(f"h.{block}.mlp", "mlp_up", block, (8, 4), "float32", 32) for block in blocks)
    return Event(wall_time=1000.0, summary=encode_model(replace(model_record(), layers=layers))).SerializeToString()


def probed(step: int, probe: np.ndarray | None) -> bytes:
    summary = encode_snapshot(replace(snapshot_at(step), stats=None, probe=probe))
    return Event(wall_time=1000.0 + step, step=step, summary=summary).SerializeToString()


def test_each_block_is_told_at_the_steps_it_was_measured(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((3, 2, len(PROBE_STATS)), np.float32)
    writer = RunWriter(tmp_path / "a")
    writer.append(of_blocks(0, 7))
    for step in range(9):
        writer.append(probed(step, values[step // 4] if step % 4 == 0 else None))
    with served(tmp_path) as (client, _):
        header, arrays = get_binary(client, "probe?run=a")
    assert (header["blocks"], header["stats"]) == ([0, 7], list(PROBE_STATS))
    assert arrays["steps"].tolist() == [0, 4, 8]
    np.testing.assert_array_equal(arrays["probe"], values)


def test_columns_that_were_not_written_are_not_measured(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(of_blocks(0), probed(0, np.ones((1, 2), np.float32)))
    with served(tmp_path) as (client, _):
        _, arrays = get_binary(client, "probe?run=a")
    np.testing.assert_array_equal(arrays["probe"], [[[1, 1, np.nan, np.nan]]])


def test_a_probe_of_other_blocks_than_the_models_is_not_shown(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "a")
    writer.append(of_blocks(0, 1, 2), probed(0, np.ones((2, 4), np.float32)))
    write_run(tmp_path / "b", range(2))
    with served(tmp_path) as (client, _):
        for run in ("a", "b"):
            header, arrays = get_binary(client, f"probe?run={run}")
            assert (len(arrays["steps"]), arrays["probe"].shape) == (0, (0, len(header["blocks"]), 4))
        assert client.get(PREFIX + "probe?run=c").status_code == 404
