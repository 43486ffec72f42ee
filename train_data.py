"""What train.py learns from: a text, tiny Shakespeare, Python's source, a nanoGPT data directory, modular addition.

Each data set is a `Dataset`: token labels and counts for the display, and `batch()`, which draws from a torch generator
of its own, so that a resumed run sees the batches it would have seen. Letters: N sequences, P positions, V vocabulary.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import pickle
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

SHAKESPEARE_URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
SHAKESPEARE_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
PYTHON_SOURCE_BYTES = 3_000_000
MODULUS = 47
NAMES = ("shakespeare", "python", "modular")

Batch = tuple[Tensor, Tensor]  # inputs and targets, int64 [N, P]; a target of -1 is not asked for


class DataError(ValueError):
    """The data can't be used; the message is one line that names the fix."""


@dataclass
class Dataset:
    """labels, counts: per token id, counts = occurrences in the training part; None = unknown. `batch(split, generator,
    size)` answers for the splits "train" and "val"."""

    name: str
    vocab_size: int
    labels: list[str] | None
    counts: list[int] | None
    batch: Callable[[str, torch.Generator, int], Batch]


def load(name: str | None, block_size: int, url: str = SHAKESPEARE_URL) -> Dataset:
    """The data set called `name`: a known name, a text file or a nanoGPT data directory. None is tiny Shakespeare, or
    Python's own source where that can't be had, and says so."""
    if name is None:
        try:
            return load("shakespeare", block_size, url)
        except DataError:
            print("No network for tiny Shakespeare: training on Python's own source text instead (--dataset python).")
            return load("python", block_size)
    if name == "shakespeare":
        return text_dataset(name, shakespeare(url), block_size)
    if name == "python":
        return text_dataset(name, python_source(), block_size)
    if name == "modular":
        if block_size < 3:
            raise DataError(
                f"--dataset modular asks with 3 tokens: --block-size {block_size} is too small, leave it away"
            )
        return modular_dataset()
    path = Path(name).expanduser()
    if path.is_dir():
        return nanogpt_dataset(path, block_size)
    try:
        return text_dataset(path.stem, path.read_bytes().decode(), block_size)
    except UnicodeDecodeError as error:
        raise DataError(
            f"--dataset {name} is not UTF-8 text (byte {error.start}): convert it, "
            f"e.g. iconv -f latin1 -t utf-8 {path.name} > utf8.txt"
        ) from error
    except OSError as error:
        raise DataError(
            f"--dataset {name} can't be read ({error.strerror}): give shakespeare, python, modular, a UTF-8 text file "
            "or a nanoGPT data directory"
        ) from error


def text_dataset(name: str, text: str, block_size: int) -> Dataset:
    """Character level: the vocabulary is the text's own characters, the last tenth is for validation."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    vocabulary, tokens = np.unique(points, return_inverse=True)
    split = len(tokens) * 9 // 10
    train, val = tokens[:split], tokens[split:]
    counts = np.bincount(train, minlength=len(vocabulary)).tolist()
    return _sequences(name, train, val, block_size, [chr(point) for point in vocabulary.tolist()], counts)


def nanogpt_dataset(path: Path, block_size: int) -> Dataset:
    """A directory as nanoGPT's prepare.py writes it: train.bin, val.bin (uint16 ids) and perhaps meta.pkl. The files
    are mapped, not loaded; one pass counts the tokens (about 2 s for a billion)."""
    parts = []
    for file in (path / "train.bin", path / "val.bin"):
        if not file.is_file() or file.stat().st_size < 2:
            raise DataError(
                f"--dataset {path} has no {file.name} with tokens: a data directory holds train.bin and val.bin "
                "(uint16 token ids), as nanoGPT's prepare.py writes them"
            )
        parts.append(np.memmap(file, np.dtype("<u2"), "r"))
    train, val = parts
    counts = _count(train)
    largest = max(int(counts.nonzero()[0][-1]), int(val.max()))
    meta = _read_meta(path / "meta.pkl")
    size = int(meta.get("vocab_size", largest + 1))
    if largest >= size:
        raise DataError(
            f"--dataset {path} holds token id {largest}, but its meta.pkl says vocab_size {size}: remake it"
        )
    names = meta.get("itos")
    labels = [str(names.get(token, token)) for token in range(size)] if isinstance(names, dict) else None
    return _sequences(path.name, train, val, block_size, labels, counts[:size].tolist(), size)


def modular_dataset() -> Dataset:
    """a b = -> (a + b) mod 47: half of the table to learn from, the other half held out. The batch is the whole half,
    and only the answer is asked for. Grokking: the table is memorized first, the rule is found
    much later. Until then a pair held out is known where its mirror image (b, a) was learned: accuracy 0.42."""
    first, second = (side.flatten() for side in torch.meshgrid(*[torch.arange(MODULUS)] * 2, indexing="ij"))
    inputs = torch.stack([first, second, torch.full_like(first, MODULUS)], 1)  # [N, 3]
    targets = torch.full_like(inputs, -1)  # [N, 3]
    targets[:, -1] = (first + second) % MODULUS
    # The halves are the same for every --seed, so that runs can be compared.
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))
    half = len(order) // 2
    parts = {"train": order[:half], "val": order[half:]}

    def batch(split: str, generator: torch.Generator, size: int) -> Batch:
        return inputs[parts[split]], targets[parts[split]]

    counts = torch.bincount(inputs[parts["train"]].flatten(), minlength=MODULUS + 1).tolist()
    return Dataset("modular", MODULUS + 1, [*map(str, range(MODULUS)), "="], counts, batch)


def shakespeare(url: str = SHAKESPEARE_URL, sha256: str = SHAKESPEARE_SHA256, timeout_secs: float = 5.0) -> str:
    """Tiny Shakespeare (1.1 MB), fetched once and kept in the user's cache directory. Raises DataError when it is
    neither there nor to be had, or when what came is not that text."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paramviz" / "tinyshakespeare.txt"
    try:
        data = cache.read_bytes()
        if hashlib.sha256(data).hexdigest() == sha256:
            return data.decode()
    except OSError:
        pass  # not fetched yet
    try:
        with urllib.request.urlopen(url, timeout=timeout_secs) as response:
            data = response.read()
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it carries the open reply
        raise DataError(
            f"tiny Shakespeare can't be fetched ({_reason(error)}): use --dataset python, or save {url} as {cache}"
        ) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DataError(f"{url} answered with something else ({len(data):,} bytes): use --dataset python")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        partial = cache.with_suffix(f".{os.getpid()}")
        partial.write_bytes(data)
        partial.replace(cache)
    except OSError as error:
        print(f"Tiny Shakespeare is not kept for the next run: {cache} can't be written ({error.strerror}).")
    return data.decode()


