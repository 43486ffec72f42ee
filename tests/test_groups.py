"""Tests that share what is dear to make run in one process of tests."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("groups")
def test_the_group_of_a_test_stands_where_xdist_looks_for_it(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("tests are not spread by groups")
    assert request.node.nodeid.endswith("@groups")
