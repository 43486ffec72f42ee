"""What `sick_training.py` trains: sick runs, each with the truth about it, and as many healthy ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from benchmarks.sick_training_model import Model, Shape

STEPS = 400
Change = Callable[[Model, int], None]


@dataclass(frozen=True)
class Truth:
    """What was planted. insights: any of them names it. step: None = the run is sick from its start. layers: those a
    finding that names layers has to name, by how their paths begin. severity: the least that is right. along: what else
    is true of this run above `note`."""

    what: str
    insights: tuple[str, ...]
    step: int | None = None
    layers: tuple[str, ...] = ()
    severity: str = "watch"
    along: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A training. schedule: cosine, constant or restarts. lines: of the text to learn from, None = all of it. unseen:
    tokens that never occur. built: changes the model before its optimizer is made, after: behind each step of it.
    batch_of: changes a batch. rates: of the learning rate, by how the paths of the layers begin. truth: None = it is
    healthy."""

    name: str
    truth: Truth | None = None
    shape: Shape = field(default_factory=Shape)
    steps: int = STEPS
    batch: int = 16
    optimizer: str = "adamw"
    lr: float = 3e-3
    schedule: str = "cosine"
    warm_up: int = 20
    clip: float | None = 1.0
    decay: float = 0.1
    accumulate: int = 1
    lines: int | None = None
    unseen: int = 0
    pretrained: bool = False
    forgotten: str | None = None
    built: Callable[[Model], None] | None = None
    after: Change | None = None
    batch_of: Callable[[Tensor, int], Tensor] | None = None


def logits_start_large(model: Model) -> None:
    with torch.no_grad():
        model.wte.weight.mul_(50)


def units_die(model: Model, step: int) -> None:
    """One large step pushes the biases of most units of block 1 down, as a rate too high for them does."""
    if step == 200:
        with torch.no_grad():
            model.h[1].mlp.c_fc.bias[:-20] -= 4.0


def queries_grow(model: Model, step: int) -> None:
    if 200 <= step < 300:
        with torch.no_grad():
            model.h[2].attn.c_attn.weight[: 2 * model.wte.weight.shape[1]].mul_(1.035)


def blocks_grow(model: Model, step: int) -> None:
    if 250 <= step < 290:
        with torch.no_grad():
            for parameter in model.h.parameters():
                parameter.mul_(1.05)


def rows_meet(model: Model, step: int) -> None:
    if step >= 200:
        with torch.no_grad():
            rows = model.wte.weight
            rows.lerp_(rows.norm(dim=1).mean() * torch.nn.functional.normalize(torch.ones_like(rows[:1])), 0.02)


def plant_nan(model: Model, step: int) -> None:
    if step == 300:
        with torch.no_grad():
            model.h[1].mlp.c_proj.weight[3] = torch.nan


def cut(model: Model) -> None:
    """A graph that is cut: what was x.detach() by mistake."""
    model.h[2].register_forward_pre_hook(lambda module, inputs: (inputs[0].detach(),))


def freeze(model: Model) -> None:
    for parameter in (*model.wpe.parameters(), *model.h[0].parameters()):
        parameter.requires_grad_(False)


def garbage(tokens: Tensor, step: int) -> Tensor:
    """For a few steps the text comes shuffled."""
    if not 250 <= step < 256:
        return tokens
    return torch.randint(int(tokens.max()) + 1, tokens.shape, generator=torch.Generator().manual_seed(step))


