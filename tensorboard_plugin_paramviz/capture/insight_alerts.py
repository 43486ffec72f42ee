"""`viz.on_insight()`: findings of the run as they come up, from a program beside the training.

What looks at a run reads its event files, knows nothing of torch and belongs to the other side of the format. So it is
not imported here but started: the shell's own `check --follow --json`, in a process of its own.

    training process                                      process beside it, low priority
    event file ───────────────────────────────────────►  reads what is new, at most 1 % of a core
    thread "paramviz-alerts" ◄── a line for each finding ─┘
      └► callback(finding)
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

log = logging.getLogger("tensorboard_plugin_paramviz")

SEVERITIES = ("note", "watch", "problem")
#: Between two looks at least, and the share of a core that they may take.
EVERY_SECS, SHARE = 2.0, 0.01
#: When the watcher closes, what was written last is looked at once more, so long at most.
LAST_LOOK_SECS = 10.0
#: Where all cores are busy it gets a tenth of one, not next to nothing: a finding should come while it still matters.
_NICENESS = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was found in the run, as the tab shows it.

    insight: its kind, such as "divergence" or "non_finite". severity: "note" (worth knowing), "watch" (may become a
    problem) or "problem" (the run is being spoiled). first_step, last_step: where it shows. sentence: what it is, for
    people. confidence: 0 to 1. layers: paths, none where it is of the whole run. tokens: labels. causes: likely ones.
    remedies: what people do. source: where the rule is from. step: the newest snapshot when it was found. before: the
    severity it was told with earlier, None = it is new.
    """

    insight: str
    severity: str
    first_step: int
    last_step: int
    sentence: str
    confidence: float
    layers: tuple[str, ...]
    tokens: tuple[str, ...]
    causes: tuple[str, ...]
    remedies: tuple[str, ...]
    source: str
    step: int
    before: str | None


Callback = Callable[[Finding], object]


def check_callback(callback: object, min_severity: object) -> None:
    """Raises TypeError or ValueError, in one line that names the fix."""
    if not callable(callback):
        raise TypeError(f"on_insight(): {callback!r} can't be called; pass a function of one finding")
    if min_severity not in SEVERITIES:
        raise ValueError(
            f"on_insight(): min_severity={min_severity!r} must be one of {', '.join(map(repr, SEVERITIES))}"
        )


class InsightAlerts:
    """Of one run. Nothing is raised after `check_callback`; the program is started by the thread, which costs the
    training thread nothing."""

    def __init__(self, logdir: str) -> None:
        self._logdir = logdir if "://" in logdir else os.path.abspath(logdir)  # noqa: PTH100 - text, unresolved
        self._callbacks: list[tuple[Callback, int]] = []
        self._has_failed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # of the process's begin against close()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="paramviz-alerts", daemon=True)

    def add(self, callback: Callback, min_severity: str) -> None:
        self._callbacks = [*self._callbacks, (callback, SEVERITIES.index(min_severity))]
        if self._thread.ident is None:
            self._thread.start()

    def close(self) -> None:
        """Let it look once more, then end it; returns when the last finding has been told, after LAST_LOOK_SECS in any
        case."""
        deadline = time.monotonic() + LAST_LOOK_SECS
        with self._lock:
            self._closing, process = True, self._process
        if process is not None and process.stdin is not None:
            # A word as well as the end: children by fork may hold the pipe open.
            with contextlib.suppress(OSError, ValueError):
                process.stdin.write(b"\n")
                process.stdin.flush()
        if threading.current_thread() is self._thread:
            return  # closed by the callback: the thread goes on, and ends with the program
        if self._thread.ident is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive() and process is not None:
            log.warning("paramviz gave up waiting for its last look at the run; a finding may not have been told.")
            process.kill()
            process.wait()

    def _run(self) -> None:
        try:
            with tempfile.TemporaryFile() as errors:
                said = self._listen(errors)
        except (OSError, ValueError) as error:
            log.warning("paramviz can't look for findings (%s); training goes on without on_insight().", error)
            return
        if said is not None and not self._closing:
            log.warning("paramviz looks for findings no longer (%s); training goes on without on_insight().", said)

    def _listen(self, errors: IO[bytes]) -> str | None:
        """Until the program ends: its last words. None where it was never started."""
        with self._lock:
            if self._closing:
                return None
            self._process = process = _started(self._logdir, errors.fileno())
        _lower_priority(process.pid)
        with process:  # waits for it, so that nothing of it stays
            for line in process.stdout or ():
                finding = _finding(line)
                if finding is not None:
                    self._tell(finding)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
        return said[-1][:300] if said else f"exit status {process.returncode}"

    def _tell(self, finding: Finding) -> None:
        for callback, least in self._callbacks:
            if SEVERITIES.index(finding.severity) < least:
                continue
            try:
                callback(finding)
            except (Exception, SystemExit) as error:
                if not self._has_failed:
                    self._has_failed = True
                    log.error(
                        "paramviz: a callback of on_insight() failed (%s: %s) and is called again for the next "
                        "finding. To end the training, set a flag there that your loop looks at.",
                        type(error).__name__,
                        error,
                        exc_info=error,
                    )


def _started(logdir: str, errors: int) -> subprocess.Popen[bytes]:
    """The program, with the modules that this process finds. It ends by itself when this process is gone."""
    paths = [path or str(Path.cwd()) for path in sys.path if isinstance(path, str)]
    code = (
        f"import sys; sys.path[:] = {paths!r}; import runpy; "
        "runpy.run_module('tensorboard_plugin_paramviz', run_name='__main__', alter_sys=True)"
    )
    looking = [
        "check",
        logdir,
        "--run",
        ".",
        "--follow",
        "--until-input",
        "--json",
        "--quiet",
        "--parent",
        str(os.getpid()),
    ]
    pace = ["--every", str(EVERY_SECS), "--share", str(SHARE), "--patience", "1e9"]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-c", code, *looking, *pace],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, **threads},
        # Ctrl-C is for the training: this one has a last look to take.
        **_apart(),
    )


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = ("BELOW_NORMAL_PRIORITY_CLASS", "CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP")
        return {"creationflags": sum(getattr(subprocess, flag) for flag in flags)}
    return {"process_group": 0}


def _lower_priority(pid: int) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS)


def _finding(line: bytes) -> Finding | None:
    """None for what is no finding."""
    try:
        said = json.loads(line)
        lists = {name: tuple(map(str, said[name])) for name in ("layers", "tokens", "causes", "remedies")}
        finding = Finding(**{field.name: said[field.name] for field in fields(Finding)} | lists)
        return finding if finding.severity in SEVERITIES else None
    except (ValueError, LookupError, TypeError):
        return None
