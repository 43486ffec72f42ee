"""The nanoGPT preset: labels and counts from the dataset's own files, everything else from `watch()`."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent / "capture"))
from toy_models import Gpt, adam, read, train

import nanogpt_writer
from nanogpt_writer import NanoGPTWriter, count_tokens

CHARACTERS = "\n !" + "".join(chr(code) for code in range(65, 127))
torch.set_num_threads(1)


@pytest.fixture
def meta(tmp_path) -> Path:
    path = tmp_path / "meta.pkl"
    itos = dict(enumerate(CHARACTERS))
    path.write_bytes(pickle.dumps({"vocab_size": len(itos), "itos": itos, "stoi": {c: i for i, c in itos.items()}}))
    return path


def test_a_run_carries_the_datasets_characters_and_counts(tmp_path, meta) -> None:
    assert len(CHARACTERS) == 65
    ids = np.random.default_rng(0).integers(0, 65, 5000).astype(np.uint16)
    ids.tofile(tmp_path / "train.bin")
    model = Gpt()
    optimizer = adam(model)
    options = {"meta_path": meta, "train_bin": tmp_path / "train.bin", "every": 1, "max_overhead": None, "strict": True}
    with NanoGPTWriter(model, tmp_path / "run", optimizer=optimizer, **options) as viz:
        train(model, optimizer, viz, 3)  # type: ignore[arg-type]
    (record,), snapshots, losses = read(tmp_path / "run")
    tokens = record.embeddings[0]
    assert tokens.labels == tuple(CHARACTERS)
    assert tokens.counts == tuple(np.bincount(ids, minlength=65).tolist())
    assert [snapshot.step for snapshot in snapshots] == [0, 1, 2] == list(losses)
    assert (viz.snapshots, viz.session_id) == (3, record.session_id)
    assert record.layers[-1].tied_to == "transformer.wte"


def test_padded_rows_are_called_unused(meta) -> None:
    labels = nanogpt_writer.meta_labels(meta, 70)
    assert labels[64:] == ["~", "<unused 65>", "<unused 66>", "<unused 67>", "<unused 68>", "<unused 69>"]


class Surprise:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a pickle", "is not a nanoGPT meta.pkl"),
        (pickle.dumps({"stoi": {}}), "no plain `itos`"),
        (pickle.dumps([1, 2]), "no plain `itos`"),
        (pickle.dumps({"itos": Surprise()}), "no plain `itos`"),
        (
            pickle.dumps({"itos": {0: "a", 65: "b"}}),
            "2 tokens, the model has 65 rows; pass the meta.pkl of the dataset",
        ),
        (pickle.dumps({"itos": {}}), "0 tokens"),
    ],
)
def test_a_wrong_meta_file_gets_one_clear_line(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "meta.pkl"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        NanoGPTWriter(Gpt(), tmp_path / "run", meta_path=path)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_the_meta_file_of_another_dataset_is_noticed(meta) -> None:
    with pytest.raises(ValueError, match="has 65 tokens, the model has 50304 rows"):
        nanogpt_writer.meta_labels(meta, 50304)


def test_a_missing_meta_file_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"can't read meta_path .*meta\.pkl \(No such file"):
        NanoGPTWriter(Gpt(), tmp_path / "run", meta_path=tmp_path / "meta.pkl")


def test_a_long_file_is_counted_in_blocks_and_scaled_up(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(nanogpt_writer, "_BLOCK", 1000)
    monkeypatch.setattr(nanogpt_writer, "_COUNTED_TOKENS", 10_000)
    ids = np.repeat(np.arange(4, dtype=np.uint16), 25_000)
    ids.tofile(tmp_path / "train.bin")
    np.testing.assert_allclose(count_tokens(tmp_path / "train.bin", 5), [25_000] * 4 + [0], rtol=0.25)


def test_a_wrong_train_file_is_told(tmp_path) -> None:
    path = tmp_path / "train.bin"
    np.array([1, 70], np.uint16).tofile(path)
    with pytest.raises(ValueError, match="has token 70, the model has 65 rows"):
        NanoGPTWriter(Gpt(), tmp_path, train_bin=path)
    path.write_bytes(b"abc")
    with pytest.raises(ValueError, match="holds no uint16 token ids"):
        NanoGPTWriter(Gpt(), tmp_path, train_bin=path)
    np.array([1], np.uint16).tofile(path)
    with pytest.raises(ValueError, match="counts or train_bin, not both"):
        NanoGPTWriter(Gpt(), tmp_path, train_bin=path, counts=[1] * 65)


def test_wrong_models_and_options_are_refused_as_watch_does(tmp_path, meta) -> None:
    with pytest.raises(TypeError, match=r"needs the torch\.nn\.Module"):
        NanoGPTWriter("gpt", tmp_path)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no token embedding; leave meta_path"):
        NanoGPTWriter(nn.Linear(2, 2), tmp_path, meta_path=meta)
    with pytest.raises(TypeError, match="unexpected keyword argument 'evry'"):
        NanoGPTWriter(Gpt(), tmp_path, evry=3)


class FakeTiktoken:
    """Stands in for a package that fetches its table from the network."""

    @staticmethod
    def get_encoding(name: str) -> FakeTiktoken:
        if name != "gpt2":
            raise KeyError(name)
        return FakeTiktoken()

    def decode_single_token_bytes(self, token: int) -> bytes:
        return b"\xc3" if token == 1 else b" tok%d" % token


def test_gpt2_vocabularies_are_labelled_through_tiktoken_where_it_is_installed(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", FakeTiktoken)
    NanoGPTWriter(Gpt(vocabulary=50304, dims=4), tmp_path, rows=50304, max_bytes=1_000_000).close()
    ((record,), _, _) = read(tmp_path)
    labels = record.embeddings[0].labels
    assert labels[:3] == (" tok0", "\ufffd", " tok2")
    assert labels[50257] == "<unused 50257>"


def test_without_tiktoken_the_tokens_have_no_labels(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    NanoGPTWriter(Gpt(vocabulary=50304, dims=4), tmp_path).close()
    assert read(tmp_path)[0][0].embeddings[0].labels is None


def test_at_the_full_level_the_probe_is_the_beginning_of_the_training_data(tmp_path) -> None:
    ids = np.random.default_rng(0).integers(0, 65, 5000).astype(np.uint16)
    ids.tofile(tmp_path / "train.bin")
    model = Gpt(length=16)
    model.config = type("Config", (), {"block_size": 16})()
    compiled = torch.compile(model, backend="eager")
    assert nanogpt_writer.first_tokens(tmp_path / "train.bin", compiled).tolist() == [ids[:16].tolist()]
    optimizer = adam(model)
    options = {"train_bin": tmp_path / "train.bin", "every": 1, "max_overhead": None, "strict": True}
    with NanoGPTWriter(model, tmp_path / "run", optimizer=optimizer, level="full", **options) as viz:
        train(model, optimizer, viz, 1)  # type: ignore[arg-type]
    (snapshot,) = read(tmp_path / "run")[1]
    assert np.isfinite(snapshot.probe).all()