def python_source(folder: Path | None = None) -> str:
    """The standard library's own modules, in the order of their names, ASCII ones only, up to 3 MB: text that is on
    every machine with Python."""
    folder = Path(folder or sysconfig.get_paths()["stdlib"])
    parts: list[bytes] = []
    size = 0
    for file in sorted(folder.glob("*.py")):
        data = file.read_bytes()
        if data.isascii() and size < PYTHON_SOURCE_BYTES:
            parts.append(data)
            size += len(data)
    if not parts:
        raise DataError(f"no Python source text under {folder}: give a text file, --dataset PATH")
    return b"".join(parts).decode()[:PYTHON_SOURCE_BYTES]


def _sequences(
    name: str,
    train: np.ndarray,
    val: np.ndarray,
    block_size: int,
    labels: list[str] | None,
    counts: list[int] | None,
    vocab_size: int | None = None,
) -> Dataset:
    """Random pieces of two long token arrays; the target of each position is the token after it."""
    shortest = min(len(train), len(val))
    if shortest < block_size + 1:
        raise DataError(
            f"--dataset {name} is too short: its smaller part has {shortest} tokens, --block-size {block_size} needs "
            f"{block_size + 1}: give more text or a smaller --block-size"
        )

    def batch(split: str, generator: torch.Generator, size: int) -> Batch:
        tokens = train if split == "train" else val
        starts = torch.randint(len(tokens) - block_size, (size, 1), generator=generator).numpy()  # [N, 1]
        pieces = tokens[starts + np.arange(block_size + 1)].astype(np.int64)  # [N, P+1]
        return torch.from_numpy(pieces[:, :-1]), torch.from_numpy(pieces[:, 1:])

    return Dataset(name, vocab_size or len(labels or ()), labels, counts, batch)


def _count(tokens: np.ndarray, chunk: int = 1 << 22) -> np.ndarray:
    counts = np.zeros(1 << 16, np.int64)
    for start in range(0, len(tokens), chunk):
        counts += np.bincount(tokens[start : start + chunk], minlength=len(counts))
    return counts


class _PlainUnpickler(pickle.Unpickler):
    """Dictionaries, strings and numbers only: a data directory from elsewhere must not run code here."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def _read_meta(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            meta = _PlainUnpickler(file).load()
    except Exception as error:  # a damaged pickle raises nearly anything
        raise DataError(f"{path} can't be read as nanoGPT's meta.pkl ({error}): remake it or remove it") from error
    if not isinstance(meta, dict):
        raise DataError(f"{path} holds a {type(meta).__name__}, not nanoGPT's dictionary: remake it or remove it")
    return meta


def _reason(error: Exception) -> str:
    """The innermost words of a failed request: 'Connection refused' rather than '<urlopen error [Errno 111] …>'."""
    inner = getattr(error, "reason", error)
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)
