"""What the simulated matrices look like: noise at first, then lines and columns that stand out as training goes on."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from tensorboard_plugin_paramviz.record import LayerInfo, ThumbInfo

Float32 = npt.NDArray[np.float32]
#: Cells of one picture, and of all; pictures come with each so manieth snapshot, as `watch()` writes them.
MOST_CELLS, ALL_CELLS, EVERY = 2_048, 48_000, 10


class Pictures:
    """Of the layers that have a matrix. Drawn from a generator of their own: what else is simulated stays the same."""

    def __init__(self, layers: tuple[LayerInfo, ...], seed: int) -> None:
        matrices = [(number, layer.shape) for number, layer in enumerate(layers) if len(layer.shape) == 2]
        matrices = [(number, shape) for number, shape in matrices if layers[number].tied_to is None]
        most = max(16, min(MOST_CELLS, ALL_CELLS // max(1, len(matrices))))
        random = np.random.default_rng([seed, 1])
        self.infos: list[ThumbInfo] = []
        self._noise: list[Float32] = []
        self._structure: list[Float32] = []
        for number, (height, width) in matrices:
            rows = min(height, max(1, int(sqrt(most * height / width))))
            columns = max(1, min(width, most // rows))
            self.infos.append(ThumbInfo(number, rows, columns))
            self._noise.append(np.exp(0.12 * random.standard_normal((rows, columns), np.float32)).reshape(-1))
            lines = random.standard_normal((rows, 1), np.float32) + random.standard_normal((1, columns), np.float32)
            self._structure.append((0.25 * lines).reshape(-1))

    @property
    def counts(self) -> list[int]:
        return [info.rows * info.columns for info in self.infos]

    def at(self, rms: Float32, progress: float) -> Float32:
        """Cells, float32 [C]. rms: of each layer's entries, [L]. progress: how much of the structure is there, 0 to 1.
        The root mean square of a picture's cells is its layer's."""
        cells = []
        for info, noise, structure in zip(self.infos, self._noise, self._structure, strict=True):
            picture = noise * np.exp(np.float32(progress) * structure)
            cells.append(picture * (rms[info.layer] / np.sqrt(np.mean(picture**2))))
        return np.concatenate(cells).astype(np.float32)
