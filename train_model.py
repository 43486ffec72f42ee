"""The model that train.py trains: a GPT in nanoGPT's manner and with its module names.

Letters: N sequences, P positions, D width, H heads, V vocabulary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: Without layer norms each matrix hands on so much of the size it gets; small weights would find a rule at once.
PLAIN_SIZE = 0.7


@dataclass(frozen=True)
class GPTConfig:
    """plain: no layer norms and a head of its own, as Nanda et al. 2023 (arXiv 2301.05217) train modular addition.
    Norms make the length of a row worthless, and a tied table has to keep its rows apart besides: with both, the models
    tried came to add without a circle in their embedding."""

    vocab_size: int
    block_size: int
    layers: int
    heads: int
    width: int
    dropout: float
    plain: bool = False

    def norm(self) -> nn.Module:
        return nn.Identity() if self.plain else nn.LayerNorm(self.width, bias=False)


class Attention(nn.Module):
    """Causal self-attention; queries, keys and values come from one matrix."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.heads, self.dropout = config.heads, config.dropout
        self.c_attn = nn.Linear(config.width, 3 * config.width, bias=False)
        self.c_proj = nn.Linear(config.width, config.width, bias=False)
        self.resid_dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        n, p, d = x.shape
        qkv = self.c_attn(x).view(n, p, 3, self.heads, d // self.heads)  # [N, P, 3, H, D/H]
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [N, H, P, D/H]
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout)  # [N, H, P, D/H]
        return self.resid_dropout(self.c_proj(y.transpose(1, 2).reshape(n, p, d)))  # [N, P, D]


class MLP(nn.Module):
    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.c_fc = nn.Linear(config.width, 4 * config.width, bias=False)
        self.c_proj = nn.Linear(4 * config.width, config.width, bias=False)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.c_proj(F.gelu(self.c_fc(x))))  # [N, P, D]


class Block(nn.Module):
    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.ln_1 = config.norm()
        self.attn = Attention(config)
        self.ln_2 = config.norm()
        self.mlp = MLP(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab_size, config.width),
                "wpe": nn.Embedding(config.block_size, config.width),
                "drop": nn.Dropout(config.dropout),
                "h": nn.ModuleList(Block(config) for _ in range(config.layers)),
                "ln_f": config.norm(),
            }
        )
        self.lm_head = nn.Linear(config.width, config.vocab_size, bias=False)
        if not config.plain:
            self.lm_head.weight = self.transformer.wte.weight  # tied: a token is read and written by the same vector
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                # Each block adds two outputs to the residual stream; scaled down, their sum starts as large as one.
                std = 0.02 / math.sqrt(2 * config.layers) if name.endswith("c_proj.weight") else 0.02
                nn.init.normal_(parameter, std=PLAIN_SIZE / math.sqrt(parameter.shape[1]) if config.plain else std)

    def forward(self, tokens: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """tokens, targets: int64 [N, P], -1 = not asked for. Returns logits [N, P, V] and the mean loss in nats."""
        positions = torch.arange(tokens.shape[1], device=tokens.device)  # [P]
        x = self.transformer.drop(self.transformer.wte(tokens) + self.transformer.wpe(positions))  # [N, P, D]
        for block in self.transformer.h:
            x = block(x)
        logits = self.lm_head(self.transformer.ln_f(x))  # [N, P, V]
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
