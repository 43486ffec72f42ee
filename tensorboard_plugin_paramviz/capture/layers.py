"""The layers of a model: every module with parameters of its own, with path, role and block."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from tensorboard_plugin_paramviz.capture.roles import number_blocks, plain_path, role_of
from tensorboard_plugin_paramviz.record import LayerInfo

#: The path of the model itself, where it has parameters of its own.
ROOT = "(model)"


@dataclass(frozen=True)
class Slot:
    """Where a parameter lives. It is looked up anew at each snapshot, so that a parameter that was replaced (a loaded
    state dict with assign=True, a move to another device) is followed. layer: index of the layer it is counted in."""

    module: nn.Module
    name: str
    layer: int
    shape: tuple[int, ...]

    def parameter(self) -> nn.Parameter:
        """The parameter now; raises RuntimeError where it is gone or has changed its shape."""
        parameter = getattr(self.module, self.name, None)
        if not isinstance(parameter, Tensor) or tuple(parameter.shape) != self.shape:
            raise RuntimeError(
                f"parameter {self.name!r} of a {type(self.module).__name__} is no longer of shape {self.shape}: "
                "call watch() again after changing the model"
            )
        return parameter  # type: ignore[return-value]


@dataclass(frozen=True)
class Layers:
    """infos: [L]. slots: [P], each parameter once, however many layers share it. modules: [L]."""

    infos: tuple[LayerInfo, ...]
    slots: tuple[Slot, ...]
    modules: tuple[nn.Module, ...]


def find_layers(model: nn.Module) -> Layers:
    """All layers in the model's own order. Raises ValueError for a model that can't be watched as it is."""
    found: list[tuple[str, nn.Module, dict[str, nn.Parameter]]] = []
    taken: set[str] = set()
    for path, module in model.named_modules():
        own = dict(module.named_parameters(recurse=False))
        if own:
            plain = plain_path(path) or ROOT
            plain = path if plain in taken else plain
            taken.add(plain)
            found.append((plain, module, own))
            _refuse_unready(plain, own)
    if not found:
        raise ValueError("watch(): the model has no parameters; pass the module that is trained")
    infos: list[LayerInfo] = []
    slots: list[Slot] = []
    owners: dict[int, str] = {}  # id of a parameter -> path of the layer that counts it
    blocks = number_blocks([path for path, _, _ in found])
    for (path, module, own), block in zip(found, blocks, strict=True):
        fresh = {name: parameter for name, parameter in own.items() if id(parameter) not in owners}
        largest = max(own.values(), key=lambda parameter: parameter.numel())
        infos.append(
            LayerInfo(
                path=path,
                role=_role(path, module),
                block=block,
                shape=tuple(largest.shape),
                dtype=str(largest.dtype).removeprefix("torch."),
                parameters=sum(parameter.numel() for parameter in fresh.values()),
                tied_to=None if fresh else owners[id(largest)],
                trainable=any(parameter.requires_grad for parameter in own.values()),
            )
        )
        slots += [Slot(module, name, len(infos) - 1, tuple(parameter.shape)) for name, parameter in fresh.items()]
        owners.update((id(parameter), path) for parameter in fresh.values())
    modules = tuple(module for _, module, _ in found)
    return Layers(tuple(_by_structure(model, infos, modules)), tuple(slots), modules)


def table_weight(module: nn.Module) -> nn.Parameter | None:
    """The [V, D] weight of an embedding: an nn.Embedding, or a class that calls itself one. None = it isn't one."""
    weight = getattr(module, "weight", None)
    is_table = isinstance(module, nn.Embedding | nn.EmbeddingBag) or type(module).__name__.endswith("Embedding")
    return weight if is_table and isinstance(weight, nn.Parameter) and weight.ndim == 2 else None


def _role(path: str, module: nn.Module) -> str:
    role = role_of(path)
    if table_weight(module) is not None:
        return role if role in ("token_embedding", "position_embedding") else "other"
    if role in ("token_embedding", "position_embedding"):
        return "other"  # the name of a table on something that has no rows
    if type(module).__name__.endswith("Norm") or isinstance(module, nn.modules.batchnorm._NormBase):
        return "norm"
    return role


def _by_structure(model: nn.Module, infos: list[LayerInfo], modules: tuple[nn.Module, ...]) -> list[LayerInfo]:
    """Roles that the structure proves where the name didn't:

    - token_embedding, if no name gave one: the table with the most rows that stands in no block;
    - position_embedding, if no name gave one: a table as wide as that one, with "pos" in its name or exactly as many
      rows as the model's (or its config's) block_size, n_positions, max_position_embeddings or max_seq_len;
    - lm_head: a matrix that *is* the token embedding's, or a Linear in no block from its width to its vocabulary.
    """
    infos = list(infos)
    free = [i for i, info in enumerate(infos) if info.role == "other" and info.block is None]
    tables = [i for i in free if table_weight(modules[i]) is not None]
    named = [i for i, info in enumerate(infos) if info.role == "token_embedding"]
    if not named and tables:
        by_name = [i for i in tables if "pos" not in infos[i].path.rsplit(".", 1)[-1].lower()]
        if by_name:
            named = [max(by_name, key=lambda i: infos[i].shape[0])]
            infos[named[0]] = replace(infos[named[0]], role="token_embedding")
    if not named:
        return infos
    token = named[0]
    vocabulary, width = infos[token].shape
    if all(info.role != "position_embedding" for info in infos):
        lengths = _context_lengths(model)
        for i in tables:
            says_so = "pos" in infos[i].path.rsplit(".", 1)[-1].lower()
            if i != token and infos[i].shape[1] == width and (says_so or infos[i].shape[0] in lengths):
                infos[i] = replace(infos[i], role="position_embedding")
                break
    for i in free:
        weight = getattr(modules[i], "weight", None)
        is_token_table = weight is not None and weight is getattr(modules[token], "weight", None)
        is_head = isinstance(modules[i], nn.Linear) and infos[i].shape == (vocabulary, width)
        if i != token and infos[i].role == "other" and (is_token_table or is_head):
            infos[i] = replace(infos[i], role="lm_head")
    return infos


def _context_lengths(model: nn.Module) -> set[int]:
    names = ("block_size", "n_positions", "max_position_embeddings", "max_seq_len", "context_length", "n_ctx")
    holders = [holder for part in model.modules() for holder in (part, getattr(part, "config", None))]
    values = [getattr(holder, name, None) for holder in holders if holder is not None for name in names]
    return {value for value in values if isinstance(value, int)}


def _refuse_unready(path: str, own: dict[str, nn.Parameter]) -> None:
    for name, parameter in own.items():
        if isinstance(parameter, UninitializedParameter):
            raise ValueError(f"watch(): {path}.{name} is not initialized yet; run one batch through the model first")
        if parameter.is_meta:
            raise ValueError(f"watch(): {path}.{name} is on the meta device; load or initialize the weights first")
