"""Whatever a parameter is made of, what is written of it is the plain formula in float64, or not finite where that is
not finite: shapes, memory layouts, number types, NaN, infinite, subnormal and huge entries."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from toy_models import read

from tensorboard_plugin_paramviz import watch
from tensorboard_plugin_paramviz.capture.sampling import PARAMETER_ENTRIES
from tensorboard_plugin_paramviz.record import STATS

FLOATS = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
OTHERS = (torch.complex64, torch.float8_e4m3fn, torch.float8_e5m2)
#: Packed weights of quantized models: their integers stand for other numbers, so that none is measured.
INTEGERS = (torch.int8, torch.int64, torch.uint8, torch.bool)
SHAPES = ((), (0,), (0, 3), (3, 0), (1,), (1, 1), (7,), (5, 3), (2, 3, 4, 5), (1, 40_000), (300, 70), (17_001,))
LAYOUTS = ("plain", "transposed", "every second", "channels last", "expanded")
#: Entries that have gone wrong somewhere before: each is put into the tensor by itself.
ODD = (0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1e-45, 1e-40, 1e-30, 1e15, -3e38)


@st.composite
def tensors(draw: st.DrawFn, dtypes: tuple[torch.dtype, ...], shape: tuple[int, ...] | None = None) -> Tensor:
    dtype = draw(st.sampled_from(dtypes))
    shape = draw(st.sampled_from(SHAPES)) if shape is None else shape
    layout = draw(st.sampled_from(LAYOUTS))
    random = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
    wide = [2 * size for size in shape] if layout == "every second" else list(shape)
    tensor = torch.randn(wide, generator=random, dtype=torch.float64) * draw(st.sampled_from([1e-6, 0.02, 1.0, 30.0]))
    tensor = tensor + draw(st.sampled_from([0.0, 0.5]))
    if tensor.numel() and draw(st.booleans()):
        tensor.view(-1)[draw(st.integers(0, tensor.numel() - 1))] = draw(st.sampled_from(ODD))
    if not (dtype.is_floating_point or dtype.is_complex):
        tensor = tensor.nan_to_num(3, 100, 0).clamp(0, 100)
    tensor = tensor.to(dtype)
    if layout == "every second":
        return tensor[tuple(slice(None, None, 2) for _ in shape)]
    if layout == "transposed" and len(shape) > 1:
        return tensor.transpose(0, -1).contiguous().transpose(0, -1)
    if layout == "channels last" and len(shape) == 4:
        return tensor.to(memory_format=torch.channels_last)
    if layout == "expanded" and len(shape) == 2 and shape[0] > 1:
        return tensor[:1].expand(shape)
    return tensor


def wide(tensor: Tensor) -> np.ndarray:
    """float64 [entries], a complex one being two."""
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    return tensor.detach().to(torch.float64).reshape(-1).numpy()


def naive(values: np.ndarray, what: str) -> dict[str, float]:
    with np.errstate(all="ignore"):
        rms = np.sqrt(np.mean(values**2))
        figures = {
            "norm": np.sqrt(np.sum(values**2)),
            "rms": rms,
            "max_abs": np.max(np.abs(values)),
            "nonfinite_count": np.sum(~np.isfinite(values)),
        }
        if what == "weight":
            figures |= {"mean": np.mean(values), "std": np.std(values)}
            figures["near_zero_ratio"] = np.mean(np.abs(values) <= 1e-3 * rms) if np.isfinite(rms) else np.nan
        # As float32, in which everything is written: a norm above its largest number is infinite.
        return {f"{what}_{name}": float(np.float32(figure)) for name, figure in figures.items()}


def check(ours: dict[str, float], values: np.ndarray, what: str) -> None:
    """Tolerance: 1e-3 relative; for mean and standard deviation 1e-3 of the RMS, or 0.1 of it where they are estimated
    from some of the entries; 0.02 for the share near zero. Counts are exact. A norm beyond float32 takes with it what
    is computed from it."""
    expected = naive(values, what)
    if np.isfinite(values).all() and not np.isfinite(expected[f"{what}_norm"]):
        expected = {name: figure for name, figure in expected.items() if name.endswith(("norm", "max_abs", "count"))}
    rms = expected.get(f"{what}_rms", np.inf)
    for name, figure in expected.items():
        if name.endswith("count"):
            assert ours[name] == figure, name
        elif not np.isfinite(figure):
            assert not np.isfinite(ours[name]), name
        elif name.endswith(("mean", "std")):
            share = 1e-3 if len(values) <= PARAMETER_ENTRIES else 0.1
            np.testing.assert_allclose(ours[name], figure, rtol=1e-3, atol=share * rms + 1e-38, err_msg=name)
        elif name.endswith("ratio"):
            np.testing.assert_allclose(ours[name], figure, atol=0.02, err_msg=name)
        else:
            np.testing.assert_allclose(ours[name], figure, rtol=1e-3, atol=1e-38, err_msg=name)


def recorded(model: nn.Module) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as logdir:
        with watch(model, logdir, every=1, max_overhead=None, strict=True) as viz:
            viz.step(0)
        return dict(zip(STATS, read(Path(logdir))[1][0].stats[0].tolist(), strict=True))


@settings(max_examples=150)
@given(tensors(FLOATS + OTHERS + INTEGERS))
def test_weights_of_any_kind_are_measured_as_the_formulas_say(weight: Tensor) -> None:
    model = nn.Module()
    model.weight = nn.Parameter(weight, requires_grad=False)
    ours = recorded(model)
    if weight.numel() == 0 or weight.dtype in INTEGERS:
        assert all(np.isnan(figure) for figure in ours.values())
    else:
        check(ours, wide(weight), "weight")
    assert all(np.isnan(figure) for name, figure in ours.items() if name.startswith("grad"))


@settings(max_examples=100)
@given(st.data())
def test_gradients_of_any_kind_are_measured_as_the_formulas_say(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES[4:]))
    model = nn.Module()
    dtype = data.draw(st.sampled_from((*FLOATS, torch.complex64)))
    model.weight = nn.Parameter(torch.zeros(shape, dtype=dtype))
    model.weight.grad = data.draw(tensors((dtype,), shape))
    ours = recorded(model)
    check(ours, wide(model.weight.grad), "grad")
    assert ours["weight_norm"] == 0
    assert ours["weight_near_zero_ratio"] == 1
