"""Where the values of an `Event` stand inside its bytes, without parsing the tensors: the index needs places, not
payloads.

A small walk over protobuf's wire format (protobuf.dev/programming-guides/encoding). Field numbers are those of
tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import google_crc32c
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.types_pb2 import DT_FLOAT

from tensorboard_plugin_paramviz.record.names import PLUGIN_NAME

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")
#: Other plugins' values up to this size may be scalars; larger ones can't be.
_SCALAR_VALUE_BYTES = 1024
#: Parts of a message up to this size are parsed once and known again.
_REMEMBERED_BYTES = 256

Parsed = TypeVar("Parsed")


class MalformedEventError(ValueError):
    """The bytes of a record are not an Event."""


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """One value of ours: its tensor's dtype number, shape, and where the content stands, from the start of the record.
    crc: CRC-32C of the content. number: the content itself where it is a single float32."""

    tag: str
    content: bytes
    dtype: int
    shape: tuple[int, ...]
    offset: int
    length: int
    crc: int
    number: float | None = None


@dataclass(slots=True)
class EventHead:
    """What the index keeps of one event. scalars: (tag, value). purge_step: a restarted writer says that everything
    from
    this step on is void."""

    step: int
    wall_time: float
    values: list[ValueSpan]
    scalars: list[tuple[str, float]]
    purge_step: int | None = None


def read_event(data: bytes) -> EventHead:
    """The head of an event record. Raises MalformedEventError. Cost: microseconds, and a
    CRC of each tensor's bytes."""
    try:
        if len(data) <= _SCALAR_VALUE_BYTES and PLUGIN_NAME.encode() not in data:
            return _small(data)
        return _walk(data)
    except MalformedEventError:
        raise
    except Exception as error:
        raise MalformedEventError(f"not an event: {error}") from error


def _small(data: bytes) -> EventHead:
    event = Event.FromString(data)
    head = EventHead(event.step, event.wall_time, [], [])
    if event.HasField("session_log") and event.session_log.status == SessionLog.START:
        head.purge_step = event.step
    for value in event.summary.value:
        _add_scalar(head, value)
    return head


def _add_scalar(head: EventHead, value: Summary.Value) -> None:
    if value.HasField("simple_value"):
        head.scalars.append((value.tag, value.simple_value))
    elif value.HasField("tensor") and value.metadata.plugin_data.plugin_name == "scalars":
        tensor = value.tensor
        if tensor.float_val:
            head.scalars.append((value.tag, tensor.float_val[0]))
        elif tensor.double_val:
            head.scalars.append((value.tag, tensor.double_val[0]))
        elif len(tensor.tensor_content) == 4:
            head.scalars.append((value.tag, struct.unpack("<f", tensor.tensor_content)[0]))


def _walk(data: bytes) -> EventHead:
    head = EventHead(0, 0.0, [], [])
    for field, wire, at, end in _fields(data, 0, len(data)):
        if field == 1 and wire == _FIXED64:
            (head.wall_time,) = _DOUBLE.unpack_from(data, at)
        elif field == 2 and wire == _VARINT:
            step = _varint(data, at)[0]
            head.step = step - (1 << 64) if step >> 63 else step
        elif field == 5 and wire == _BYTES:
            for inner, inner_wire, value_at, value_end in _fields(data, at, end):
                if inner == 1 and inner_wire == _BYTES:
                    _walk_value(data, value_at, value_end, head)
        elif field == 7 and wire == _BYTES and SessionLog.FromString(data[at:end]).status == SessionLog.START:
            head.purge_step = head.step
    return head


def _walk_value(data: bytes, start: int, stop: int, head: EventHead) -> None:
    tag, plugin, content = "", "", b""
    tensor: tuple[int, int] | None = None
    for field, wire, at, end in _fields(data, start, stop):
        if wire != _BYTES:
            continue
        if field == 1:
            tag = data[at:end].decode()
        elif field == 8:
            tensor = (at, end)
        elif field == 9:
            plugin, content = _remembered(_plugin_data, data[at:end])
    if plugin == PLUGIN_NAME and tensor is not None:
        head.values.append(_tensor_span(data, *tensor, tag, content))
    elif stop - start <= _SCALAR_VALUE_BYTES:
        _add_scalar(head, Summary.Value.FromString(data[start:stop]))


def _remembered(parse: Callable[[bytes], Parsed], message: bytes) -> Parsed:
    """What nearly all values have in common is parsed once: metadata and shapes, where they are small."""
    if len(message) > _REMEMBERED_BYTES:
        return parse(message)
    parsed: Parsed = _parsed_small(parse, message)
    return parsed


@lru_cache(maxsize=1024)
def _parsed_small(parse: Callable[[bytes], Any], message: bytes) -> Any:
    return parse(message)


def _plugin_data(data: bytes) -> tuple[str, bytes]:
    name, content = "", b""
    for field, wire, at, end in _fields(data, 0, len(data)):
        if field == 1 and wire == _BYTES:
            for inner, inner_wire, inner_at, inner_end in _fields(data, at, end):
                if inner == 1 and inner_wire == _BYTES:
                    name = data[inner_at:inner_end].decode()
                elif inner == 2 and inner_wire == _BYTES:
                    content = data[inner_at:inner_end]
    return name, content


def _tensor_span(data: bytes, start: int, stop: int, tag: str, content: bytes) -> ValueSpan:
    dtype, offset, length = 0, 0, 0
    shape: tuple[int, ...] = ()
    for field, wire, at, end in _fields(data, start, stop):
        if field == 1 and wire == _VARINT:
            dtype = _varint(data, at)[0]
        elif field == 2 and wire == _BYTES:
            shape += _remembered(_shape, data[at:end])
        elif field in (4, 8) and wire == _BYTES:  # tensor_content, or the one string_val of a JSON value
            offset, length = at, end - at
    if dtype > 127:
        raise MalformedEventError(f"a tensor of the unknown type {dtype}")
    single = dtype == DT_FLOAT and not shape and length == 4
    number = _FLOAT.unpack_from(data, offset)[0] if single else None
    crc = google_crc32c.value(data[offset : offset + length])
    return ValueSpan(tag, content, dtype, shape, offset, length, crc, number)


def _shape(data: bytes) -> tuple[int, ...]:
    shape = []
    for field, wire, at, end in _fields(data, 0, len(data)):
        if field == 2 and wire == _BYTES:
            sizes = [_varint(data, a)[0] for f, w, a, _ in _fields(data, at, end) if f == 1 and w == _VARINT]
            shape.append(sizes[-1] if sizes else 0)
    return tuple(shape)


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(field number, wire type, start, end) of each field of the message data[at:end]; start and end of its
    content."""
    while at < end:
        key, at = _varint(data, at)
        wire = key & 7
        if wire == _BYTES:
            length, at = _varint(data, at)
            stop = at + length
        elif wire == _VARINT:
            stop = _varint(data, at)[1]
        elif wire == _FIXED64:
            stop = at + 8
        elif wire == _FIXED32:
            stop = at + 4
        else:
            raise MalformedEventError(f"wire type {wire} in an event")
        if stop > end:
            raise MalformedEventError("a field is longer than its event")
        yield key >> 3, wire, at, stop
        at = stop


def _varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    at += 1
    if byte < 0x80:
        return byte, at
    value, shift = byte & 0x7F, 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
        if shift > 63:
            raise MalformedEventError("a varint longer than 64 bits")
