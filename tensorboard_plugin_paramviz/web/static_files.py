"""The built frontend: read once, compressed once, served by exact name."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "static"

_NOT_BUILT = b"""export function render() {
  document.body.textContent =
    "Param Viz: the page is not built. In a source checkout run `make build`; an installed package brings it along.";
}
"""


class UnknownFileError(LookupError):
    """No such file in the built frontend."""


def static_file(name: str) -> tuple[bytes, str]:
    """The gzipped bytes and the content type of one built file. Only names that stand in the folder are served."""
    path = FOLDER / name
    known = {entry.name: entry for entry in FOLDER.iterdir() if entry.is_file()} if FOLDER.is_dir() else {}
    if name not in known:
        if name == "index.js":
            return gzip.compress(_NOT_BUILT, mtime=0), "text/javascript"
        raise UnknownFileError(f"no file {name[:80]!r} in the frontend")
    content_type = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return _compressed(path, path.stat().st_mtime_ns), content_type or "application/octet-stream"


@lru_cache(maxsize=32)
def _compressed(path: Path, _changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
