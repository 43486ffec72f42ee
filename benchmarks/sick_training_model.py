"""A small transformer that can be built badly, and optimizers that torch hasn't got, for `sick_training.py`.

Names of layers are nanoGPT's or Llama's. Letters: N sequences, P positions, D width, H heads, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """norm: layer, rms or none. activation: gelu, relu or swiglu. spread: standard deviation of matrices at first."""

    blocks: int = 4
    width: int = 32
    heads: int = 2
    positions: int = 32
    norm: str = "layer"
    norm_first: bool = True
    activation: str = "gelu"
    residual: bool = True
    bias: bool = True
    dropout: float = 0.0
    tied: bool = True
    spread: float = 0.02


def norm_of(shape: Shape) -> nn.Module:
    if shape.norm == "none":
        return nn.Identity()
    return nn.RMSNorm(shape.width) if shape.norm == "rms" else nn.LayerNorm(shape.width, bias=shape.bias)


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.c_attn = nn.Linear(shape.width, 3 * shape.width, bias=shape.bias)
        self.c_proj = nn.Linear(shape.width, shape.width, bias=shape.bias)

    def forward(self, x: Tensor) -> Tensor:
        n, p, d = x.shape
        q, k, v = (
            self.c_attn(x).view(n, p, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        )  # each [N, H, P, D/H]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(y.transpose(1, 2).reshape(n, p, d))


class MLP(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.act: Callable[[Tensor], Tensor] = F.gelu if shape.activation == "gelu" else F.relu
        self.c_fc = nn.Linear(shape.width, 4 * shape.width, bias=shape.bias)
        self.c_proj = nn.Linear(4 * shape.width, shape.width, bias=shape.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(self.act(self.c_fc(x)))


class GatedMLP(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, 3 * shape.width, bias=shape.bias)
        self.up_proj = nn.Linear(shape.width, 3 * shape.width, bias=shape.bias)
        self.down_proj = nn.Linear(3 * shape.width, shape.width, bias=shape.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.residual, self.norm_first = shape.residual, shape.norm_first
        self.ln_1, self.ln_2 = norm_of(shape), norm_of(shape)
        self.attn = Attention(shape)
        self.mlp = GatedMLP(shape) if shape.activation == "swiglu" else MLP(shape)
        self.drop = nn.Dropout(shape.dropout)

    def forward(self, x: Tensor) -> Tensor:
        for norm, part in ((self.ln_1, self.attn), (self.ln_2, self.mlp)):
            y = self.drop(part(norm(x) if self.norm_first else x))
            y = x + y if self.residual else y
            x = y if self.norm_first else norm(y)
        return x


class Model(nn.Module):
    def __init__(self, shape: Shape, vocabulary: int) -> None:
        super().__init__()
        self.wte = nn.Embedding(vocabulary, shape.width)
        self.wpe = nn.Embedding(shape.positions, shape.width)
        self.h = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.ln_f = norm_of(shape)
        self.lm_head = nn.Linear(shape.width, vocabulary, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() >= 2:
                nn.init.normal_(parameter, std=shape.spread)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
        if shape.tied:
            self.lm_head.weight = self.wte.weight

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: int64 [N, P]. Returns logits [N, P, V]."""
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


class Lion(torch.optim.Optimizer):
    """The sign of a moving average (Chen et al. 2023, arXiv 2302.06675)."""

    def __init__(self, params: Iterable[Any], lr: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "betas": (0.9, 0.99), "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(torch.sign(first * mean + (1 - first) * p.grad), alpha=-group["lr"])
                mean.lerp_(p.grad, 1 - second)


class Orthogonal(torch.optim.Optimizer):
    """Momentum made orthogonal by Newton and Schulz, as Muon does (Jordan et al. 2024), for matrices."""

    def __init__(self, params: Iterable[Any], lr: float) -> None:
        super().__init__(params, {"lr": lr, "momentum": 0.95})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                mean.mul_(group["momentum"]).add_(p.grad)
                x = mean / (mean.norm() + 1e-7)
                x = x.T if x.shape[0] > x.shape[1] else x
                for _ in range(5):
                    square = x @ x.T
                    x = 3.4445 * x + (-4.775 * square + 2.0315 * square @ square) @ x
                x = x.T if mean.shape[0] > mean.shape[1] else x
                p.add_(x, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)


def optimizers_of(model: Model, name: str, lr: float, decay: float) -> list[torch.optim.Optimizer]:
    """By name: adamw, adam, sgd, lion or muon. Matrices decay."""
    trained = [p for p in model.parameters() if p.requires_grad]
    wide, thin = [p for p in trained if p.dim() >= 2], [p for p in trained if p.dim() < 2]
    groups = [{"params": wide, "weight_decay": decay}]
    groups += [{"params": thin, "weight_decay": 0.0}] if thin else []
    if name == "sgd":
        return [torch.optim.SGD(groups, lr=lr, momentum=0.9)]
    if name == "lion":
        return [Lion(groups, lr, decay)]
    if name == "muon":
        inner = [p for path, p in model.named_parameters() if path.startswith("h.") and p.dim() == 2]
        others = [p for p in trained if not any(p is one for one in inner)]
        return [Orthogonal(inner, lr), torch.optim.AdamW(others, lr=2e-3, betas=(0.9, 0.95), weight_decay=decay)]
    kind = torch.optim.AdamW if name == "adamw" else torch.optim.Adam
    return [kind(groups, lr=lr, betas=(0.9, 0.95))]
