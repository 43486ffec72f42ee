"""Modules that are awkward to watch: each is trained, watched and read back from its event file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from recorded import norm, record
from torch import Tensor, nn
from toy_architectures import Positions
from toy_models import Gpt, adam

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.layers import find_layers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


class SharedBias(nn.Module):
    """A head with the table's matrix and a bias of its own; one Linear under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.first = nn.Linear(8, 8)
        self.second = self.first
        self.head = nn.Linear(8, 20)
        self.head.weight = self.embed.weight

    def forward(self) -> Tensor:
        return self.head(self.second(self.first(self.embed(torch.arange(20))))).square().mean()


def test_tied_and_shared_parameters_are_counted_once_and_named(tmp_path) -> None:
    model = SharedBias()
    recorded = record(model, tmp_path, model, adam(model))
    assert [(info.path, info.parameters, info.tied_to) for info in recorded.layers.values()] == [
        ("embed", 160, None),
        ("first", 72, None),
        ("head", 20, "embed"),
    ]
    assert recorded.stat("head", "weight_norm") == pytest.approx(norm(model.head.bias))
    assert recorded.stat("embed", "grad_norm") == pytest.approx(norm(model.embed.weight.grad))


def test_frozen_and_never_used_layers_have_weights_and_no_gradients(tmp_path) -> None:
    model = nn.ModuleDict({name: nn.Linear(4, 4) for name in ("used", "frozen", "unused")})
    model["frozen"].requires_grad_(False)
    recorded = record(
        model, tmp_path, lambda: model["used"](model["frozen"](torch.ones(2, 4))).square().sum(), adam(model)
    )
    assert [info.trainable for info in recorded.layers.values()] == [True, False, True]
    for path in ("frozen", "unused"):
        weights = [model[path].weight, model[path].bias]
        assert recorded.stat(path, "weight_norm") == pytest.approx(norm(*weights))
        assert np.isnan(recorded.stat(path, "grad_norm"))
        assert recorded.stat(path, "update_norm") in (0.0, pytest.approx(float("nan"), nan_ok=True))
    assert recorded.stat("used", "grad_norm") > 0
    assert recorded.stat("used", "update_norm") > 0


class Odd(nn.Module):
    """Parameters without dimensions and without entries."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.nothing, self.rest = nn.Module(), nn.Module(), nn.Linear(3, 3)
        self.scale.value = nn.Parameter(torch.tensor(-2.5))
        self.nothing.rows = nn.Parameter(torch.zeros(0, 7))

    def forward(self) -> Tensor:
        return self.rest(torch.ones(2, 3)).sum() * self.scale.value + self.nothing.rows.sum()


def test_parameters_without_dimensions_or_entries(tmp_path) -> None:
    model = Odd()
    recorded = record(model, tmp_path, model, torch.optim.SGD(model.parameters(), lr=0.0))
    assert (recorded.layer("scale").shape, recorded.layer("scale").parameters) == ((), 1)
    assert (recorded.layer("nothing").shape, recorded.layer("nothing").parameters) == ((0, 7), 0)
    assert recorded.stat("scale", "weight_norm") == 2.5
    assert recorded.stat("scale", "grad_norm") == pytest.approx(norm(model.scale.value.grad))
    assert np.isnan(recorded.stat("nothing", "weight_norm"))
    assert np.isnan(recorded.stat("nothing", "grad_norm"))


@pytest.mark.parametrize("rows", [20, 5000])
def test_sparse_gradients_are_those_of_a_dense_table(rows: int, tmp_path) -> None:
    recordings = []
    for sparse in (False, True):
        torch.manual_seed(1)
        model = nn.Embedding(rows, 8, sparse=sparse)
        ids = torch.tensor([1, 3, 3, 7])  # a row twice: its two gradients add up
        weights = torch.randn(4, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        recordings.append(record(model, tmp_path / str(sparse), lambda: (model(ids) * weights).sum(), optimizer))  # noqa: B023
    dense, sparse = recordings
    for name in ("grad_norm", "grad_max_abs", "weight_norm", "update_norm"):
        assert sparse.stat("(model)", name) == pytest.approx(dense.stat("(model)", name), rel=1e-5), name
    rows_of = [recording.snapshots[-1].embeddings["(model)"] for recording in recordings]
    np.testing.assert_allclose(rows_of[1].grad_norms, rows_of[0].grad_norms, rtol=1e-5)
    np.testing.assert_array_equal(rows_of[1].values, rows_of[0].values)


class Cast(nn.Module):
    """Weights of any dtype, used in float32: what autocast and fp8 libraries do."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        trains = dtype.itemsize > 1  # torch makes no gradients of fp8 weights on a CPU
        self.embed, self.linear = nn.Embedding(2500, 8), nn.Linear(8, 300)  # more rows than are drawn
        for module in (self.embed, self.linear):
            for name, parameter in list(module.named_parameters()):
                setattr(module, name, nn.Parameter(parameter.detach().to(dtype), requires_grad=trains))
        self.norm = nn.LayerNorm(8)

    def forward(self) -> Tensor:
        x = self.norm(self.embed.weight.float())  # [V, 8]
        return nn.functional.linear(x, self.linear.weight.float(), self.linear.bias.float()).square().mean()


