"""`watch()` from a user's side: three lines, nothing changed, everything there."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from toy_models import Gpt, adam, events, read, train

from tensorboard_plugin_paramviz import Watcher, watch
from tensorboard_plugin_paramviz.record import STATS


def opened(model: nn.Module, target: object, optimizer: torch.optim.Optimizer) -> Watcher:
    return watch(model, target, optimizer=optimizer, every=1, max_overhead=None, strict=True)


def test_three_lines_record_the_model_and_every_step(tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    with SummaryWriter(str(tmp_path)) as writer, opened(model, writer, optimizer) as viz:
        expected = train(model, optimizer, viz, 20)
    (record,), snapshots, losses = read(tmp_path)
    assert viz.snapshots == 20
    assert record.session_id == viz.session_id
    assert record.model_class == "Gpt"
    assert record.optimizer["name"] == "AdamW"
    assert record.optimizer["groups"][0]["lr"] == 0.01
    assert record.optimizer["groups"][0]["betas"] == [0.9, 0.999]
    assert record.schedule["every"] == 1
    assert [snapshot.step for snapshot in snapshots] == list(range(20))
    assert [losses[step] for step in range(20)] == pytest.approx(expected)
    for snapshot in snapshots:
        assert snapshot.stats.shape == (len(record.layers), len(STATS))
        tied = [layer.tied_to is not None for layer in record.layers]
        np.testing.assert_array_equal(np.isnan(snapshot.stats).all(axis=1), tied)
        assert set(snapshot.embeddings) == {"transformer.wte", "transformer.wpe"}
    assert [snapshot.self_cost.interval_steps for snapshot in snapshots[:3]] == [0, 1, 1]
    assert snapshots[5].self_cost.capture_secs > 0
    assert snapshots[5].self_cost.write_secs > 0
    assert len(list(tmp_path.iterdir())) == 1  # one file, shared with the user's writer


def test_the_size_said_is_the_size_written(tmp_path) -> None:
    model = Gpt()
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        train(model, adam(model), viz, 2)
    sizes = [event.summary.ByteSize() for event in events(tmp_path) if len(event.summary.value) > 1]
    assert sizes == [snapshot.self_cost.snapshot_bytes for snapshot in read(tmp_path)[1]]


def run(tmp_path, watched: bool) -> tuple[list[float], list[torch.Tensor], object]:
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)
    model = Gpt(dropout=0.2)
    optimizer = adam(model)
    viz = watch(model, tmp_path, optimizer=optimizer, every=2, max_overhead=None, strict=True) if watched else None
    losses = train(model, optimizer, viz, 30)
    if viz is not None:
        viz.close()
        assert viz.snapshots == 15
    states = (torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist())
    return losses, [parameter.detach() for parameter in model.parameters()], states


def test_training_is_the_same_to_the_bit_with_and_without(tmp_path) -> None:
    losses, weights, states = run(tmp_path, watched=False)
    watched_losses, watched_weights, watched_states = run(tmp_path, watched=True)
    assert losses == watched_losses
    assert all(torch.equal(a, b) for a, b in zip(weights, watched_weights, strict=True))
    assert states == watched_states


def test_nothing_is_left_on_the_users_objects(tmp_path) -> None:
    model = Gpt()
    optimizer = adam(model)
    writer = SummaryWriter(str(tmp_path))
    objects = [model, *model.modules(), *model.parameters(), optimizer, writer]
    before = [sorted(vars(thing)) for thing in objects]
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    viz = watch(model, writer, optimizer=optimizer, strict=True)
    train(model, optimizer, viz, 2)
    assert not any(getattr(module, name) for module in model.modules() for name in hooks)
    assert not any(parameter._backward_hooks for parameter in model.parameters())
    viz.close()
    assert [sorted(vars(thing)) for thing in objects] == before
    writer.add_scalar("loss", 1.0, 5)  # the writer is still the user's, and open
    writer.close()
    assert [value.tag for event in events(tmp_path) for value in event.summary.value].count("loss") == 1


class NotAWriter:
    def add_scalar(self) -> None: ...


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": [nn.Linear(1, 1)]}, TypeError, "needs the torch.nn.Module itself.*got a list"),
        ({"model": nn.Linear}, TypeError, "got the class Linear"),
        ({"writer_or_logdir": NotAWriter()}, TypeError, "got a NotAWriter; pass a SummaryWriter or a logdir"),
        ({"writer_or_logdir": ""}, ValueError, "logdir is empty"),
        ({"writer_or_logdir": "/dev/null/run"}, OSError, "can't write to '/dev/null/run'.*pass another logdir"),
        ({"every": 0}, ValueError, "must be 1 or more"),
        ({"every": "sometimes"}, TypeError, 'an int, "auto", or a function'),
        ({"level": "most"}, ValueError, "one of 'light', 'standard', 'full'"),
        ({"max_overhead": 5}, ValueError, "at most 0.05.*None for no limit"),
        ({"max_bytes": 2_000_000}, ValueError, "at most 1_000_000"),
        ({"max_overhead": "1%"}, TypeError, "such as 0.01"),
        ({"max_bytes": 100}, ValueError, "too small.*at least max_bytes="),
        ({"max_bytes": 1e6}, TypeError, "max_bytes=1000000.0 must be an int"),
        ({"rows": 0}, ValueError, "rows=0 must be 1 or more"),
        ({"labels": ["a"]}, ValueError, "1 labels for the 65 rows"),
        ({"optimizer": "adam"}, TypeError, "must be a torch.optim.Optimizer or a list of them, got a str"),
        ({"optimizer": adam(nn.Linear(1, 1))}, ValueError, "holds none of the model's parameters"),
    ],
)
def test_a_wrong_argument_is_told_at_once_in_one_line(tmp_path, change, error, message) -> None:
    arguments = {"model": Gpt(), "writer_or_logdir": tmp_path} | change
    model, writer = arguments.pop("model"), arguments.pop("writer_or_logdir")
    with pytest.raises(error, match=message) as raised:
        watch(model, writer, **arguments)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_an_int_schedule_is_stretched_to_the_overhead_and_says_so_once(tmp_path, caplog) -> None:
    model = Gpt()
    viz = watch(model, tmp_path, every=1, max_overhead=0.01, strict=True)
    viz._recording._governor.spend(100.0)
    train(model, adam(model), viz, 5)
    viz.close()
    assert viz.snapshots == 0
    assert caplog.text.count("Ask for fewer, or pass max_overhead=None") == 1


def test_only_rank_zero_records(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    model = Gpt()
    with watch(model, tmp_path / "run", optimizer=adam(model)) as viz:
        train(model, adam(model), viz, 2)
    assert viz.snapshots == 0
    assert not (tmp_path / "run").exists()


def test_two_starts_in_one_directory_are_two_sessions(tmp_path) -> None:
    for start in (0, 3):
        model = Gpt()
        with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
            train(model, adam(model), viz, 5, start)
    models, snapshots, _ = read(tmp_path)
    assert len({model.session_id for model in models}) == 2
    assert [snapshot.step for snapshot in snapshots] == [0, 1, 2, 3, 4, 3, 4, 5, 6, 7]


def test_levels_record_what_they_say(tmp_path) -> None:
    model = Gpt()
    for level in ("light", "full"):
        with watch(model, tmp_path / level, every=1, level=level, strict=True) as viz:
            train(model, adam(model), viz, 1)
    light, full = (read(tmp_path / level)[1][0] for level in ("light", "full"))
    assert light.embeddings == {}
    assert set(np.array(STATS)[~np.isnan(light.stats).all(axis=0)]) == {"weight_norm", "weight_rms", "grad_norm"}
    assert full.embeddings
    assert full.probe is not None
    assert light.probe is None


def test_a_call_after_zero_grad_is_pointed_out_once(tmp_path, caplog) -> None:
    model = Gpt()
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        viz.step(0)
        viz.step(1)
    assert caplog.text.count("call it before optimizer.zero_grad()") == 1
    assert viz.snapshots == 2


def test_a_wrapped_optimizer_is_looked_into(tmp_path) -> None:
    class Wrapper:
        def __init__(self, optimizer: torch.optim.Optimizer) -> None:
            self.optimizer = optimizer

    model = Gpt()
    optimizer = adam(model)
    with watch(model, tmp_path, optimizer=Wrapper(optimizer), every=1, max_overhead=None, strict=True) as viz:
        train(model, optimizer, viz, 1)
    assert np.nanmin(read(tmp_path)[1][0].stats[:, STATS.index("update_norm")]) > 0


def test_a_replaced_parameter_is_followed(tmp_path) -> None:
    model = nn.Linear(2, 2, bias=False)
    with watch(model, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        viz.step(0)
        model.load_state_dict({"weight": torch.full((2, 2), 3.0)}, assign=True)
        viz.step(1)
    assert read(tmp_path)[1][1].stats[0, 0] == pytest.approx(6.0)


def test_the_record_is_plain_json_whatever_the_optimizer_holds(tmp_path) -> None:
    model = Gpt()
    optimizer = torch.optim.AdamW(model.parameters(), lr=torch.tensor(0.5), eps=float("inf"))
    watch(model, tmp_path, optimizer=optimizer, every=lambda step: True).close()
    ((record,), _, _) = read(tmp_path)
    assert record.optimizer["groups"][0] | {"lr": 0.5, "eps": None} == record.optimizer["groups"][0]
    assert json.loads(record.to_json())["schedule"]["every"] == "<lambda>"


def test_a_closed_watcher_is_silent(tmp_path) -> None:
    viz: Watcher = watch(Gpt(), tmp_path)
    viz.close()
    viz.close()
    viz.step(3)
    assert viz.snapshots == 0


def test_a_loss_of_any_number_kind_travels_and_what_is_none_costs_no_snapshot(tmp_path) -> None:
    losses = [1.5, np.float32(2.5), np.array(3.5), torch.tensor([4.0, 5.0]), float("inf"), "low", None]
    with watch(Gpt(), tmp_path, every=1, max_overhead=None, strict=True) as viz:
        for step, loss in enumerate(losses):
            viz.step(step, loss=loss)  # type: ignore[arg-type]
    assert [snapshot.loss for snapshot in read(tmp_path)[1]] == [1.5, 2.5, 3.5, 4.5, float("inf"), None, None]


def test_steps_of_any_whole_number_kind_are_recorded_once_each(tmp_path) -> None:
    with watch(Gpt(), tmp_path, every=1, max_overhead=None, strict=True) as viz:
        for step in (torch.tensor(0), np.int64(1), 1, 1, 2, 2**40):
            viz.step(step)  # type: ignore[arg-type]
    assert [snapshot.step for snapshot in read(tmp_path)[1]] == [0, 1, 2, 2**40]


def test_steps_that_begin_again_with_each_pass_over_the_data_are_pointed_out_once(tmp_path, caplog) -> None:
    with watch(Gpt(), tmp_path, every=1, max_overhead=None) as viz:
        for _ in range(3):
            for step in range(4):
                viz.step(step)
    assert caplog.text.count("count the steps through the whole training") == 1
    assert "viz.step(0) comes after viz.step(3)" in caplog.text


def test_a_second_watcher_of_one_run_is_pointed_out_unless_the_first_was_closed(tmp_path, caplog) -> None:
    watch(Gpt(), tmp_path).close()
    with watch(Gpt(), tmp_path), watch(Gpt(), tmp_path / "other"):
        assert caplog.text == ""
        watch(nn.Linear(2, 2), tmp_path).close()
        assert "recorded by another watcher already" in caplog.text


def test_a_default_device_of_the_users_is_not_ours(tmp_path) -> None:
    table = nn.Embedding(5, 4, sparse=True)
    with watch(table, tmp_path, every=1, max_overhead=None, strict=True) as viz:
        table(torch.empty(0, dtype=torch.long)).sum().backward()
        with torch.device("meta"):
            viz.step(0)
    assert read(tmp_path)[1][0].stats[0, STATS.index("grad_norm")] == 0
