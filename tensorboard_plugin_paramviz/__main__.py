"""`python -m tensorboard_plugin_paramviz`: what runs hold, and its export, from the shell."""

from __future__ import annotations

import signal
import sys

from tensorboard_plugin_paramviz.shell.main import main

if __name__ == "__main__":
    # So that being ended is an exception as Ctrl-C is, and a file that was begun is taken away.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
