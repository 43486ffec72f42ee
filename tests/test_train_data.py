"""What train.py learns from: downloads against a real server, texts, nanoGPT directories, modular addition."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import train_data

TEXT = b"First Citizen:\nBefore we proceed any further, hear me speak.\n" * 20
DIGEST = hashlib.sha256(TEXT).hexdigest()


class Play(BaseHTTPRequestHandler):
    """Serves the text at /ok, half of what it promised at /truncated, something else at /portal, 404 elsewhere."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        bodies = {"/ok": TEXT, "/truncated": TEXT[: len(TEXT) // 2], "/portal": b"<html>Log in</html>"}
        body = bodies.get(self.path)
        self.send_response(404 if body is None else 200)
        length = len(TEXT) if self.path == "/truncated" else len(body or b"")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Play.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Play) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "paramviz"


def test_shakespeare_is_fetched_once_and_then_comes_from_the_cache(server: str, cache: Path) -> None:
    for _ in range(2):
        assert train_data.shakespeare(f"{server}/ok", DIGEST).encode() == TEXT
    assert Play.asked == ["/ok"]
    assert [path.name for path in cache.iterdir()] == ["tinyshakespeare.txt"]


def test_a_damaged_cache_is_fetched_again(server: str, cache: Path) -> None:
    train_data.shakespeare(f"{server}/ok", DIGEST)
    (cache / "tinyshakespeare.txt").write_bytes(TEXT[:100])
    assert train_data.shakespeare(f"{server}/ok", DIGEST).encode() == TEXT
    assert Play.asked == ["/ok", "/ok"]


def test_a_cache_that_cannot_be_written_is_told_and_the_text_is_used(
    server: str, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.parent.write_text("a file where the directory should be")
    assert train_data.shakespeare(f"{server}/ok", DIGEST).encode() == TEXT
    assert "can't be written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing", "Not Found"), ("truncated", "IncompleteRead"), ("portal", "something else"), (None, "refused")],
)
def test_a_failed_download_names_the_fix_and_leaves_no_file(
    server: str, cache: Path, path: str | None, reason: str
) -> None:
    url = f"{server}/{path}" if path else "http://127.0.0.1:1/"
    with pytest.raises(train_data.DataError, match=reason) as error:
        train_data.shakespeare(url, DIGEST)
    assert "--dataset python" in str(error.value)
    assert not cache.exists()


def test_without_network_the_default_is_pythons_own_source_and_an_explicit_wish_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = train_data.load(None, 64, "http://127.0.0.1:1/")
    assert data.name == "python"
    assert capsys.readouterr().out.count("\n") == 1
    assert data.labels is not None
    assert {"\n", " ", "a", "A", "0"} <= set(data.labels)
    assert data.vocab_size < 128
    with pytest.raises(train_data.DataError, match="--dataset python"):
        train_data.load("shakespeare", 64, "http://127.0.0.1:1/")


def test_python_source_is_the_ascii_modules_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, content in (("b.py", "b"), ("a.py", "a"), ("c.py", "ç"), ("d.txt", "d")):
        (tmp_path / name).write_text(content)
    assert train_data.python_source(tmp_path) == "ab"
    with pytest.raises(train_data.DataError, match="give a text file"):
        train_data.python_source(tmp_path / "nothing")


@given(st.text(st.characters(codec="utf-8"), min_size=40, max_size=200), st.integers(0, 2**31))
def test_batches_are_pieces_of_the_text_and_targets_the_characters_after_them(text: str, seed: int) -> None:
    data = train_data.text_dataset("text", text, 2)
    assert data.labels == sorted(set(text))
    split = len(text) * 9 // 10
    assert data.counts == [text[:split].count(label) for label in data.labels]
    for name, part in (("train", text[:split]), ("val", text[split:])):
        inputs, targets = data.batch(name, torch.Generator().manual_seed(seed), 5)
        for before, after in zip(inputs.tolist(), targets.tolist(), strict=True):
            assert before[1:] == after[:-1]
            assert "".join(data.labels[token] for token in [*before, after[-1]]) in part


def nanogpt_directory(path: Path, meta: object = None) -> Path:
    tokens = np.arange(100, dtype=np.uint16) % 7
    tokens.tofile(path / "train.bin")
    tokens[:40].tofile(path / "val.bin")
    if meta is not None:
        (path / "meta.pkl").write_bytes(pickle.dumps(meta))
    return path


def test_a_nanogpt_directory_is_read_with_and_without_its_meta(tmp_path: Path) -> None:
    plain = train_data.load(str(nanogpt_directory(tmp_path)), 8)
    assert (plain.vocab_size, plain.labels) == (7, None)
    assert plain.counts == [15, 15, 14, 14, 14, 14, 14]
    inputs, targets = plain.batch("val", torch.Generator().manual_seed(0), 4)
    assert inputs.dtype == torch.int64
    assert torch.equal((inputs + 1) % 7, targets)
    meta = {"vocab_size": 9, "itos": dict(enumerate("abcdefghi")), "stoi": {}}
    named = train_data.load(str(nanogpt_directory(tmp_path, meta)), 8)
    assert named.labels == list("abcdefghi")
    assert named.counts is not None
    assert len(named.counts) == named.vocab_size == 9


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("touched"),))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("meta", "complaint"),
    [({"vocab_size": 5}, "token id 6"), (Hostile(), "names pathlib"), ([1, 2], "a list"), ("text", "a str")],
)
def test_a_wrong_meta_is_refused_and_runs_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meta: object, complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    nanogpt_directory(tmp_path, meta)
    with pytest.raises(train_data.DataError, match=complaint):
        train_data.load(str(tmp_path), 8)
    assert not (tmp_path / "touched").exists()


def test_modular_addition_asks_the_whole_table_in_two_halves_and_only_for_the_answer() -> None:
    data = train_data.load("modular", 3)
    assert data.labels == [*map(str, range(47)), "="]
    seen = []
    for split in ("train", "val"):
        inputs, targets = data.batch(split, torch.Generator(), 4)
        assert (targets[:, :2] == -1).all()
        for (first, second, equals), (*_, answer) in zip(inputs.tolist(), targets.tolist(), strict=True):
            assert data.labels[equals] == "="
            assert answer == (first + second) % 47
            seen.append((first, second))
    assert sorted(seen) == [(first, second) for first in range(47) for second in range(47)]
    assert len(data.batch("train", torch.Generator(), 4)[0]) == 1104
