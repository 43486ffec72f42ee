"""The text of each token, from a Hugging Face tokenizer, as a person would read it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from torch import nn

from tensorboard_plugin_paramviz.capture.layers import find_layers

log = logging.getLogger("tensorboard_plugin_paramviz")

#: How byte-level BPE and SentencePiece write the space before a word.
_BYTE_LEVEL_SPACE, _SENTENCE_PIECE_SPACE = "Ġ", "▁"


def token_labels(model: nn.Module, processor: Any) -> Callable[[int], str] | None:
    """A function of the token id; None where there is no tokenizer, or one that isn't the model's.

    processor: a tokenizer, or a processor that has one. Rows it has no token for are called unused: tables are padded.
    One with more tokens than rows belongs to another model. Raises nothing.
    """
    try:
        tokenizer = getattr(processor, "tokenizer", processor)
        if not hasattr(tokenizer, "get_vocab"):
            return None
        tokens: dict[int, str] = {row: token for token, row in tokenizer.get_vocab().items()}
        infos = find_layers(model).infos
        rows = next((info.shape[0] for info in infos if info.role == "token_embedding"), 0)
        if not rows or not tokens or max(tokens) >= rows:
            log.info("paramviz: no labels, %d tokens don't fit a token embedding of %d rows.", len(tokens), rows)
            return None
    except Exception as error:
        log.info("paramviz: no labels, asking the tokenizer failed: %s: %s", type(error).__name__, error)
        return None
    is_byte_level = any(token.startswith(_BYTE_LEVEL_SPACE) for token in tokens.values())

    def label(row: int) -> str:
        token = tokens.get(row)
        if token is None:
            return f"<unused {row}>"
        if not is_byte_level:
            return token.replace(_SENTENCE_PIECE_SPACE, " ")
        try:
            text = str(tokenizer.convert_tokens_to_string([token]))
        except Exception:
            return token
        return token if "\ufffd" in text else text  # part of a character: its bytes, as the tokenizer writes them

    return label