@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.float16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2], ids=str
)
def test_weights_of_any_precision_are_measured_as_they_are(dtype: torch.dtype, tmp_path) -> None:
    model = Cast(dtype)
    optimizer = torch.optim.SGD([weight for weight in model.parameters() if weight.requires_grad], lr=0.1)
    recorded = record(model, tmp_path, model, optimizer)
    for path, module in model.named_children():
        weights = list(module.parameters())
        assert recorded.stat(path, "weight_norm") == pytest.approx(norm(*weights), rel=1e-5)
        largest = max(float(weight.detach().double().abs().max()) for weight in weights)
        assert recorded.stat(path, "weight_max_abs") == pytest.approx(largest, rel=1e-6)
        if all(weight.grad is not None for weight in weights):
            assert recorded.stat(path, "grad_norm") == pytest.approx(norm(*(w.grad for w in weights)), rel=1e-3)
    assert recorded.layer("linear").dtype == str(dtype).removeprefix("torch.")
    (table,) = recorded.models[-1].embeddings
    drawn = model.embed.weight.detach().float()[list(table.rows or ())]  # [2000, 8]
    np.testing.assert_allclose(recorded.snapshots[-1].embeddings["embed"].values, drawn.numpy(), atol=0.02)


class Quantized(nn.Module):
    """Integers as frozen parameters (bitsandbytes, packed 4 bit), with their scales, beside layers that train."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.packed, self.linear = nn.Module(), nn.Linear(8, 8)
        self.packed.weight = nn.Parameter(torch.randint(0, 100, (300, 100)).to(dtype), requires_grad=False)
        self.packed.weight_scale = nn.Parameter(torch.rand(300), requires_grad=False)

    def forward(self) -> Tensor:
        return self.linear(torch.ones(8)).square().sum() * self.packed.weight_scale.mean()


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int32, torch.bool], ids=str)
def test_integer_weights_do_not_disturb_the_layers_that_train(dtype: torch.dtype, tmp_path) -> None:
    model = Quantized(dtype)
    recorded = record(model, tmp_path, model, adam(model))
    info = recorded.layer("packed")
    assert (info.dtype, info.parameters, info.trainable) == (str(dtype).removeprefix("torch."), 30_300, False)
    assert recorded.stat("linear", "weight_norm") == pytest.approx(norm(model.linear.weight, model.linear.bias))
    assert recorded.stat("linear", "update_norm") > 0


@pytest.mark.filterwarnings("ignore")  # of torch.ao, which is on its way out
def test_a_module_that_torch_quantized_has_no_parameters_and_is_left_out(tmp_path) -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 4))
    model[0] = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(8, 8)), {nn.Linear})[0]
    recorded = record(model, tmp_path, lambda: model(torch.ones(2, 8)).sum(), adam(model[1]))
    assert list(recorded.layers) == ["1"]


def test_a_model_on_the_meta_device_is_told_with_the_fix(tmp_path) -> None:
    with torch.device("meta"):
        model = Gpt()
    with pytest.raises(ValueError, match=r"transformer\.wte\.weight is on the meta device; load or initialize"):
        watch(model, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_complex_weights_count_with_both_parts(tmp_path) -> None:
    model = nn.Module()
    model.filter = nn.Linear(40, 500, bias=False, dtype=torch.complex64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorded = record(model, tmp_path, lambda: model.filter(torch.ones(40, dtype=torch.cfloat)).abs().sum(), optimizer)
    assert recorded.stat("filter", "weight_norm") == pytest.approx(norm(model.filter.weight), rel=1e-5)
    assert recorded.stat("filter", "grad_norm") == pytest.approx(norm(model.filter.weight.grad), rel=1e-5)
    assert recorded.layer("filter").parameters == 20_000


def test_a_position_table_that_is_a_bare_parameter_is_drawn(tmp_path) -> None:
    model = Positions((1, 12, 8))
    ids = torch.arange(10)[None]
    recorded = record(model, tmp_path, lambda: model(ids), adam(model))
    table = {info.path: info for info in recorded.models[-1].embeddings}["pos_embed"]
    assert (table.role, table.shape, table.rows) == ("position_embedding", (12, 8), None)
    rows = recorded.snapshots[-1].embeddings["pos_embed"]
    np.testing.assert_allclose(rows.values, model.pos_embed[0].detach().numpy(), atol=0.02)
    np.testing.assert_allclose(rows.grad_norms, model.pos_embed.grad[0].norm(dim=1).numpy(), rtol=1e-5)
    assert (rows.update_norms[:10] > 0).all()


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # the compiler looks at the gradient of an activation
@pytest.mark.parametrize("how", ["wrapped before", "wrapped after", "in place", "blocks"])
def test_a_compiled_model_is_recorded_as_if_it_were_not(how: str, tmp_path) -> None:
    plain, model = Gpt(), Gpt()
    watched: nn.Module = model
    runs: Callable[[Tensor], Tensor] = model
    if how == "wrapped before":
        watched = runs = torch.compile(model, backend="eager")  # type: ignore[assignment]
    elif how == "wrapped after":
        runs = torch.compile(model, backend="eager")  # type: ignore[assignment]
    elif how == "in place":
        model.compile(backend="eager")
    else:
        blocks = model.transformer["h"]
        for index in range(len(blocks)):
            blocks[index] = torch.compile(blocks[index], backend="eager")
    recorded = record(watched, tmp_path, lambda: runs(torch.arange(16)[None]), adam(model))
    assert recorded.models[-1].layers == find_layers(plain).infos
    assert recorded.models[-1].model_class == "Gpt"
    matrix = model.transformer["h"][1].attn.c_attn
    path = "transformer.h.1.attn.c_attn"
    assert recorded.stat(path, "grad_norm") == pytest.approx(norm(matrix.weight.grad, matrix.bias.grad), rel=1e-5)
    assert set(recorded.snapshots[-1].embeddings) == {"transformer.wte", "transformer.wpe"}


@pytest.mark.filterwarnings("ignore")  # of the library's own
def test_lora_adapters_have_the_role_of_the_layer_they_adapt(tmp_path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers.models.gpt2 import GPT2Config, GPT2LMHeadModel

    sizes = {"vocab_size": 40, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 24}
    base = GPT2LMHeadModel(GPT2Config(**sizes, pad_token_id=0, bos_token_id=1, eos_token_id=2))
    config = LoraConfig(r=2, target_modules=["c_attn"], modules_to_save=["wpe"], fan_in_fan_out=True)
    model = get_peft_model(base, config)
    ids = torch.arange(12)[None]
    recorded = record(model, tmp_path, lambda: model(input_ids=ids, labels=ids).loss, adam(model))
    top = "base_model.model.transformer"
    parts = {path.removeprefix(f"{top}.h.1."): info for path, info in recorded.layers.items() if ".h.1." in path}
    assert {path: (info.role, info.block, info.trainable) for path, info in parts.items() if "c_attn" in path} == {
        "attn.c_attn.base_layer": ("attn_qkv", 1, False),
        "attn.c_attn.lora_A.default": ("attn_qkv", 1, True),
        "attn.c_attn.lora_B.default": ("attn_qkv", 1, True),
    }
    assert parts["mlp.c_fc"].role == "mlp_up"
    assert recorded.stat(f"{top}.h.1.attn.c_attn.lora_B.default", "update_norm") > 0
    assert np.isnan(recorded.stat(f"{top}.h.1.attn.c_attn.base_layer", "grad_norm"))
    # The copy that trains is drawn, its frozen original is not.
    assert set(recorded.snapshots[-1].embeddings) == {f"{top}.wte", f"{top}.wpe.modules_to_save.default"}


@pytest.mark.parametrize("kind", ["weight_norm", "spectral_norm", "orthogonal"])
def test_parametrized_layers_keep_their_role(kind: str, tmp_path) -> None:
    model = Gpt()
    attention = model.transformer["h"][0].attn
    getattr(torch.nn.utils.parametrizations, kind)(attention.c_proj)
    recorded = record(model, tmp_path, lambda: model(torch.arange(16)[None]), adam(model))
    path = "transformer.h.0.attn.c_proj"
    roles = {layer: (info.role, info.block) for layer, info in recorded.layers.items() if layer.startswith(path)}
    assert roles[f"{path}.parametrizations.weight"] == ("attn_out", 0)
    assert set(roles.values()) == {("attn_out", 0)}
    originals = list(attention.c_proj.parametrizations["weight"].parameters(recurse=False))
    assert recorded.stat(f"{path}.parametrizations.weight", "weight_norm") == pytest.approx(norm(*originals), rel=1e-5)
    assert recorded.stat(f"{path}.parametrizations.weight", "grad_norm") == pytest.approx(
        norm(*(original.grad for original in originals)), rel=1e-5
    )


def test_modules_of_torch_with_many_parameters_are_one_layer_each(tmp_path) -> None:
    model = nn.ModuleDict(
        {
            "rnn": nn.LSTM(4, 6, num_layers=2),
            "mha": nn.MultiheadAttention(4, 2, kdim=3, vdim=5),
            "own": nn.ParameterDict({"a": nn.Parameter(torch.ones(3)), "b": nn.Parameter(torch.ones(2, 2))}),
        }
    )
    recorded = record(model, tmp_path, lambda: model["rnn"](torch.ones(3, 4))[0].sum() + model["own"]["b"].sum())
    assert {path: info.role for path, info in recorded.layers.items()} == {
        "rnn": "other",
        "mha": "attn_qkv",
        "mha.out_proj": "attn_out",
        "own": "other",
    }
    assert recorded.stat("rnn", "weight_norm") == pytest.approx(norm(*model["rnn"].parameters()), rel=1e-5)
