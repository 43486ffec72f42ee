"""The models that `capture.py` measures, with random weights, in nanoGPT's manner and with its module names.

Letters: N sequences, P positions, D width, H heads, V vocabulary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """batch, positions: of one training step here; they make it longer or shorter, a snapshot costs the same."""

    title: str
    layers: int
    heads: int
    width: int
    block: int
    vocabulary: int
    bias: bool
    batch: int
    positions: int

    def tiny(self) -> Shape:
        """Small enough for a test: the same parts, nothing to be read from the figures."""
        sizes = {"layers": 2, "heads": 2, "width": 32, "block": 16, "vocabulary": min(self.vocabulary, 97)}
        return replace(self, title=f"{self.title}, tiny", batch=2, positions=16, **sizes)


SHAPES = {
    "gpt2": Shape("GPT-2 124M", 12, 12, 768, 1024, 50257, True, batch=1, positions=64),
    "char": Shape("nanoGPT shakespeare_char", 6, 6, 384, 256, 65, False, batch=1, positions=256),
    # What nanoGPT's README runs on a CPU: --n_layer=4 --n_head=4 --n_embd=128 --block_size=64 --batch_size=12.
    "char-cpu": Shape("nanoGPT shakespeare_char at its CPU sizes", 4, 4, 128, 64, 65, False, batch=12, positions=64),
    # Little to compute beside a large table: where a snapshot is dearest in steps.
    "wide": Shape("2 layers of 256 under 50,257 tokens", 2, 4, 256, 64, 50257, False, batch=4, positions=64),
}


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, width = shape.heads, shape.width
        self.ln_1 = nn.LayerNorm(width, bias=shape.bias)
        self.attn = nn.ModuleDict({
            "c_attn": nn.Linear(width, 3 * width, bias=shape.bias),
            "c_proj": nn.Linear(width, width, bias=shape.bias),
        })  # fmt: skip
        self.ln_2 = nn.LayerNorm(width, bias=shape.bias)
        self.mlp = nn.ModuleDict({
            "c_fc": nn.Linear(width, 4 * width, bias=shape.bias),
            "c_proj": nn.Linear(4 * width, width, bias=shape.bias),
        })  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        n, p, d = x.shape
        qkv = self.attn["c_attn"](self.ln_1(x)).view(n, p, 3, self.heads, d // self.heads)  # [N, P, 3, H, D/H]
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [N, H, P, D/H]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)  # [N, H, P, D/H]
        x = x + self.attn["c_proj"](y.transpose(1, 2).reshape(n, p, d))  # [N, P, D]
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))  # [N, P, D]


class GPT(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(shape.vocabulary, shape.width),
            "wpe": nn.Embedding(shape.block, shape.width),
            "h": nn.ModuleList(Block(shape) for _ in range(shape.layers)),
            "ln_f": nn.LayerNorm(shape.width, bias=shape.bias),
        })  # fmt: skip
        self.lm_head = nn.Linear(shape.width, shape.vocabulary, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                std = 0.02 / math.sqrt(2 * shape.layers) if name.endswith("c_proj.weight") else 0.02
                nn.init.normal_(parameter, std=std)

    def forward(self, tokens: Tensor, targets: Tensor) -> Tensor:
        """tokens, targets: int64 [N, P]. Returns the mean loss in nats, []."""
        positions = torch.arange(tokens.shape[1], device=tokens.device)  # [P]
        x = self.transformer["wte"](tokens) + self.transformer["wpe"](positions)  # [N, P, D]
        for block in self.transformer["h"]:
            x = block(x)
        logits = self.lm_head(self.transformer["ln_f"](x))  # [N, P, V]
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def build(shape: Shape, device: str, seed: int = 1337) -> tuple[GPT, torch.optim.Optimizer]:
    """A model and the AdamW that trains it, as nanoGPT builds them."""
    torch.manual_seed(seed)
    model = GPT(shape).to(device)
    decayed = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    others = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    return model, torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=device != "cpu")


class Corpus:
    """Text to learn from: each token tends to be followed by a few others. 100,000 tokens, the same for a seed."""

    def __init__(self, shape: Shape, device: str, seed: int = 7) -> None:
        self._shape, self._device = shape, device
        self._draw = torch.Generator().manual_seed(seed)
        followers = torch.randint(shape.vocabulary, (shape.vocabulary, 4), generator=self._draw).tolist()
        choices = torch.randint(4, (100_000,), generator=self._draw).tolist()
        tokens = [0]
        for choice in choices:
            tokens.append(followers[tokens[-1]][choice])
        self._tokens = torch.tensor(tokens)  # [100001]

    def batch(self) -> tuple[Tensor, Tensor]:
        """tokens, targets: int64 [N, P] on the device."""
        length = self._shape.positions
        starts = torch.randint(len(self._tokens) - length - 1, (self._shape.batch,), generator=self._draw)  # [N]
        places = starts[:, None] + torch.arange(length + 1)  # [N, P + 1]
        text = self._tokens[places].to(self._device)
        return text[:, :-1], text[:, 1:]
