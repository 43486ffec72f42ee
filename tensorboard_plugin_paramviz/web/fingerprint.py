"""What tells the snapshots behind a cached result from any others."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.reader.run_index import ValueSeries


def fingerprint(series: ValueSeries, ordinals: npt.NDArray[np.int64]) -> str:
    """A digest of these snapshots of one embedding by their content: the checksum of each tensor, as the index has it,
    with its form, step and wall time.

    So nothing is read for it; growth of a file behind them changes nothing, nor does a copy under another name or on
    another machine; what was written anew in the same place has another. Cost: 20 us and 0.1 us a snapshot.
    """
    digest = hashlib.sha256()
    for column in (series.steps, series.wall_times, series.crcs):
        digest.update(np.ascontiguousarray(column[ordinals]).tobytes())
    numbers, forms = np.unique(series.forms[ordinals], return_inverse=True)
    digest.update(np.asarray(forms, np.int64).tobytes())
    digest.update(repr([tuple(series.known_forms[number]) for number in numbers.tolist()]).encode())
    return digest.hexdigest()
