"""The nanoGPT preset over `watch()`: token labels from meta.pkl, counts from train.bin, tied wte and lm_head.

viz = NanoGPTWriter(raw_model, writer, optimizer=optimizer, meta_path="data/shakespeare_char/meta.pkl")
...
viz.step(iter_num, loss=loss)      # between scaler.step(optimizer) and optimizer.zero_grad()
viz.close()
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.layers import find_layers
from tensorboard_plugin_paramviz.capture.options import check_model

log = logging.getLogger("tensorboard_plugin_paramviz")

#: GPT-2's tokens, and the vocabulary nanoGPT pads them to.
GPT2_TOKENS, GPT2_PADDED = 50257, 50304
#: Rows a model may have beyond its tokens, as padding.
_PADDING = 128
#: Of a longer train.bin so many tokens are counted, in blocks spread over the file.
_COUNTED_TOKENS, _BLOCK = 1 << 26, 1 << 20
_TIKTOKEN_SECS = 10.0
_PROBE_TOKENS = 256


class NanoGPTWriter:
    """Records a nanoGPT model. Works with any model whose token embedding `watch()` recognizes.

    Args:
        raw_model: the GPT before torch.compile and DistributedDataParallel; the wrapped one works too.
        writer_or_dir: a SummaryWriter, or a directory.
        meta_path: the dataset's meta.pkl, whose `itos` gives each token's text. Without it a vocabulary of GPT-2's size
            is labelled through tiktoken, where that is installed.
        train_bin: the dataset's train.bin (uint16 token ids), to know how often each token occurs; with level="full"
            its first 256 tokens are the probe.
        options: of `watch()`: every, level, max_overhead, max_bytes, rows, labels, counts, probe, strict.

    Raises: as `watch()`; ValueError or OSError for a file that isn't what it should be.
    """

    def __init__(
        self,
        raw_model: nn.Module,
        writer_or_dir: Any,
        *,
        optimizer: torch.optim.Optimizer | None = None,
        meta_path: str | os.PathLike[str] | None = None,
        train_bin: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> None:
        vocabulary = _vocabulary(check_model(raw_model))
        if vocabulary is None and (meta_path is not None or train_bin is not None):
            raise ValueError("NanoGPTWriter: the model has no token embedding; leave meta_path and train_bin out")
        if vocabulary is not None and options.get("labels") is None:
            if meta_path is not None:
                options["labels"] = meta_labels(meta_path, vocabulary)
            elif GPT2_TOKENS <= vocabulary <= GPT2_PADDED:
                options["labels"] = _gpt2_labels()
        if train_bin is not None and vocabulary is not None:
            if options.get("counts") is not None:
                raise ValueError("NanoGPTWriter: pass counts or train_bin, not both")
            options["counts"] = count_tokens(train_bin, vocabulary)
            if options.get("level") == "full" and options.get("probe") is None:
                options["probe"] = first_tokens(train_bin, raw_model)
        self._watcher = watch(raw_model, writer_or_dir, optimizer=optimizer, **options)

    @property
    def session_id(self) -> str:
        return self._watcher.session_id

    @property
    def snapshots(self) -> int:
        """Snapshots written so far."""
        return self._watcher.snapshots

    def step(self, iter_num: int, loss: torch.Tensor | float | None = None) -> None:
        """As `Watcher.step`."""
        self._watcher.step(iter_num, loss=loss)

    def close(self) -> None:
        self._watcher.close()

    def __enter__(self) -> NanoGPTWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def meta_labels(meta_path: str | os.PathLike[str], vocabulary: int) -> list[str]:
    """The text of each token, [vocabulary], from a nanoGPT meta.pkl. Only plain data is unpickled, never code."""
    wrong = f"NanoGPTWriter: {os.fspath(meta_path)} is not a nanoGPT meta.pkl"
    try:
        with Path(meta_path).open("rb") as file:
            itos = _PlainUnpickler(file).load()["itos"]
        texts = {int(token): str(text) for token, text in dict(itos).items()}
    except OSError as error:
        reason = error.strerror or error
        raise type(error)(f"NanoGPTWriter: can't read meta_path {os.fspath(meta_path)} ({reason})") from error
    except Exception as error:
        raise ValueError(f"{wrong}: it holds no plain `itos`; pass the one its prepare.py wrote") from error
    if not texts or max(texts) >= vocabulary or vocabulary - len(texts) >= _PADDING:
        raise ValueError(
            f"NanoGPTWriter: {os.fspath(meta_path)} has {len(texts)} tokens, the model has {vocabulary} rows; "
            "pass the meta.pkl of the dataset the model is trained on"
        )
    return [texts.get(token, f"<unused {token}>") for token in range(vocabulary)]


def count_tokens(train_bin: str | os.PathLike[str], vocabulary: int) -> npt.NDArray[np.int64]:
    """How often each token occurs: int64 [vocabulary]. Of a file of more than 67 million tokens evenly spaced blocks
    are counted, and the counts scaled up. Cost: reads up to 134 MB, less than a second."""
    size = Path(train_bin).stat().st_size
    if size < 2 or size % 2:
        raise ValueError(f"NanoGPTWriter: {os.fspath(train_bin)} of {size} bytes holds no uint16 token ids")
    tokens = np.memmap(train_bin, np.uint16, "r")
    blocks = -(-len(tokens) // _BLOCK)
    taken = range(0, blocks, max(1, -(-len(tokens) // _COUNTED_TOKENS)))
    counts = np.zeros(1 << 16, np.int64)
    for block in taken:
        counts += np.bincount(tokens[block * _BLOCK : (block + 1) * _BLOCK], minlength=1 << 16)
    if counts[vocabulary:].any():
        raise ValueError(
            f"NanoGPTWriter: {os.fspath(train_bin)} has token {counts.nonzero()[0].max()}, the model has {vocabulary} "
            "rows; pass the train.bin the model is trained on"
        )
    scaled: npt.NDArray[np.int64] = np.rint(counts[:vocabulary] * (len(tokens) / counts.sum())).astype(np.int64)
    return scaled


def first_tokens(train_bin: str | os.PathLike[str], model: nn.Module) -> torch.Tensor:
    """int64 [1, T] on the model's device: the file's first tokens, as many as the model takes, 256 at most."""
    length = getattr(getattr(_raw(model), "config", None), "block_size", _PROBE_TOKENS)
    tokens = np.fromfile(train_bin, np.uint16, min(_PROBE_TOKENS, int(length))).astype(np.int64)
    return torch.from_numpy(tokens)[None].to(next(model.parameters()).device)


def _raw(model: nn.Module) -> nn.Module:
    for wrapped in ("_orig_mod", "module"):
        inner = getattr(model, wrapped, None)
        if isinstance(inner, nn.Module):
            return _raw(inner)
    return model


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def _vocabulary(model: nn.Module) -> int | None:
    infos = find_layers(model).infos
    return next((info.shape[0] for info in infos if info.role == "token_embedding"), None)


def _gpt2_labels() -> Callable[[int], str] | None:
    try:
        import tiktoken  # type: ignore[import-not-found]  # optional
    except ImportError:
        return None
    found: list[Any] = []

    def load() -> None:
        try:
            found.append(tiktoken.get_encoding("gpt2"))
        except Exception as error:
            log.info("paramviz: no GPT-2 labels, tiktoken failed: %s", error)

    # It fetches its table on first use, without a time limit: a machine without a network must not wait for it.
    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    thread.join(_TIKTOKEN_SECS)
    if not found:
        return None
    encoding = found[0]

    def label(token: int) -> str:
        if token >= GPT2_TOKENS:
            return f"<unused {token}>"
        text: str = encoding.decode_single_token_bytes(token).decode("utf-8", "replace")
        return text

    return label
