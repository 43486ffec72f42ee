"""What all tests share."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# The tests' own helpers, and the scripts at the root (train, simulator, nanogpt_writer), by plain names.
HERE = Path(__file__).parent
sys.path[:0] = [str(folder) for folder in (HERE, HERE / "reader", HERE / "web", HERE.parent)]

# Projections of the runs that the tests make are no business of the user's cache.
_CACHE = tempfile.TemporaryDirectory(prefix="paramviz-cache-", ignore_cleanup_errors=True)
os.environ["PARAMVIZ_CACHE_DIR"] = _CACHE.name

settings.register_profile("paramviz", deadline=None, max_examples=60)
settings.load_profile("paramviz")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one `xdist_group` run in one process, which makes what they share once: trained runs, TensorBoards.

    xdist writes the group behind the id of each test, and goes by that. pytest 9.2 keeps ids elsewhere than xdist 3.8
    puts them: without this each group would be run by all processes.
    """
    for item in items:
        theirs = getattr(item, "_nodeid", item.nodeid)
        if theirs != item.nodeid:
            item._id = type(item._id).parse(theirs)  # type: ignore[attr-defined]
