"""The walk over an event's bytes agrees with protobuf's own parser, whatever stands in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tensorboard_plugin_paramviz.reader.event_walk import MalformedEventError, _walk, read_event
from tensorboard_plugin_paramviz.record.names import PLUGIN_CONTENT
from tensorboard_plugin_paramviz.record.summary import _value

scalars = st.builds(
    lambda tag, value: Summary.Value(tag=tag, simple_value=value),
    st.text(max_size=20),
    st.floats(width=32, allow_nan=False),
)


@st.composite
def our_values(draw: st.DrawFn) -> Summary.Value:
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

    shape = draw(st.lists(st.integers(0, 300), max_size=3))
    tensor = TensorProto(
        dtype=draw(st.sampled_from([1, 6, 19])),
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape]),
        tensor_content=draw(st.binary(max_size=3000)),
    )
    return _value("paramviz/" + draw(st.text(max_size=20)), tensor)


events = st.builds(
    lambda step, wall_time, values: Event(step=step, wall_time=wall_time, summary=Summary(value=values)),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.lists(st.one_of(scalars, our_values()), max_size=5),
)


@given(events)
def test_the_walk_agrees_with_the_parser(event: Event) -> None:
    data = event.SerializeToString()
    head = _walk(data)
    assert (head.step, head.wall_time) == (event.step, event.wall_time)
    ours = [value for value in event.summary.value if value.HasField("tensor")]
    assert [span.tag for span in head.values] == [value.tag for value in ours]
    for span, value in zip(head.values, ours, strict=True):
        assert data[span.offset : span.offset + span.length] == value.tensor.tensor_content
        assert span.shape == tuple(dim.size for dim in value.tensor.tensor_shape.dim)
        assert (span.dtype, span.content) == (value.tensor.dtype, PLUGIN_CONTENT)
    assert head.scalars == [(v.tag, v.simple_value) for v in event.summary.value if not v.HasField("tensor")]


@given(events)
def test_both_ways_of_reading_scalars_agree(event: Event) -> None:
    data = event.SerializeToString()
    assert read_event(data).scalars == _walk(data).scalars


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_an_event_or_a_malformed_one(data: bytes) -> None:
    try:
        read_event(data + b"paramviz")
        read_event(data)
    except MalformedEventError:
        pass


def test_a_scalar_of_the_tensor_kind_is_read() -> None:
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb

    summary = scalar_pb("loss", 3.5)
    assert read_event(Event(step=1, summary=summary).SerializeToString()).scalars == [("loss", 3.5)]


def test_an_endless_varint_is_malformed() -> None:
    with pytest.raises(MalformedEventError):
        read_event(b"\xff" * 2000)
