"""The roles that a model's structure proves where its names alone don't, or where they would mislead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from torch import nn
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear

from tensorboard_plugin_paramviz.capture.roles import is_generic, is_in_mlp, role_of, whole_path

TABLES = ("token_embedding", "position_embedding")
#: Under what names models and configs keep how many positions there are.
_LENGTHS: tuple[str, ...] = ("block_size", "n_positions", "n_ctx", "context_length", "max_position_embeddings")
_LENGTHS += ("max_seq_len", "max_seq_length", "max_len", "max_length", "sequence_len", "seq_len")
_SAYS_POSITION = re.compile(r"(?:^|[._])pos")


@dataclass(frozen=True)
class Part:
    """What becomes one layer: a module with the parameters of its own; or one parameter that stands bare on a module
    under a name that tells its role (ViT's `position_embeddings`, the stacked matrices of experts), with its bias.

    own: its parameters by their names in the module. block: number of its transformer block."""

    path: str
    module: nn.Module
    own: dict[str, nn.Parameter]
    bare: bool = False
    block: int | None = None
    role: str = "other"

    @property
    def largest(self) -> nn.Parameter:
        return max(self.own.values(), key=lambda parameter: parameter.numel())


def split(path: str, module: nn.Module, own: dict[str, nn.Parameter]) -> list[Part]:
    """The module as one part; or without the bare parameters whose names tell a role, and each of those as a part."""
    prefix = f"{path}." if path else ""
    left, parts = dict(own), []
    for name, parameter in own.items():
        if name not in ("weight", "bias") and _bare_role(f"{prefix}{name}", parameter) != "other":
            with_bias = {name, f"{name}_bias", re.sub("^W_", "b_", name)} & left.keys()
            taken = {name: left.pop(name) for name in own if name in with_bias}
            parts.append(Part(f"{prefix}{name}", module, taken, bare=True))
    return ([Part(path, module, left)] if left else []) + parts


def _bare_role(path: str, parameter: nn.Parameter) -> str:
    role = role_of(path) if whole_path(path) == path and not is_generic(path) else "other"
    if role in TABLES:
        return role if table_shape(parameter) is not None else "other"
    return role if (role == "norm") == (parameter.ndim < 2) else "other"


def table_shape(parameter: object) -> tuple[int, int] | None:
    """(V, D) of a parameter that holds one row per token or position: [V, D], [1, V, D] or [V, 1, D]. None = it can't:
    another shape, or entries that are no real fractions (complex, quantized)."""
    if not isinstance(parameter, nn.Parameter) or not parameter.is_floating_point():
        return None
    shape = list(parameter.shape)
    if len(shape) == 3 and 1 in shape[:2]:
        shape.remove(1)
    return (shape[0], shape[1]) if len(shape) == 2 else None


def table_weight(module: nn.Module) -> nn.Parameter | None:
    """The [V, D] weight of an embedding: an nn.Embedding, or a class that calls itself one. None = it isn't one."""
    weight = getattr(module, "weight", None)
    is_table = isinstance(module, nn.Embedding | nn.EmbeddingBag) or type(module).__name__.endswith("Embedding")
    is_weight = isinstance(weight, nn.Parameter) and weight.ndim == 2 and weight.is_floating_point()
    return weight if is_table and is_weight else None


def table_name(part: Part) -> str | None:
    """Under which name the part holds an embedding table; None = it holds none. Beside embedding modules: a bare
    parameter called one, and a user's own module called one that holds nothing else."""
    # A module's weight may be another's, handed on by a property.
    if not part.bare and "weight" in part.own and table_weight(part.module) is not None:
        return "weight"
    (name, parameter), *others = part.own.items()
    named = role_of(part.path) in TABLES and table_shape(parameter) is not None
    is_torchs = type(part.module).__module__.startswith("torch.nn.") or isinstance(part.module, nn.Linear)
    is_own = not is_torchs and part.path == whole_path(part.path)
    return name if named and not others and (part.bare or is_own) else None


def find_roles(model: nn.Module, parts: list[Part]) -> list[Part]:
    """The parts with their roles, by name and structure:

    - a matrix called fc1 or the like is half of an MLP only inside one, or where its parent has attention too;
    - w1 without a w3 beside it is no gate; numbered Linears of an MLP are told apart by their shapes;
    - token_embedding, if no name gave one: the table with the most rows that stands in no block;
    - position_embedding, if no name gave one: a table as wide as that one, with "pos" in its name or exactly as many
      rows as the model's (or its config's) block_size, n_positions, max_position_embeddings or the like;
    - lm_head: a matrix that *is* the token embedding's, or a Linear in no block from its width to its vocabulary.
    """
    parts = [replace(part, role=_own_role(part)) for part in parts]
    paths = {part.path for part in parts}
    beside_attention = {above for part in parts if part.role.startswith("attn") for above in _ancestors(part.path)}
    for index, part in enumerate(parts):
        parent, _, name = whole_path(part.path).rpartition(".")
        if part.role.startswith("mlp") and is_generic(part.path) and parent not in beside_attention:
            parts[index] = replace(part, role="other")
        elif part.role == "mlp_gate" and name == "w1" and f"{parent}.w3" not in paths:
            parts[index] = replace(part, role="mlp_up")
    return _find_tables_and_head(model, parts)


def _own_role(part: Part) -> str:
    """What the part alone proves."""
    role, module = role_of(part.path), part.module
    if table_name(part) is not None:
        return role if role in TABLES else "other"
    if role in TABLES:
        return "other"  # the name of a table on something that has no rows
    if part.bare:
        return role
    if type(module).__name__.endswith("Norm") or isinstance(module, nn.modules.batchnorm._NormBase):
        return "norm"
    if role == "other":
        if isinstance(module, nn.MultiheadAttention) or "in_proj_weight" in part.own:
            return "attn_qkv"
        if isinstance(module, NonDynamicallyQuantizableLinear):
            return "attn_out"  # torch makes this class for nn.MultiheadAttention alone
        rows, columns = part.largest.shape if part.largest.ndim == 2 else (0, 0)
        if isinstance(module, nn.Linear) and is_in_mlp(part.path) and part.path.rpartition(".")[2].isdigit():
            return "mlp_up" if rows > columns else "mlp_down" if rows < columns else "other"
    return role


def _find_tables_and_head(model: nn.Module, parts: list[Part]) -> list[Part]:
    free = [index for index, part in enumerate(parts) if part.role == "other" and part.block is None]
    tables = [index for index in free if table_name(parts[index]) is not None]
    named = [index for index, part in enumerate(parts) if part.role == "token_embedding"]
    if not named:
        candidates = [index for index in tables if not _says_position(parts[index])]
        if not candidates:
            return parts
        named = [max(candidates, key=lambda index: _rows_and_width(parts[index])[0])]
        parts[named[0]] = replace(parts[named[0]], role="token_embedding")
    vocabulary, width = _rows_and_width(parts[named[0]])
    if all(part.role != "position_embedding" for part in parts):
        # Numbered tables (one per block, as nanochat's value embeddings) are no positions, whatever their rows.
        rest = [index for index in tables if index != named[0] and not parts[index].path.rpartition(".")[2].isdigit()]
        wide = [index for index in rest if _rows_and_width(parts[index])[1] == width]
        lengths = _context_lengths(model) if wide else set()
        for index in wide:
            if _says_position(parts[index]) or _rows_and_width(parts[index])[0] in lengths:
                parts[index] = replace(parts[index], role="position_embedding")
                break
    token_tables = {id(parts[index].own[table_name(parts[index]) or "weight"]) for index in named}
    for index in free:
        part = parts[index]
        weight = part.own.get("weight")
        if part.role != "other" or weight is None:
            continue
        is_head = isinstance(part.module, nn.Linear) and tuple(weight.shape) == (vocabulary, width)
        if id(weight) in token_tables:
            parts[index] = replace(part, role="token_embedding" if index in tables else "lm_head")
        elif is_head:
            parts[index] = replace(part, role="lm_head")
    return parts


def _rows_and_width(part: Part) -> tuple[int, int]:
    name = table_name(part)
    shape = table_shape(part.own[name]) if name is not None else None
    return (0, 0) if shape is None else shape


def _says_position(part: Part) -> bool:
    return _SAYS_POSITION.search(part.path.lower()) is not None


def _ancestors(path: str) -> list[str]:
    parts = whole_path(path).split(".")
    return [".".join(parts[:length]) for length in range(len(parts))]


def _context_lengths(model: nn.Module) -> set[int]:
    values: list[object] = []
    for part in model.modules():
        # Not getattr: a module searches its parameters, buffers and children for each name that it doesn't have.
        own = vars(part)
        config = own.get("config")
        values += [own.get(name) for name in _LENGTHS]
        values += [getattr(config, name, None) for name in _LENGTHS] if config is not None else []
    return {value for value in values if isinstance(value, int)}
