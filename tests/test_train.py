"""train.py: it learns, resumes to the bit, stops on request, survives a full disk, and answers mistakes in one line."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.nn import functional

import train
import train_model
import train_options

ROOT = Path(train.__file__).parent
SIZES = {"layers": 1, "heads": 2, "width": 16, "block-size": 8, "batch-size": 4, "warmup": 5, "lr": 0.01}
TINY = ["--device", "cpu", *(word for name, size in SIZES.items() for word in (f"--{name}", str(size)))]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("The cat sat on the mat. " * 40)
    return path


def events(logdir: Path) -> EventAccumulator:
    accumulator = EventAccumulator(str(logdir), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    return accumulator


def scalars(logdir: Path, tag: str) -> dict[int, float]:
    return {event.step: event.value for event in events(logdir).Scalars(tag)}


def weights(logdir: Path) -> dict[str, torch.Tensor]:
    return torch.load(logdir / "ckpt.pt", weights_only=True)["model"]


def start(*arguments: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "train.py"), *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, **options)  # type: ignore[call-overload]


def test_a_run_learns_and_logs_every_step_beside_the_snapshots(tmp_path: Path, text: Path) -> None:
    logdir = tmp_path / "run"
    arguments = [
        "--dataset",
        str(text),
        "--logdir",
        str(logdir),
        "--steps",
        "60",
        "--eval-every",
        "20",
        "--every",
        "10",
    ]
    assert train.main([*TINY, *arguments]) == 0
    characters = sorted(set(text.read_text()))
    loss = scalars(logdir, "train/loss")
    assert list(loss) == list(range(60))
    assert loss[0] == pytest.approx(np.log(len(characters)), rel=0.05)
    assert loss[59] < 0.6 * loss[0]
    assert list(scalars(logdir, "val/loss")) == [0, 20, 40, 60]
    rate = scalars(logdir, "train/lr")
    assert list(rate) == list(range(60))
    assert max(rate.values()) == pytest.approx(1e-2)
    assert {"train/grad_norm", "train/tokens_per_sec"} <= set(events(logdir).Tags()["scalars"])
    tensors = events(logdir)
    record = json.loads(tensors.Tensors("paramviz/model")[0].tensor_proto.string_val[0])
    tokens = next(table for table in record["embeddings"] if table["path"] == "transformer.wte")
    assert tokens["labels"] == characters
    assert sum(tokens["counts"]) == len(text.read_text()) * 9 // 10
    assert len(tensors.Tensors("paramviz/stats")) >= 2


def test_recording_and_validating_more_often_leaves_the_weights_the_same_to_the_bit(tmp_path: Path, text: Path) -> None:
    common = [*TINY, "--dataset", str(text), "--steps", "25", "--dropout", "0.2"]
    assert train.main([*common, "--logdir", str(tmp_path / "often"), "--every", "1", "--eval-every", "1"]) == 0
    assert train.main([*common, "--logdir", str(tmp_path / "rare"), "--every", "1000", "--eval-every", "1000"]) == 0
    often, rare = weights(tmp_path / "often"), weights(tmp_path / "rare")
    assert all(torch.equal(often[name], rare[name]) for name in rare)
    other = tmp_path / "other"
    assert train.main([*common, "--logdir", str(other), "--seed", "1"]) == 0
    assert not torch.equal(weights(other)["lm_head.weight"], rare["lm_head.weight"])


def test_ctrl_c_saves_and_a_resumed_run_ends_with_the_weights_of_an_undisturbed_one(tmp_path: Path, text: Path) -> None:
    steps = 800
    common = [*TINY, "--dataset", str(text), "--steps", str(steps), "--dropout", "0.1", "--every", "50"]
    stopped, straight = tmp_path / "stopped", tmp_path / "straight"
    child = start(*common, "--logdir", str(stopped))
    while child.poll() is None and not any(path.stat().st_size > 5000 for path in stopped.glob("*tfevents*")):
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=30)
    assert child.returncode == 130, errors
    assert "Stopped after" in output
    assert "--resume" in output
    assert "Traceback" not in errors
    done = torch.load(stopped / "ckpt.pt", weights_only=True)["step"]
    assert 0 < done < steps

    # Event files are ordered by the second in their name; a person who resumes takes longer than one.
    time.sleep(1.1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert train.main(["--resume", "--logdir", str(stopped)]) == 0
        assert train.main([*common, "--logdir", str(straight)]) == 0
    finally:
        torch.set_num_threads(threads)
    resumed, undisturbed = weights(stopped), weights(straight)
    assert all(torch.equal(resumed[name], undisturbed[name]) for name in undisturbed)
    assert scalars(stopped, "train/loss") == scalars(straight, "train/loss")

    with pytest.raises(SystemExit, match="2"):
        train.main(["--resume", "--logdir", str(stopped)])


def test_a_run_begun_anew_in_its_directory_hides_the_earlier_one(tmp_path: Path, text: Path) -> None:
    arguments = [*TINY, "--dataset", str(text), "--logdir", str(tmp_path / "run")]
    assert train.main([*arguments, "--steps", "20"]) == 0
    assert train.main([*arguments, "--steps", "10", "--seed", "3"]) == 0
    assert list(scalars(tmp_path / "run", "train/loss")) == list(range(10))


def test_a_full_disk_is_told_and_the_training_goes_on_to_its_end(tmp_path: Path, text: Path) -> None:
    limit = 20_000
    arguments = [*TINY, "--dataset", str(text), "--steps", "400", "--logdir", str(tmp_path / "run")]
    child = start(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    assert "400 steps, loss" in output
    assert errors.count("No scalars in") == 1
    assert "ckpt.pt can't be saved ([Errno 27] File too large)" in errors
    assert not list((tmp_path / "run").glob("ckpt*"))


def test_modular_addition_is_memorized_long_before_it_is_understood(tmp_path: Path) -> None:
    assert train.main(["--dataset", "modular", "--steps", "200", "--logdir", str(tmp_path), "--device", "cpu"]) == 0
    learned, held_out = scalars(tmp_path, "train/accuracy"), scalars(tmp_path, "val/accuracy")
    assert learned[0] < 0.1
    assert learned[200] > 0.99
    assert held_out[200] < 0.3
    assert list(scalars(tmp_path, "train/lr").values()) == pytest.approx([2e-3] * 200)
    assert torch.load(tmp_path / "ckpt.pt", weights_only=True)["options"]["weight_decay"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        ("--steps 0", "at least 1"),
        ("--steps many", "a whole number"),
        ("--lr nan", "--lr"),
        ("--dropout 1.5", "from 0 to 0.99"),
        ("--every sometimes", "or auto"),
        ("--max-overhead 0", "from 0.0001 to 0.05"),
        ("--width 130 --heads 4 --dataset python", "--width 132"),
        ("--dataset no/such/file", "a UTF-8 text file"),
        ("--dataset {tmp}/latin1.txt", "iconv"),
        ("--dataset {tmp}/short.txt", "give more text"),
        ("--dataset {tmp}", "train.bin"),
        ("--dataset modular --block-size 2", "leave it away"),
        ("--dataset python --logdir {tmp}/short.txt/run", "give another directory"),
        ("--dataset python --logdir /proc/nowhere", "give another directory"),
        ("--device tpu", "choose from"),
        ("--resume", "add --logdir"),
        ("--resume --logdir {tmp}", "start without --resume"),
        ("--resume --logdir {tmp}/damaged", "start without --resume"),
        ("--unknown", "unrecognized arguments: --unknown"),
    ],
)
def test_a_wrong_argument_gets_one_line_that_names_the_fix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, fix: str
) -> None:
    (tmp_path / "latin1.txt").write_bytes("é".encode("latin1") * 1000)
    (tmp_path / "short.txt").write_text("To be")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "ckpt.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(SystemExit) as stop:
        train.main(arguments.format(tmp=tmp_path).split())
    assert stop.value.code == 2
    output = capsys.readouterr()
    assert output.err.count("\n") == 1
    assert fix in output.err
    assert output.out == ""


@pytest.mark.skipif(torch.cuda.is_available(), reason="the machine has CUDA")
def test_asking_for_cuda_where_there_is_none_says_what_to_give_instead(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        train.main(["--dataset", "python", "--device", "cuda"])
    assert "give --device cpu or auto" in capsys.readouterr().err


def test_what_a_resumed_run_may_not_change_is_refused_by_name(
    tmp_path: Path, text: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main([*TINY, "--dataset", str(text), "--steps", "5", "--logdir", str(tmp_path / "run")]) == 0
    capsys.readouterr()
    resume = ["--resume", "--logdir", str(tmp_path / "run"), "--steps", "10"]
    for wrong in (["--width", "32"], ["--dataset", "python"]):
        with pytest.raises(SystemExit, match="2"):
            train.main([*resume, *wrong])
        assert f"{wrong[0]} can't change on --resume" in capsys.readouterr().err
    text.write_text("Other letters: 0123456789. " * 40)
    with pytest.raises(SystemExit, match="2"):
        train.main(resume)
    assert "has other tokens" in capsys.readouterr().err


def tiny_model(dropout: float = 0.0) -> train.GPT:
    torch.manual_seed(0)
    return train.GPT(train.GPTConfig(11, 8, layers=2, heads=2, width=16, dropout=dropout)).eval()


def test_the_model_has_nanogpts_names_and_one_tied_table() -> None:
    model = tiny_model()
    names = {name for name, _ in model.named_parameters()}
    assert {
        "transformer.wte.weight",
        "transformer.wpe.weight",
        "transformer.h.1.ln_1.weight",
        "transformer.h.1.attn.c_attn.weight",
        "transformer.h.1.attn.c_proj.weight",
        "transformer.h.1.ln_2.weight",
        "transformer.h.1.mlp.c_fc.weight",
        "transformer.h.1.mlp.c_proj.weight",
        "transformer.ln_f.weight",
    } <= names
    assert model.lm_head.weight is model.transformer.wte.weight
    assert not any(name.endswith("bias") for name in names)


def test_attention_is_what_the_formula_says() -> None:
    attention = train_model.Attention(train_model.GPTConfig(11, 8, layers=1, heads=2, width=16, dropout=0.0)).eval()
    x = torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(1))  # [N, P, D]
    q, k, v = (x @ part.T for part in attention.c_attn.weight.split(16))  # each [N, P, D]
    expected = torch.zeros_like(x)
    for head in (slice(0, 8), slice(8, 16)):
        for position in range(8):
            scores = (q[:, position : position + 1, head] @ k[:, : position + 1, head].mT) / 8**0.5  # [N, 1, P]
            expected[:, position, head] = (scores.softmax(-1) @ v[:, : position + 1, head]).squeeze(1)
    torch.testing.assert_close(attention(x), expected @ attention.c_proj.weight.T)


def test_a_later_token_never_changes_an_earlier_prediction_and_unasked_targets_do_not_count() -> None:
    model = tiny_model()
    tokens = torch.arange(8).unsqueeze(0)  # [N, P]
    changed = tokens.clone()
    changed[0, 5] = 9
    logits, _ = model(tokens, tokens)
    other, _ = model(changed, tokens)
    assert torch.equal(logits[:, :5], other[:, :5])
    assert not torch.equal(logits[:, 5:], other[:, 5:])
    only_last = torch.full_like(tokens, -1)
    only_last[0, -1] = 3
    _, loss = model(tokens, only_last)
    torch.testing.assert_close(loss, -functional.log_softmax(logits[0, -1], 0)[3])


def options_for(*arguments: str) -> train.argparse.Namespace:
    options = train_options.build_parser().parse_args(arguments)
    train_options.fill_options(options, None)
    return options


def test_the_rate_warms_up_linearly_and_falls_to_a_tenth() -> None:
    options = options_for("--steps", "200", "--warmup", "20", "--lr", "0.5")
    rates = np.array([train.learning_rate(step, options) for step in range(200)])
    np.testing.assert_allclose(np.diff(rates[:20]), rates[0])
    assert rates.argmax() == 20
    assert rates[20] == 0.5
    assert (np.diff(rates[20:]) < 0).all()
    assert train.learning_rate(200, options) == pytest.approx(0.05)


def test_matrices_decay_and_gains_do_not() -> None:
    model = tiny_model()
    optimizer = train.build_optimizer(model, options_for("--weight-decay", "0.3"))
    decayed, free = optimizer.param_groups
    assert decayed["weight_decay"] == 0.3
    assert free["weight_decay"] == 0
    assert {parameter.dim() for parameter in decayed["params"]} == {2}
    assert {parameter.dim() for parameter in free["params"]} == {1}
    assert len(decayed["params"]) + len(free["params"]) == len(list(model.parameters()))


def test_exactly_three_places_of_the_script_are_ours() -> None:
    lines = (ROOT / "train.py").read_text().splitlines()
    assert sum("# PARAMVIZ (" in line for line in lines) == 3
