"""PVZ1 replies decode to what was encoded, aligned for typed arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tensorboard_plugin_paramviz.web import binary

ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=8),
    hnp.arrays(
        st.sampled_from([np.int64, np.int32, np.float32, np.float64, np.int8]), hnp.array_shapes(min_side=0, max_side=5)
    ),
    max_size=4,
)


@given(st.dictionaries(st.text(max_size=8).filter(lambda key: key != "arrays"), st.text(max_size=8)), ARRAYS)
def test_what_was_encoded_comes_back(header: dict[str, str], arrays: dict[str, np.ndarray]) -> None:
    reply = binary.encode(header, arrays)
    decoded_header, decoded = binary.decode(reply)
    assert {key: value for key, value in decoded_header.items() if key != "arrays"} == header
    assert decoded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(decoded[name], array)
        assert decoded[name].dtype == array.dtype
    for info in decoded_header["arrays"]:
        assert info["offset"] % 8 == 0


def test_big_endian_arrays_travel_as_little_endian() -> None:
    _, arrays = binary.decode(binary.encode({}, {"x": np.array([1, 2], ">f4")}))
    assert arrays["x"].dtype.str == "<f4"
    assert arrays["x"].tolist() == [1, 2]


def test_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="starts with"):
        binary.decode(b"<html>")
