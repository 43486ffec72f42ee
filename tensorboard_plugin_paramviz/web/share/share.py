"""One run as one file: a question answered with a name and a stream of bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tensorboard.errors import InvalidArgumentError

from tensorboard_plugin_paramviz.reader import Index, MissingError
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.costs import costs_of
from tensorboard_plugin_paramviz.web.probe_replies import probe_of
from tensorboard_plugin_paramviz.web.replies import Replies
from tensorboard_plugin_paramviz.web.share import figures
from tensorboard_plugin_paramviz.web.share.clouds import cloud
from tensorboard_plugin_paramviz.web.share.document import head, page_script, tail
from tensorboard_plugin_paramviz.web.share.packing import part
from tensorboard_plugin_paramviz.web.share.plan import cloud_plans, kept_steps
from tensorboard_plugin_paramviz.web.share.view import Question, RunView, run_view
from tensorboard_plugin_paramviz.web.share.words import insights_of, words_of

Int64 = npt.NDArray[np.int64]

MOST_POINTS = 2_000_000
#: Snapshots of the capture's own costs and of the probe that are kept whole.
_MOST_FIGURES = 2_000
_MOST_NAME = 150


@dataclass(frozen=True)
class Share:
    """file_name: safe on any system. snapshots: how many are read for it, each embedding's counted. chunks: the file,
    in pieces of about a megabyte; may be taken once."""

    file_name: str
    snapshots: int
    chunks: Iterator[bytes]


def share(
    index: Index,
    replies: Replies,
    question: Question,
    called: str | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Share:
    """What `question` asks for. called: the run's name in the file, where it should have another. told: called with the
    number of snapshots read so far.

    Raises InvalidArgumentError, NotFoundError or MissingError before anything is sent; `chunks` raises MissingError
    where the run's files vanish, are cut or replaced meanwhile: a file whose end is missing says what was found and
    plays nothing. Cost before the first chunk: the diagnosis of `insights`. Memory: 50 bytes a kept
    point and megabytes.
    """
    if question.snapshots * question.rows > MOST_POINTS:
        raise InvalidArgumentError(f"arguments 'snapshots' and 'rows' ask for more than {MOST_POINTS:,} points")
    script = page_script()
    view = run_view(index, question.run)
    model = view.snapshots.model()
    name = called or question.run
    insights = insights_of(replies, question.run, len(view.steps))
    kept = kept_steps(view, model, insights, question)
    plans = cloud_plans(view, model, insights, question, kept)
    words = words_of(replies, view, model, insights, plans, kept, name, question)

    def check() -> None:
        """Places are of these files and no others."""
        with index.lock:
            now = index.runs.get(question.run)
            if now is not view.run or any(now.files.get(path) is not file for path, file in view.files.items()):
                raise MissingError(f"run {question.run!r}: a file vanished, was cut or replaced while it was saved")

    def chunks() -> Iterator[bytes]:
        done = 0

        def word() -> None:
            nonlocal done
            done += 1
            if done % 16 == 0:
                check()
            told(done)

        yield head(words["facts"], name, insights, script)
        yield from part("page", script)
        yield from part("words", json.dumps(words, ensure_ascii=False, allow_nan=False).encode(errors="replace"))
        for number, plan in enumerate(plans):
            # Of the same projection as the page's, fitted once for both.
            basis = replies._bases.basis(view.snapshots, plan.path)
            yield from part(f"cloud-{number}", binary.encode(*cloud(view.snapshots, basis, plan, word)))
        for label, make in _figures(view, model, kept).items():
            check()
            yield from part(label, binary.encode(*make()))
        check()
        yield tail()

    total = sum(len(plan.steps) for plan in plans)
    return Share(_file_name(name), total, chunks())


def _figures(view: RunView, model: ModelRecord, kept: Int64) -> dict[str, Callable[[], figures.Part]]:
    header, probed = probe_of(view.probe, model)
    return {
        "statistics": lambda: figures.statistics(view.snapshots, model, kept),
        "curves": lambda: view.curves[1],
        "thumbs": lambda: figures.thumbnails(model, *view.thumbs),
        "probe": lambda: (header, _thinned(probed, kept)),
        "costs": lambda: ({}, _thinned(costs_of(view.costs), kept)),
    }


def _thinned(arrays: dict[str, npt.NDArray[Any]], kept: Int64) -> dict[str, npt.NDArray[Any]]:
    """Of very many snapshots only the kept ones."""
    if len(arrays["steps"]) <= _MOST_FIGURES:
        return arrays
    chosen = np.isin(arrays["steps"], kept)
    return {name: array[chosen] for name, array in arrays.items()}


def _file_name(name: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")
    return "-".join(filter(None, [safe[:_MOST_NAME].rstrip("._-"), "paramviz"])) + ".html"
