"""The shares of one snapshot, from every process to the one that writes. Background threads only; no collectives.

rank r: Taken.arrays() ─► send()  ─► store:  share/<r>/<moment>,  at/<r> = the moment sent last
rank 0: Taken.arrays() ─► gather() ◄──┘      pace = what `agreement.py` has to tell
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from tensorboard_plugin_paramviz.capture.mailbox import Mailbox
from tensorboard_plugin_paramviz.capture.merging import Arrays, Layout, Share, merge
from tensorboard_plugin_paramviz.capture.messages import pack, unpack

#: How long the writing process waits for the others' shares of a snapshot before it drops it.
GATHER_SECS = 10.0
#: The same once the watcher is being closed: a process that died must not keep the script from ending.
CLOSING_SECS = 5.0
_POLL_SECS, _LONGEST_POLL_SECS = 0.001, 0.05
_USUAL_SECS = 0.2
#: Shares of one process that may lie in the store, if nobody fetches them.
_UNFETCHED = 4


class MissingShareError(TimeoutError):
    """A process has not sent its share of a snapshot, which is dropped. The message says which, and what to check."""


class Agreement(Protocol):
    """What the processes tell each other beside the shares: `agreement.AgreedGovernor`."""

    def news(self) -> str | None: ...
    def learn(self, news: str) -> None: ...


class Exchange:
    """ranks: all that hold a share, the writing one first. rank: this process's own."""

    def __init__(self, mailbox: Mailbox, ranks: Sequence[int], rank: int, agreement: Agreement | None = None) -> None:
        self._mailbox, self._agreement = mailbox, agreement
        self._others, self._rank = [other for other in ranks if other != ranks[0]], rank
        self._sent: deque[tuple[str, int]] = deque()
        self._closing = threading.Event()
        self.gather_secs = GATHER_SECS
        #: A process is being waited for longer than usual: nobody should wait for `gather` to be through.
        self.is_stuck = False

    def send(self, step: int, layout: Layout, arrays: Arrays, life: int = 0) -> None:
        """Leave this process's share of a snapshot. life: how often the run has gone back to an earlier step, so that
        a step is never taken for the same one before. Cost: the share's bytes, once through the network."""
        key = f"share/{self._rank}/{life}.{step}"
        while len(self._sent) >= _UNFETCHED:
            self._mailbox.delete(*self._sent.popleft())
        self._sent.append((key, self._mailbox.put(key, pack(layout, arrays))))
        self._mailbox.post(f"at/{self._rank}", f"{life}.{step}")
        if self._agreement is not None and (news := self._mailbox.note("pace")) is not None:
            self._agreement.learn(news)

    def gather(self, step: int, layout: Layout, arrays: Arrays, life: int = 0) -> Arrays:
        """The whole snapshot's arrays. Blocks until all shares are there, for `gather_secs` at most.

        Raises MissingShareError, or ValueError where the processes don't measure the same things.
        """
        if self._agreement is not None and (news := self._agreement.news()) is not None:
            self._mailbox.post("pace", news)
        deadline = time.monotonic() + self.gather_secs
        shares: list[Share] = [(layout, arrays)]
        try:
            for rank in self._others:
                shares.append(unpack(self._await(rank, life, step, deadline)))
        finally:
            self.is_stuck = False
        return merge(shares)

    def hurry(self) -> None:
        """The watcher is being closed: whoever waits in `gather` gives up soon. From any thread."""
        self._closing.set()

    def close(self) -> None:
        self._mailbox.close()

    def _await(self, rank: int, life: int, step: int, deadline: float) -> bytes:
        key, pause = f"share/{rank}/{life}.{step}", _POLL_SECS
        hurried, stuck_from = False, time.monotonic() + _USUAL_SECS
        while not self._mailbox.has(key):
            now = time.monotonic()
            self.is_stuck = now >= stuck_from
            if self._closing.is_set() and not hurried:
                hurried, deadline = True, min(deadline, now + CLOSING_SECS)
            if self._has_passed(rank, life, step) and not self._mailbox.has(key):
                raise MissingShareError(f"rank {rank} did not record step {step}; that snapshot is dropped")
            if now >= deadline:
                raise MissingShareError(
                    f"rank {rank} has not reported step {step} in time; that snapshot is dropped. "
                    "With sharded parameters every rank must call watch() and viz.step()"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_POLL_SECS)
        return self._mailbox.get(key)

    def _has_passed(self, rank: int, life: int, step: int) -> bool:
        """Has it sent a later snapshot already? Then the one asked for won't come any more."""
        at = self._mailbox.note(f"at/{rank}")
        if at is None:
            return False
        its_life, its_step = (int(part) for part in at.split("."))
        return (its_life, its_step) > (life, step)
