"""What all tests share."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from hypothesis import settings

# The tests' own helpers, and the scripts at the root (train, simulator, nanogpt_writer), by plain names.
HERE = Path(__file__).parent
sys.path[:0] = [str(folder) for folder in (HERE, HERE / "reader", HERE / "web", HERE.parent)]

# Projections of the runs that the tests make are no business of the user's cache.
_CACHE = tempfile.TemporaryDirectory(prefix="paramviz-cache-", ignore_cleanup_errors=True)
os.environ["PARAMVIZ_CACHE_DIR"] = _CACHE.name

settings.register_profile("paramviz", deadline=None, max_examples=60)
settings.load_profile("paramviz")
