"""One export: a question answered with a name and a stream of bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tensorboard.errors import InvalidArgumentError, NotFoundError

from tensorboard_plugin_paramviz.reader import Index, MissingError
from tensorboard_plugin_paramviz.web.export.content import Array, Content
from tensorboard_plugin_paramviz.web.export.names import FORMATS, WHATS
from tensorboard_plugin_paramviz.web.export.npz import npz
from tensorboard_plugin_paramviz.web.export.sources import SOURCES
from tensorboard_plugin_paramviz.web.export.table import csv, json_document
from tensorboard_plugin_paramviz.web.export.view import BasisOf, Question, RunView

WRITERS: dict[str, Callable[[Content], Iterator[bytes]]] = {"csv": csv, "json": json_document, "npz": npz}
MOST_NAME = 150


@dataclass(frozen=True)
class Export:
    """file_name: safe on any system. snapshots: how many are in it. chunks: the file, in pieces of a megabyte at most;
    may be taken once."""

    file_name: str
    content_type: str
    snapshots: int
    chunks: Iterator[bytes]


def export(
    index: Index,
    basis_of: BasisOf,
    question: Question,
    form: str,
    told: Callable[[int], None] = lambda _: None,
) -> Export:
    """What `question` asks for as one of `FORMATS`. told: called with the number of snapshots read so far.

    Raises InvalidArgumentError, NotFoundError or MissingError before anything is sent; `chunks` raises MissingError
    where the run's files vanish, are cut or replaced meanwhile, so that no file looks whole and isn't. The lock of the
    index is held only to take the run's places. Cost before the first chunk: one snapshot, and for positions the fit
    of a projection where there is none yet.
    """
    if question.what not in SOURCES:
        raise InvalidArgumentError(f"argument 'what' must be {_listed(WHATS)}; not {question.what[:40]!r}")
    if form not in WRITERS:
        raise InvalidArgumentError(f"argument 'format' must be {_listed(FORMATS)}; not {form[:40]!r}")
    with index.lock:
        run = index.runs.get(question.run)
        if run is None:
            names = sorted(name for name, one in index.runs.items() if one.has_records)
            raise NotFoundError(f"no run {question.run!r}; there are {', '.join(map(repr, names[:20])) or 'none'}")
        view = RunView(run, question, basis_of)
        files = {path: file for path, file in run.files.items() if file.values}

    def check() -> None:
        """Places are of these files and no others."""
        with index.lock:
            if index.runs.get(question.run) is not run or any(run.files.get(path) is not files[path] for path in files):
                raise MissingError(f"run {question.run!r}: a file vanished, was cut or replaced while it was exported")

    content = SOURCES[question.what](view)
    content.read(0, [])  # what is gone already is said in an answer of its own
    chunks = _checked(WRITERS[form](_watched(content, check, told)), check)
    return Export(_file_name(content, question.steps, form), FORMATS[form], len(content.steps), chunks)


def _watched(content: Content, check: Callable[[], None], told: Callable[[int], None]) -> Content:
    """The same content, with a word at each snapshot."""
    done = 0

    def read(at: int, names: object) -> dict[str, Array]:
        nonlocal done
        check()
        arrays = content.read(at, names)  # type: ignore[arg-type]
        done += 1
        told(done)
        return arrays

    return replace(content, read=read)


def _checked(chunks: Iterator[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    """The same chunks; the last one, without which no format but CSV is whole, goes only when all was well to the
    end."""
    held = b""
    for chunk in chunks:
        if held:
            yield held
        held = chunk
    check()
    yield held


def _file_name(content: Content, steps: str, form: str) -> str:
    words = [content.run, content.what, content.embedding or "", "" if steps == "all" else f"steps_{steps}"]
    safe = [re.sub(r"[^A-Za-z0-9._-]+", "_", word).strip("._-") for word in words]
    return "-".join(filter(None, safe))[:MOST_NAME].rstrip("._-") + f".{form}"


def _listed(names: dict[str, str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}"
