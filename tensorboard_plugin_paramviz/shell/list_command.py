"""`list`: what runs there are and what each holds, for people and as the names that `export` takes."""

from __future__ import annotations

from collections.abc import Iterator

from tensorboard_plugin_paramviz.reader import MissingError, RunIndex, SnapshotReader
from tensorboard_plugin_paramviz.reader.figures import Figures
from tensorboard_plugin_paramviz.record.names import GEOMETRY_PREFIX
from tensorboard_plugin_paramviz.shell.runs import read_runs
from tensorboard_plugin_paramviz.web.export.view import FIGURES

_UNITS = {"stats": ("layers", "statistics"), "probe": ("blocks", "figures"), "learning_rates": ("parameter groups",)}


def list_runs(logdir: str, run: str | None, *, with_steps: bool) -> None:
    """Print each run: its snapshots, and what can be exported of it."""
    _, runs = read_runs(logdir, run)
    for one in runs:
        steps = one.snapshot_steps()[0].tolist()
        span = f", steps {steps[0]} to {steps[-1]}" if steps else ""
        print(f"{one.run}: {_snapshots(len(steps))}{span}")
        for what, of, form, count in _holdings(one):
            print(f"  {what:<15} {of:<30} {form:<28} {_snapshots(count)}")
        for sentence in one.damaged:
            print(f"  note: {sentence}")
        if with_steps:
            print(f"  steps           {','.join(map(str, steps))}")


def _holdings(run: RunIndex) -> Iterator[tuple[str, str, str, int]]:
    """(what, of which embedding, form, snapshots) of all there is."""
    reader = SnapshotReader(run)
    for path in reader.embedding_paths():
        try:
            rows, dims = reader.shape(path)
            yield "embeddings", path, f"{rows:,} rows x {dims:,} dims", len(reader.usable(path))
        except MissingError:
            continue  # said among the notes
    for tag in run.tags:
        if tag.startswith(GEOMETRY_PREFIX):
            figures = Figures(run, tag, 1)
            if len(figures.steps):
                yield "geometry", tag.removeprefix(GEOMETRY_PREFIX), f"{figures.shape[0]} figures", len(figures.steps)
    for what, (tag, dims) in FIGURES.items():
        figures = Figures(run, tag, dims)
        if len(figures.steps):
            form = " x ".join(f"{count:,} {unit}" for count, unit in zip(figures.shape, _UNITS[what], strict=True))
            yield what, "", form, len(figures.steps)


def _snapshots(count: int) -> str:
    return f"{count:,} snapshot" + ("" if count == 1 else "s")
