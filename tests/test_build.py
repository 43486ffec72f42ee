"""The build of the page: when it runs, which Node it takes, and a lock file that serves every platform."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import _backend  # noqa: E402

LOCK = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the frontend's source, as the backend sees it."""
    frontend = tmp_path / "frontend"
    ignore = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / "frontend", frontend, ignore=ignore)
    static = tmp_path / "static"
    monkeypatch.setattr(_backend, "FRONTEND", frontend)
    monkeypatch.setattr(_backend, "STATIC", static)
    monkeypatch.setattr(_backend, "STAMP", static / "source.sha256")
    return frontend


def stamped() -> None:
    _backend.STATIC.mkdir()
    (_backend.STATIC / "index.js").write_text("")
    _backend.STAMP.write_text(f"{_backend.source_hash()}\n")


def test_a_page_that_belongs_to_its_source_is_not_built_again(checkout: Path) -> None:
    assert not _backend.is_current()
    stamped()
    assert _backend.is_current()


@pytest.mark.parametrize("name", ["src/index.tsx", "src/styles/base.css", "package-lock.json", "src/new.ts"])
def test_any_change_of_the_source_asks_for_a_build(checkout: Path, name: str) -> None:
    stamped()
    file = checkout / name
    file.write_text((file.read_text() if file.exists() else "") + "\n")
    assert not _backend.is_current()


def test_a_build_that_was_cut_short_is_no_build(checkout: Path) -> None:
    stamped()
    _backend.STAMP.unlink()
    assert not _backend.is_current()


def test_a_built_page_without_its_source_is_taken_as_it_is(checkout: Path) -> None:
    stamped()
    shutil.rmtree(checkout)
    assert _backend.is_current()


def test_neither_page_nor_source_is_one_clear_line(checkout: Path) -> None:
    shutil.rmtree(checkout)
    with pytest.raises(SystemExit, match="neither built nor is its source here"):
        _backend.build_frontend()


@pytest.mark.parametrize(
    ("version", "usable"), [("v18.19.0", False), ("v20.19.0", True), ("v24.1.0", True), ("?", False)]
)
def test_a_node_that_is_too_old_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, usable: bool
) -> None:
    (tmp_path / "npm-cli.js").touch(mode=0o755)
    (tmp_path / "npm").symlink_to(tmp_path / "npm-cli.js")
    (tmp_path / "node").write_text(f"#!/bin/sh\necho '{version}'\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (_backend.machine_node(_backend.BUILD_NODE) is not None) == usable


def test_without_node_the_build_asks_for_it_only_when_it_must_build(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert _backend.NODE_PACKAGE in _backend.get_requires_for_build_wheel()
    stamped()
    assert _backend.NODE_PACKAGE not in _backend.get_requires_for_build_wheel()


def test_the_lock_file_holds_the_native_packages_of_every_platform() -> None:
    held = {path.rpartition("node_modules/")[2] for path in LOCK}
    asked = {name for package in LOCK.values() for name in package.get("optionalDependencies", {})}
    assert asked <= held
    assert {name.removeprefix("@rolldown/binding-") for name in asked} >= {
        "darwin-arm64",
        "win32-x64-msvc",
        "linux-x64-gnu",
    }


def test_the_lock_file_names_no_download_address() -> None:
    assert not [path for path, package in LOCK.items() if "resolved" in package]


def test_a_wrong_command_is_told_the_right_ones() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "_backend.py"), "bulid"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "build | needs-node" in done.stderr
