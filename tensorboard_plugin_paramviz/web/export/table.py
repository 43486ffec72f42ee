"""CSV and JSON: one row for each (step, row) or (step, layer), as pandas reads them.

Numbers have nine significant digits, with which each float32 comes back as itself (Steele and White, "How to print
floating-point numbers accurately", 1990). What is not measured is empty in CSV and null in JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.web.export.content import Content, Key

Float32 = npt.NDArray[np.float32]
#: Numbers in one piece of output, of about a dozen bytes each.
PIECE_NUMBERS = 16_384


@dataclass(frozen=True)
class _Form:
    """How one format writes what a table has. begin, end: around a row; between: rows."""

    key: Callable[[Key], str]
    number: Callable[[float], str]
    begin: str
    end: str
    between: str


def csv(content: Content) -> Iterator[bytes]:
    """RFC 4180: commas, CRLF, a head line; text in quotes, quotes doubled. UTF-8 without a byte order mark."""
    yield (",".join(map(_quoted, content.columns)) + "\r\n").encode(errors="replace")
    yield from _rows(content, _Form(_csv_key, _csv_number, "", "\r\n", ""))


def json_document(content: Content) -> Iterator[bytes]:
    """One object: the facts, `columns`, and `data`, an array of rows in their order. ASCII."""
    head = json.dumps({**content.facts, "columns": content.columns}, allow_nan=False)
    yield (head[:-1] + ', "data": [\n').encode()
    yield from _rows(content, _Form(json.dumps, _json_number, "[", "]", ",\n"))
    yield b"\n]}\n"


def _rows(content: Content, form: _Form) -> Iterator[bytes]:
    keys = ["".join("," + form.key(value) for value in row) for row in zip(*content.keys.values(), strict=True)] or [""]
    names = [one.name for one in content.fields]
    width = sum(len(one.columns) for one in content.fields)
    finite_row = ",%.9g" * width + form.end
    at_once = max(1, PIECE_NUMBERS // max(1, width))
    between = ""
    for at, (step, wall_time) in enumerate(zip(content.steps.tolist(), content.wall_times.tolist(), strict=True)):
        arrays = content.read(at, names)
        start = f"{form.begin}{step},{repr(wall_time) if math.isfinite(wall_time) else form.number(math.nan)}"
        for first in range(0, content.rows, at_once):
            parts = [
                arrays[one.name].reshape(content.rows, len(one.columns))[first : first + at_once]
                for one in content.fields
            ]
            numbers: Float32 = np.concatenate(parts, axis=1)  # [at_once, width]
            finite: list[bool] = np.isfinite(numbers).all(axis=1).tolist()  # type: ignore[assignment]
            lines = [
                start + key + finite_row % tuple(row)
                if whole
                else start + key + "".join("," + form.number(value) for value in row) + form.end
                for key, row, whole in zip(keys[first : first + at_once], numbers.tolist(), finite, strict=True)
            ]
            yield (between + form.between.join(lines)).encode(errors="replace")
            between = form.between


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _csv_key(value: Key) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else _quoted(value)


def _csv_number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.9g}"  # inf, -inf: as pandas, numpy and Python write and read them


def _json_number(value: float) -> str:
    return f"{value:.9g}" if math.isfinite(value) else "null"
