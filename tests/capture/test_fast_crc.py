"""TensorBoard's writer with the fast checksum writes files that TensorBoard's slow checksum accepts."""

from __future__ import annotations

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c as slow
from tensorboard.summary.writer import record_writer
from torch.utils.tensorboard import SummaryWriter
from toy_models import events

from tensorboard_plugin_paramviz.capture import fast_crc


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch) -> None:
    monkeypatch.setattr(record_writer, "masked_crc32c", slow)


@given(st.binary(max_size=300))
def test_both_checksums_agree(data: bytes) -> None:
    assert fast_crc.masked_crc32c(data) == slow(data)


def test_records_written_with_it_are_read_by_tensorboard(tmp_path) -> None:
    assert fast_crc.install()
    assert fast_crc.install()
    assert record_writer.masked_crc32c is fast_crc.masked_crc32c
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_text("note", "x" * 10_000, 3)
    assert [len(event.summary.value) for event in events(tmp_path)] == [0, 1]


def test_it_stays_out_where_it_is_slow_or_disagrees(monkeypatch) -> None:
    monkeypatch.setattr(google_crc32c, "implementation", "python")
    assert not fast_crc.install()
    monkeypatch.setattr(google_crc32c, "implementation", "c")
    monkeypatch.setattr(record_writer, "masked_crc32c", lambda data: 0)
    assert not fast_crc.install()
    assert record_writer.masked_crc32c(b"") == 0
