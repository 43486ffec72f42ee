"""A program that speaks as `analysis/umap_layout.py` does and takes no time, for tests of what is around it. What it
does is chosen by the number of neighbours."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HANGS, FAILS, BREAKS_OFF, NEVER_READS = 190, 191, 192, 193


@contextmanager
def quick_layouts() -> Iterator[None]:
    """In place of UMAP."""
    import pytest

    from tensorboard_plugin_paramviz.web import umap_process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(umap_process, "COMMAND", (sys.executable, "-S", "-P", __file__))
        yield


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    rows, dims, kind = asked["rows"], asked["dims"], asked["neighbours"]
    if kind == NEVER_READS:
        tell("progress 0.1")
        import time

        time.sleep(600)
    content = sys.stdin.buffer.read(rows * dims * 4)
    tell("progress 0.5")
    if kind == HANGS:
        sys.stdin.buffer.read()  # until it is closed
    elif kind == FAILS:
        print("a line before", "MemoryError: no room for rows", "", sep="\n", file=sys.stderr)
        sys.exit(1)
    tell("positions")
    for row in range(rows):
        three = content[row * dims * 4 : row * dims * 4 + 12][: dims * 4]
        sys.stdout.buffer.write(three.ljust(12, b"\0"))
        if kind == BREAKS_OFF:
            return


def tell(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
