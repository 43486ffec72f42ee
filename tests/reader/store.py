"""Stores with event files in them: an S3 server on loopback, and fsspec's memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from tensorboard_plugin_paramviz.reader.logdir import Root
from tensorboard_plugin_paramviz.reader.storage_remote import RemoteStorage


@contextmanager
def s3_server(patch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """While it runs, s3:// means this server to everything in this process and in those it starts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", os.devnull),
    ):
        patch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    try:
        yield server
    finally:
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        server.stop()


class Store:
    """A place in a store to which files of this machine are copied, as a sync would do it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: Any
        self.files, self.top = fsspec.core.url_to_fs(url)
        self.files.invalidate_cache()

    def put(self, local: Path, below: Path, size: int | None = None) -> None:
        """The first `size` bytes of a file, at the path it has below a directory of this machine."""
        self.files.pipe_file(f"{self.top}/{local.relative_to(below).as_posix()}", local.read_bytes()[:size])

    def put_all(self, below: Path) -> None:
        for path in sorted(below.rglob("*")):
            if path.is_file():
                self.put(path, below)

    def remove(self, relative: str) -> None:
        self.files.rm(f"{self.top}/{relative}", recursive=True)


class Requests:
    """Counts what the reader asks a store for. batches: ranged reads that were asked for together; bytes: of them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.listings = self.batches = self.bytes = 0
        event_files, ranges = RemoteStorage.event_files, RemoteStorage.ranges

        def counted_ranges(storage: RemoteStorage, path: str, asked: Any) -> list[bytes]:
            self.batches += 1
            self.bytes += sum(length for _, length in asked)
            return ranges(storage, path, asked)

        def counted_listing(storage: RemoteStorage, root: Root) -> Any:
            self.listings += 1
            return event_files(storage, root)

        patch.setattr(RemoteStorage, "ranges", counted_ranges)
        patch.setattr(RemoteStorage, "event_files", counted_listing)
