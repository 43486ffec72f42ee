"""One command to see it: starts TensorBoard, says where the tab is, trains a small GPT beside it. `make demo` calls it.

    python demo.py                     train, then leave the page up until Ctrl-C
    python demo.py --view              only show the runs that are there
    python demo.py -- --steps 500      what stands after -- goes to train.py

Both run as children in process groups of their own, so that one Ctrl-C reaches them once, through here, in order: first
the training, which saves its checkpoint, then TensorBoard.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import IO, Any

from command_line import OptionError, Parser, check_writable, number

HOST = "127.0.0.1"
START_SECS = 60
STOP_SECS = 15
HERE = Path(__file__).resolve().parent


def free_port(wanted: int | None) -> int:
    """`wanted` if it is free; without a wish, TensorBoard's usual 6006, else any."""
    for port in (wanted,) if wanted else (6006, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OptionError(f"--port {wanted} is taken on this machine: give another, or leave it away")


def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *command], process_group=0, **options)


def stop(child: subprocess.Popen[bytes] | None) -> None:
    """Ask politely and wait; a second Ctrl-C, or too long a wait, ends the child and all it has started. SIGTERM, since
    a Python that is still importing would answer SIGINT with a traceback."""
    if child is None or child.poll() is not None:
        return
    try:
        child.terminate()
        child.wait(STOP_SECS)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until_up(server: subprocess.Popen[bytes], log: IO[bytes], address: str) -> None:
    """Return when TensorBoard answers; raise OptionError with its own last words when it ends instead."""
    # Straight to this machine, also where the environment names a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with opener.open(f"{address}data/plugins_listing", timeout=5) as response:
                plugins = json.load(response)
        except OSError:
            time.sleep(0.1)
            continue
        if "paramviz" not in plugins:
            print("TensorBoard does not know the Param Viz tab: install it beside TensorBoard, pip install -e .")
        return
    log.seek(0)
    lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    reason = lines[-1] if lines and server.poll() is not None else f"no answer in {START_SECS} s"
    raise OptionError(
        f"TensorBoard can't start ({reason}): try {Path(sys.executable).name} -m tensorboard.main --version"
    )


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and what goes to train.py; its --logdir, when given, decides what TensorBoard serves."""
    parser = Parser(prog="demo.py", description="Watch a small GPT learn.", epilog="After --: options of train.py.")
    parser.add_argument("--view", action="store_true", help="train nothing, show the runs that are there")
    parser.add_argument("--logdir", type=Path, default=Path("runs"), help="where the runs stand (runs)")
    parser.add_argument("--port", type=number(int, 1, 65535), help="6006, or a free one")
    parser.add_argument("--exit-when-done", action="store_true", help="don't stay up after the training")
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options, rest = parser.parse_args(arguments[:cut]), arguments[cut + 1 :]
    theirs = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    theirs.add_argument("--logdir", type=Path)
    options.run = theirs.parse_known_args(rest)[0].logdir
    if options.run:
        options.logdir = options.run.absolute().parent
    elif not options.view:
        options.run = options.logdir / time.strftime("demo-%Y%m%d-%H%M%S")
        rest = [*rest, "--logdir", str(options.run)]
    return options, rest


def main(arguments: list[str] | None = None) -> int:
    options, rest = parse(sys.argv[1:] if arguments is None else arguments)
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), interrupt)
    server = training = None
    try:
        if not options.view:
            check_writable(options.logdir)
        elif not options.logdir.is_dir():
            raise OptionError(f"no runs to show: {options.logdir} is not a directory; train first: make demo")
        port = free_port(options.port)
        address = f"http://{HOST}:{port}/"
        with tempfile.TemporaryFile() as log:
            command = ["-m", "tensorboard.main", "--logdir", str(options.logdir), "--host", HOST, "--port", str(port)]
            server = start(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            wait_until_up(server, log, address)
        print(f"\n  Param Viz:  {address}#paramviz\n", flush=True)
        code = 0
        if not options.view:
            print(f"Training into {options.run} (Ctrl-C stops both).", flush=True)
            training = start([str(HERE / "train.py"), *rest])
            code = training.wait()
        if code:
            print(f"Training ended with exit code {code}.", flush=True)
        elif not options.exit_when_done:
            print("The page stays up; Ctrl-C ends it.", flush=True)
            server.wait()
            print("TensorBoard has ended.", flush=True)
        return code
    except OptionError as error:
        print(f"demo.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        stop(training)
        print("\nStopped.", flush=True)
        return 130
    finally:
        stop(training)
        stop(server)
        if options.run and options.run.is_dir():
            print(f"The run is in {options.run}; make view shows it again.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
