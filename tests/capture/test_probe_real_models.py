"""The probe on models of Hugging Face and of torch.nn, against the attention they give out themselves."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn

from tensorboard_plugin_paramviz.capture.layers import find_layers
from tensorboard_plugin_paramviz.capture.probe import Probe

SMALL = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 65,
    "max_position_embeddings": 32,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
GPT2 = {
    "n_embd": 16,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": 32,
    "vocab_size": 65,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
GROUPED = {**SMALL, "num_key_value_heads": 2}
PICTURES = {"image_size": 16, "patch_size": 4}


def build(name: str, attention: str) -> nn.Module:
    kinds: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "gpt2": (transformers.GPT2LMHeadModel, transformers.GPT2Config, GPT2),
        "llama": (transformers.LlamaForCausalLM, transformers.LlamaConfig, GROUPED),
        "neox": (transformers.GPTNeoXForCausalLM, transformers.GPTNeoXConfig, SMALL),
        "bert": (transformers.BertForMaskedLM, transformers.BertConfig, SMALL),
        "vit": (transformers.ViTModel, transformers.ViTConfig, {**SMALL, **PICTURES}),
        "mixtral": (transformers.MixtralForCausalLM, transformers.MixtralConfig, {**GROUPED, "num_local_experts": 8}),
    }
    model, config, sizes = kinds[name]
    torch.manual_seed(4)
    built: nn.Module = model(config(**sizes, attn_implementation=attention))
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.mul_(14 if parameter.ndim > 1 else 1)  # as initialized, all attention is uniform
    return built


def batch_for(name: str) -> dict[str, Tensor]:
    if name == "vit":
        return {"pixel_values": torch.randn(2, 3, 16, 16)}
    ids = torch.randint(3, 65, (2, 8))
    if name != "bert":
        return {"input_ids": ids, "labels": ids}
    mask = torch.ones_like(ids)
    mask[0, 5:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def ratio_of(probabilities: Tensor, visible: Tensor) -> float:
    """probabilities: [B, H, T, S], visible: bool that broadcasts to it."""
    keys = visible.expand_as(probabilities).sum(-1)  # [B, H, T]
    entropy = torch.special.entr(probabilities.double()).sum(-1)
    return (entropy / keys.log())[keys > 1].mean().item()


@pytest.mark.parametrize("name", ["gpt2", "llama", "neox", "bert", "vit", "mixtral"])
def test_a_model_of_hugging_face_gives_the_figures_of_the_attention_it_gives_out(name: str) -> None:
    batch = batch_for(name)
    eager, fused = (build(name, attention) for attention in ("eager", "sdpa"))
    found = Probe(eager, batch, find_layers(eager)).run()  # [B, A]
    torch.testing.assert_close(
        Probe(fused, batch, find_layers(fused)).run(), found, equal_nan=True, rtol=1e-4, atol=1e-5
    )

    outputs: list[Tensor] = []
    blocks = next(m for m in eager.modules() if isinstance(m, nn.ModuleList) and len(m) == 2)
    for block in blocks:
        block.register_forward_hook(lambda _, __, y: outputs.append(y[0] if isinstance(y, tuple) else y))
    with torch.no_grad():
        attentions = eager.eval()(**batch, output_attentions=True).attentions
    length = attentions[0].shape[-1]
    visible = torch.ones(length, length, dtype=torch.bool)
    if name == "bert":
        visible = batch["attention_mask"][:, None, None].bool()
    elif name != "vit":
        visible = visible.tril()
    wanted = [[y.square().mean().sqrt().item(), ratio_of(a, visible)] for y, a in zip(outputs, attentions, strict=True)]
    torch.testing.assert_close(found[:, :2], torch.tensor(wanted), rtol=1e-4, atol=1e-5)
    assert found[:, 1].max() < 0.97, "attention is too uniform for this test to see anything"
    assert found[:, 2].isfinite().all()
    assert found[:, 3].isfinite().all() == (name != "mixtral")  # its experts' weights are no layers of their own


def test_an_encoder_decoder_counts_a_blocks_cross_attention_to_the_same_block() -> None:
    sizes = {"d_model": 16, "d_kv": 4, "d_ff": 32, "num_layers": 2, "num_heads": 4, "vocab_size": 65}
    model = transformers.T5ForConditionalGeneration(transformers.T5Config(**sizes, decoder_start_token_id=0))
    batch = {"input_ids": torch.randint(1, 65, (2, 9)), "labels": torch.randint(1, 65, (2, 5))}
    found = Probe(model, batch, find_layers(model)).run()  # [B, A]
    model.set_attn_implementation("eager")
    torch.testing.assert_close(Probe(model, batch, find_layers(model)).run(), found, rtol=1e-4, atol=1e-5)
    with torch.no_grad():
        out = model.eval()(**batch, output_attentions=True)
    everything, causal = torch.ones(1, dtype=torch.bool), torch.ones(5, 5, dtype=torch.bool).tril()
    wanted = [ratio_of(a, everything) for a in out.encoder_attentions]
    for own, cross in zip(out.decoder_attentions, out.cross_attentions, strict=True):
        # 4 queries of 5 see more than one key in the block's own attention, 5 in the cross attention
        wanted.append((4 * ratio_of(own, causal) + 5 * ratio_of(cross, everything)) / 9)
    assert found[:, 1].tolist() == pytest.approx(wanted, rel=1e-4)
    assert found.isfinite().all()


@pytest.mark.parametrize("padded", [False, True])
def test_torchs_own_encoder_is_seen_where_it_would_take_its_fast_path(padded: bool) -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    model = nn.TransformerEncoder(layer, 2)
    x, hidden = torch.randn(2, 7, 16), torch.zeros(2, 7, dtype=torch.bool)
    hidden[1, 4:] = padded
    batch = {"src": x, "src_key_padding_mask": hidden if padded else None}
    found = Probe(model, batch, find_layers(model)).run()  # [B, A]
    assert torch.backends.mha.get_fastpath_enabled()
    assert model.training
    wanted = []
    with torch.no_grad():
        for block in model.layers:
            block.train().apply(lambda module: setattr(module, "p", 0.0) if isinstance(module, nn.Dropout) else None)
            block.self_attn.dropout = 0.0
            _, p = block.self_attn(x, x, x, key_padding_mask=hidden, average_attn_weights=False)
            x = block(x, src_key_padding_mask=hidden)
            wanted.append([x.square().mean().sqrt().item(), ratio_of(p, ~hidden[:, None, None])])
    torch.testing.assert_close(found[:, :2], torch.tensor(wanted), rtol=1e-4, atol=1e-5)
    assert not math.isnan(found.sum())
