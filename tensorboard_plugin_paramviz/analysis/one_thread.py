"""Products of matrices on the thread that asks for them.

OpenBLAS wakes its threads above 64³ multiplications (`interface/gemm.c`). For the thin products of a projection two of
them take as long as one and twice the processor time, in a process that has other requests to answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
_SIDE = 64
_MOST = _SIDE**3


def multiply(left: Float32, right: Float32) -> Float32:
    """left [M, K] @ right [K, N], float32, in blocks of at most 64³ multiplications. Cost: M x K x N."""
    rows, inner = left.shape
    columns = right.shape[1]
    if rows * inner * columns <= _MOST:
        product: Float32 = left @ right
        return product
    wide = min(columns, _SIDE)
    deep = min(inner, _MOST // (_SIDE * wide))
    tall = _MOST // (wide * deep)
    out = np.zeros((rows, columns), np.float32)
    for row in range(0, rows, tall):
        for column in range(0, columns, wide):
            block = out[row : row + tall, column : column + wide]
            for at in range(0, inner, deep):
                block += left[row : row + tall, at : at + deep] @ right[at : at + deep, column : column + wide]
    return out
