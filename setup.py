"""For tools that still look for it; everything stands in pyproject.toml, the frontend's build in _backend.py."""

from setuptools import setup

setup()
