"""Bases as the cache keeps them."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_paramviz.analysis.projection import Basis
from tensorboard_plugin_paramviz.web import binary
from tensorboard_plugin_paramviz.web.projection_cache import ProjectionCache


def kept_basis(cache: ProjectionCache | None, key: str) -> Basis | None:
    content = cache.read(key) if cache else None
    if content is None:
        return None
    try:
        header, arrays = binary.decode(bytes(content))
        header.pop("arrays")
        header["variance_ratios"] = tuple(header["variance_ratios"])
        header["fitted_steps"] = tuple(header["fitted_steps"])
        return Basis(directions=arrays["directions"], center=arrays["center"], **header)
    except (ValueError, KeyError, TypeError):
        return None


def keep_basis(cache: ProjectionCache | None, key: str, basis: Basis) -> None:
    """One with a number that JSON has no form for is not kept."""
    if cache is None or not np.isfinite([basis.radius, basis.kept_ratio, *basis.variance_ratios]).all():
        return
    header = {
        "variance_ratios": basis.variance_ratios,
        "fitted_steps": basis.fitted_steps,
        "radius": basis.radius,
        "aligned": basis.aligned,
        "version": basis.version,
        "kept_ratio": basis.kept_ratio,
    }
    cache.write(key, binary.encode(header, {"directions": basis.directions, "center": basis.center}))
