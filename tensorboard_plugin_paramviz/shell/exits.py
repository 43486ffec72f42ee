"""What an exit status means, the same for all commands. What `check` finds has numbers of its own, which neither a
wrong argument (2, argparse's) nor a fault (1, Python's) can be taken for."""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
WRONG_ARGUMENTS: Final = 2
#: Of `check`: the worst that was found.
STATUS_OF: Final[dict[str, int]] = {"watch": 3, "problem": 4}
