"""What the commands of this repository share: one clear line, naming the fix, for each mistake, and exit code 2."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn


class OptionError(ValueError):
    """An option that can't be used; the message is one line that names the fix."""


class Parser(argparse.ArgumentParser):
    """A wrong argument gets one line, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def number(convert: type, low: float, high: float = math.inf) -> Callable[[str], Any]:
    """An argparse type: an int or float from `low` to `high`, never NaN or infinite."""

    def parse(text: str) -> Any:
        try:
            value = convert(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high or value == math.inf:
            kind = "a whole number" if convert is int else "a number"
            span = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
            raise argparse.ArgumentTypeError(f"{text!r}: give {kind} {span}")
        return value

    return parse


def check_writable(logdir: Path) -> None:
    """Create `logdir` and try a page of bytes in it, so that a run which can't be kept is refused before it starts."""
    try:
        logdir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=logdir) as file:
            file.write(bytes(4096))
            file.flush()
    except OSError as error:
        raise OptionError(f"--logdir {logdir} can't be written ({error.strerror}): give another directory") from error
