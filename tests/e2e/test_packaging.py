"""What is shipped: wheel and sdist carry the built page, need no Node, and give a working plugin without torch."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from serving import ROOT, tensorboard

PAGE = "tensorboard_plugin_paramviz/static/index.js"


def run(*command: str | Path, cwd: Path | None = None, path: str | None = None) -> None:
    environment = os.environ | ({"PATH": path} if path is not None else {})
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(sdist, wheel), the wheel built from the unpacked sdist on a machine without Node."""
    folder = tmp_path_factory.mktemp("shipped")
    checkout = folder / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout / name)
    static = "tensorboard_plugin_paramviz/static"
    shutil.copytree(ROOT / static, checkout / static)
    build = [sys.executable, "-W", "ignore", "-m", "build", "--no-isolation", "--outdir", folder]
    run(*build, "--sdist", checkout)
    sdist = next(folder.glob("*.tar.gz"))
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    unpacked = next((folder / "unpacked").iterdir())
    assert not (unpacked / "frontend" / "node_modules").exists()
    run(*build, "--wheel", unpacked, path=os.path.dirname(sys.executable))  # noqa: PTH120
    return sdist, next(folder.glob("*.whl"))


def test_wheel_and_sdist_carry_the_built_page(shipped: tuple[Path, Path]) -> None:
    sdist, wheel = shipped
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert b"render" in archive.read(PAGE)
    assert not [name for name in names if name.startswith(("frontend", "tests", "train", "simulator"))]
    assert "nanogpt_writer.py" in names
    with tarfile.open(sdist) as archive:
        assert any(name.endswith(PAGE) for name in archive.getnames())


def test_what_the_tab_waits_for_is_small_enough_to_open_at_once(shipped: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(shipped[1]) as archive:
        first: dict[str, bytes] = {}
        wanted = [PAGE]
        while wanted:
            name = wanted.pop()
            if name not in first:
                first[name] = archive.read(name)
                near = re.findall(rb'(?:from|import)"\./([^"]+)"', first[name])
                wanted += [f"{PAGE.rpartition('/')[0]}/{other.decode()}" for other in near]
    assert len(first) > 1, "nothing is shared with the parts that come later: are there any?"
    size = sum(len(gzip.compress(script, 9)) for script in first.values())
    assert size <= 350_000, f"{sorted(first)} have {size:,} bytes, gzipped"


def test_the_installed_wheel_is_a_working_plugin_without_torch(shipped: tuple[Path, Path], tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", shipped[1])
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is not None)"
    run(python, "-c", code, cwd=tmp_path)
    with tensorboard(tmp_path / "logs", python=python, cwd=tmp_path) as address:
        listing = json.loads(fetched(f"{address}/data/plugins_listing"))
        assert listing["paramviz"]["enabled"]
        assert b"render" in fetched(f"{address}/data/plugin/paramviz/static/index.js")


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as reply:
        return bytes(reply.read())