UNSTABLE = ("divergence", "learning_rate_too_high", "oscillation")
#: What a rate far too high does to layers, one or the other of it in each run: all measured, and read here one by one.
RUINED = (
    "attention_collapse", "dead_units", "embedding_collapse", "exploding_gradients", "initial_loss", "plateau",
    "rank_collapse", "spike", "update_ratio", "vanishing_gradients",
)  # fmt: skip
SICK = (
    Case("rate_100_times_too_high", Truth("AdamW at 0.3, clipped", UNSTABLE, along=RUINED), lr=0.3),
    Case("rate_too_high_not_clipped", Truth("AdamW at 0.1, not clipped", UNSTABLE, along=RUINED), lr=0.1, clip=None),
    Case(
        "sgd_rate_too_high",
        Truth("SGD at 3, not clipped", ("divergence", "non_finite"), along=RUINED),
        optimizer="sgd",
        lr=3.0,
        clip=None,
    ),
    Case("rate_too_low", Truth("AdamW at 3e-6", ("learning_rate_too_low",)), lr=3e-6),
    Case(
        "no_warm_up",
        Truth("norm behind each part, AdamW at 0.02 from the first step on", UNSTABLE, along=RUINED),
        Shape(norm_first=False, blocks=6),
        lr=2e-2,
        warm_up=0,
        schedule="constant",
    ),
    Case(
        "logits_start_too_large",
        Truth("token table times 50 at the start", ("initial_loss",), along=("rank_collapse",)),
        built=logits_start_large,
    ),
    Case(
        "vanishing_in_depth",
        Truth(
            "10 blocks without residual path and norm",
            ("vanishing_gradients",),
            layers=("h.0", "h.1", "h.2", "h.3", "h.4", "h.5", "wpe"),
            along=("plateau", "update_ratio"),
        ),
        Shape(blocks=10, residual=False, norm="none", spread=0.08),
    ),
    Case(
        "exploding_in_depth",
        Truth(
            "10 blocks without norm, their weights grow by 5 % a step",
            ("exploding_gradients",),
            250,
            along=("divergence", "non_finite", "learning_rate_too_high", "update_ratio", "spike", "embedding_collapse"),
        ),
        Shape(blocks=10, norm="none", spread=0.05),
        clip=None,
        lr=1e-3,
        after=blocks_grow,
    ),
    Case(
        "dead_relu",
        Truth("biases of most units of block 1 pushed down", ("dead_units",), 200, ("h.1.mlp",)),
        Shape(activation="relu"),
        after=units_die,
    ),
    Case(
        "attention_entropy",
        Truth("queries and keys of block 2 grow", ("attention_collapse",), 200, ("h.2.attn",), along=("update_ratio",)),
        after=queries_grow,
    ),
    Case(
        "few_lines",
        Truth("learns 30 lines by heart", ("overfitting",), along=("undertrained_tokens",)),
        Shape(width=64),
        lr=6e-3,
        decay=0.0,
        lines=30,
    ),
    Case(
        "unseen_tokens",
        Truth("12 tokens that never occur", ("undertrained_tokens",), layers=("wte",)),
        Shape(tied=False),
        unseen=12,
    ),
    Case(
        "unseen_tokens_tied",
        Truth("12 tokens that never occur, tied head", ("undertrained_tokens",), layers=("wte",)),
        unseen=12,
    ),
    Case("garbage_batches", Truth("6 batches of random tokens", ("spike",), 250), batch_of=garbage),
    Case(
        "nan_in_a_layer",
        Truth("NaN in a row of one matrix", ("non_finite",), 300, ("h.1.mlp.c_proj",)),
        after=plant_nan,
    ),
    Case("always_clipped", Truth("clipped at 0.01", ("clip_rate",), severity="note"), clip=0.01),
    Case(
        "rows_of_one_direction",
        Truth("rows of the token table pulled into one direction", ("embedding_collapse",), 200, ("wte",)),
        Shape(tied=False),
        after=rows_meet,
    ),
    Case(
        "layer_forgotten",
        Truth("the MLP of block 1 is in no parameter group", ("update_ratio",), layers=("h.1.mlp",)),
        forgotten="h.1.mlp",
    ),
    Case(
        "graph_cut",
        Truth(
            "x.detach() before block 2",
            ("vanishing_gradients",),
            layers=("h.0", "h.1", "wte", "wpe"),
            along=("plateau",),
        ),
        Shape(tied=False),
        built=cut,
    ),
)

HEALTHY = (
    Case("adamw_cosine"),
    Case("constant_rate", schedule="constant", lr=2e-3),
    Case("no_decay_no_clip", decay=0.0, clip=None),
    Case("sgd_momentum", optimizer="sgd", lr=0.3, decay=0.0),
    Case("rms_norm_no_bias_swiglu", shape=Shape(norm="rms", bias=False, activation="swiglu")),
    Case("relu_dropout", shape=Shape(activation="relu", dropout=0.1)),
    Case("accumulated_gradients", batch=8, accumulate=4, steps=250),
    Case("warm_restarts", schedule="restarts"),
    Case("fine_tuned", pretrained=True, lr=3e-5, warm_up=0),
    Case("fine_tuned_frozen", pretrained=True, lr=3e-4, built=freeze),
    Case("untied_head", shape=Shape(tied=False)),
    Case("lion", optimizer="lion", lr=4e-4),
    Case("muon", optimizer="muon", lr=2e-2),
    Case("small_batch", batch=4, lr=1e-3),
    Case("large_batch", batch=64, steps=250),
    Case("two_wide_blocks", shape=Shape(blocks=2, width=64, heads=4)),
    Case("norm_behind", shape=Shape(norm_first=False), lr=1e-3, warm_up=40),
)
CASES = {case.name: case for case in (*SICK, *HEALTHY)}
