"""What was trained, in a report: the model's class and size, its parts, the optimizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.web.report.markdown import NONE, code, plain, table
from tensorboard_plugin_paramviz.web.story import name_of


def model_part(model: ModelRecord, recorded: set[str]) -> Iterator[str]:
    """Markdown lines. recorded: paths of the embeddings of which there are snapshots."""
    count = sum(layer.parameters for layer in model.layers)
    frozen = sum(layer.parameters for layer in model.layers if not layer.trainable)
    blocks = {layer.block for layer in model.layers if layer.block is not None}
    rows = [
        ["Model", code(model.model_class)],
        ["Parameters", f"{count:,}" + (f", {frozen:,} of them frozen" if frozen else "")],
        ["Layers with parameters", f"{len(model.layers):,}"],
    ]
    if blocks:
        rows.append(["Transformer blocks", f"{len(blocks):,}"])
    roles = Counter(layer.role for layer in model.layers)
    rows.append(["Roles", ", ".join(f"{name_of(role)} {n:,}" for role, n in sorted(roles.items()))])
    for layer in model.layers:
        if layer.tied_to is not None:
            rows.append(["Tied", f"{code(layer.path)} to {code(layer.tied_to)}"])
    for info in model.embeddings:
        kept = "" if info.path in recorded else ", not recorded"
        rows.append(
            [name_of(info.role).capitalize(), f"{code(info.path)}, {info.shape[0]:,} by {info.shape[1]:,}{kept}"]
        )
    rows += _optimizer(model.optimizer)
    yield from table(("", ""), rows)


def _optimizer(facts: dict[str, Any]) -> list[list[str]]:
    """The record may hold anything: what isn't as expected is left out."""
    name = facts.get("name")
    rows = [["Optimizer", code(name)]] if isinstance(name, str) else []
    groups = facts.get("groups")
    for place, group in enumerate(groups if isinstance(groups, list) else [], 1):
        if not isinstance(group, dict):
            continue
        told = [f"{plain(name_of(str(key)))} {_value(value)}" for key, value in group.items() if _value(value)]
        rows.append([f"Parameter group {place}", ", ".join(told) or NONE])
        if place >= 12:
            rows.append(["More groups", f"{len(groups or []) - place:,}"])
            break
    return rows


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_value, value)))
    return code(value) if isinstance(value, str) and value else ""
