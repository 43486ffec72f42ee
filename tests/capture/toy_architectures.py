"""Tiny models with the module names of well-known ones that are no library to import, and of what people write."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Nanochat(nn.Module):
    """Rotary positions (nothing learned), untied head, norms without parameters, an embedding of values in every other
    block, scalars on the model itself."""

    def __init__(self, vocabulary: int = 40, blocks: int = 3, dims: int = 16, sequence_len: int = 40) -> None:
        super().__init__()
        self.sequence_len = sequence_len
        with_values = [block for block in range(blocks) if block % 2 == (blocks - 1) % 2]
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(vocabulary, dims),
                "h": nn.ModuleList(NanochatBlock(dims, block in with_values) for block in range(blocks)),
            }
        )
        self.lm_head = nn.Linear(dims, vocabulary, bias=False)
        self.resid_lambdas = nn.Parameter(torch.ones(blocks))
        self.x0_lambdas = nn.Parameter(torch.zeros(blocks))
        self.smear_gate = nn.Linear(8, 1, bias=False)
        self.value_embeds = nn.ModuleDict({str(block): nn.Embedding(vocabulary, dims) for block in with_values})


class NanochatBlock(nn.Module):
    def __init__(self, dims: int, has_values: bool) -> None:
        super().__init__()
        self.attn = nn.Module()
        for name in ("c_q", "c_k", "c_v", "c_proj"):
            self.attn.add_module(name, nn.Linear(dims, dims, bias=False))
        self.attn.ve_gate = nn.Linear(8, 2, bias=False) if has_values else None
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(dims, 4 * dims), "c_proj": nn.Linear(4 * dims, dims)})


class Lecture(nn.Module):
    """The GPT of the well-known lecture: one Linear per head, numbered layers of an MLP."""

    def __init__(self, vocabulary: int = 40, length: int = 12, dims: int = 16) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocabulary, dims)
        self.position_embedding_table = nn.Embedding(length, dims)
        self.blocks = nn.Sequential(*(LectureBlock(dims) for _ in range(2)))
        self.ln_f = nn.LayerNorm(dims)
        self.lm_head = nn.Linear(dims, vocabulary)


class LectureBlock(nn.Module):
    def __init__(self, dims: int) -> None:
        super().__init__()
        self.sa = nn.Module()
        heads = ({name: nn.Linear(dims, dims // 2) for name in ("key", "query", "value")} for _ in range(2))
        self.sa.heads = nn.ModuleList(nn.ModuleDict(head) for head in heads)
        self.sa.proj = nn.Linear(dims, dims)
        self.ffwd = nn.Module()
        self.ffwd.net = nn.Sequential(nn.Linear(dims, 4 * dims), nn.ReLU(), nn.Linear(4 * dims, dims), nn.Dropout(0.1))
        self.ln1, self.ln2 = nn.LayerNorm(dims), nn.LayerNorm(dims)


class Positions(nn.Module):
    """A learned position table that is a bare parameter: [length, dims] with a leading or middle 1, or without."""

    def __init__(self, shape: tuple[int, ...], name: str = "pos_embed", vocabulary: int = 40) -> None:
        super().__init__()
        dims = shape[-1]
        self.name = name
        self.embed = nn.Embedding(vocabulary, dims)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dims))
        self.register_parameter(name, nn.Parameter(torch.randn(shape)))
        self.head = nn.Linear(dims, vocabulary)

    def forward(self, ids: Tensor) -> Tensor:
        positions = self.get_parameter(self.name).reshape(-1, self.cls_token.shape[-1])[: ids.shape[1]]  # [T, D]
        logits = self.head(self.embed(ids) + positions + self.cls_token)  # [B, T, V]
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten())


class TransformerLensBlock(nn.Module):
    """Matrices that are bare parameters of attention and MLP."""

    def __init__(self, dims: int = 16, heads: int = 2) -> None:
        super().__init__()
        self.attn, self.mlp = nn.Module(), nn.Module()
        for name in ("Q", "K", "V"):
            self.attn.register_parameter(f"W_{name}", nn.Parameter(torch.randn(heads, dims, dims // heads)))
            self.attn.register_parameter(f"b_{name}", nn.Parameter(torch.zeros(heads, dims // heads)))
        self.attn.W_O = nn.Parameter(torch.randn(heads, dims // heads, dims))
        self.attn.b_O = nn.Parameter(torch.zeros(dims))
        self.mlp.W_in, self.mlp.b_in = nn.Parameter(torch.randn(dims, 4 * dims)), nn.Parameter(torch.zeros(4 * dims))
        self.mlp.W_out, self.mlp.b_out = nn.Parameter(torch.randn(4 * dims, dims)), nn.Parameter(torch.zeros(dims))


class TransformerLens(nn.Module):
    def __init__(self, vocabulary: int = 40, length: int = 12, dims: int = 16) -> None:
        super().__init__()
        self.embed, self.pos_embed, self.unembed = nn.Module(), nn.Module(), nn.Module()
        self.embed.W_E = nn.Parameter(torch.randn(vocabulary, dims))
        self.pos_embed.W_pos = nn.Parameter(torch.randn(length, dims))
        self.blocks = nn.ModuleList(TransformerLensBlock(dims) for _ in range(2))
        self.unembed.W_U = nn.Parameter(torch.randn(dims, vocabulary))


class Experts(nn.Module):
    """A mixture of experts, each a module: `moe.gate` chooses, `moe.experts.3.w1` works."""

    def __init__(self, dims: int = 8, experts: int = 3) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(2):
            parts = ({name: nn.Linear(dims, dims, bias=False) for name in ("w1", "w2", "w3")} for _ in range(experts))
            moe = {"gate": nn.Linear(dims, experts), "experts": nn.ModuleList(nn.ModuleDict(part) for part in parts)}
            self.layers.append(nn.ModuleDict({"moe": nn.ModuleDict(moe), "norm": nn.LayerNorm(dims)}))


class StackedExperts(nn.Module):
    """The same as 3-D parameters [experts, out, in] of one module, with the biases gpt-oss has."""

    def __init__(self, dims: int = 8, experts: int = 3) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(2):
            stack = nn.Module()
            stack.gate_up_proj = nn.Parameter(torch.randn(experts, 2 * dims, dims))
            stack.gate_up_proj_bias = nn.Parameter(torch.zeros(experts, 2 * dims))
            stack.down_proj = nn.Parameter(torch.randn(experts, dims, dims))
            mlp = nn.ModuleDict({"router": nn.Linear(dims, experts), "experts": stack})
            self.layers.append(nn.ModuleDict({"mlp": mlp}))


class LeNet(nn.Module):
    """A CNN whose `fc1` is half of nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1, self.conv2 = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 8, 3)
        self.fc1, self.fc2 = nn.Linear(8, 16), nn.Linear(16, 10)
