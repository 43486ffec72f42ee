"""Data flows one way, and each side can live without the other. Read from the source: an import upward fails here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "tensorboard_plugin_paramviz"
#: What each part may import of the package, itself included.
ALLOWED = {
    "record": {"record"},
    "capture": {"capture", "record"},
    "reader": {"reader", "record"},
    "analysis": {"analysis", "record"},
    "web": {"web", "analysis", "reader", "record"},
    "plugin": {"plugin", "web", "analysis", "reader", "record"},
    "loader": {"loader", "plugin"},
    "shell": {"shell", "web", "analysis", "reader", "record"},
    "__main__": {"__main__", "shell"},
    "callbacks": {"callbacks", "capture"},
    "__init__": {"__init__", "callbacks", "capture"},
}
#: Third-party packages each part may import.
LIBRARIES = {
    "record": {"numpy", "tensorboard"},
    "capture": {"numpy", "tensorboard", "torch", "google_crc32c"},
    "reader": {"numpy", "tensorboard", "google_crc32c", "fsspec"},
    "analysis": {"numpy", "umap"},
    "web": {"numpy", "tensorboard"},
    "plugin": {"tensorboard", "werkzeug"},
    "loader": {"tensorboard"},
    "shell": {"tensorboard"},
    "__main__": set(),
    "callbacks": {"torch", "transformers", "lightning", "pytorch_lightning"},
    "__init__": set(),
}
PARTS = sorted(ALLOWED)


def files_of(part: str) -> list[Path]:
    folder = ROOT / PACKAGE / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / PACKAGE / f"{part}.py"]


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_part_of_the_package_is_in_this_order() -> None:
    top = {path.stem for path in (ROOT / PACKAGE).iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert top == set(ALLOWED)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_nothing_above_it(part: str) -> None:
    for path in files_of(part):
        ours = {name.split(".")[1] for name in imports_of(path) if name.startswith(PACKAGE + ".")}
        assert ours <= ALLOWED[part], f"{path.relative_to(ROOT)} imports {sorted(ours - ALLOWED[part])}"


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_only_its_libraries(part: str) -> None:
    for path in files_of(part):
        roots = {name.split(".")[0] for name in imports_of(path)}
        others = roots - set(sys.stdlib_module_names) - {PACKAGE}
        assert others <= LIBRARIES[part], f"{path.relative_to(ROOT)} imports {sorted(others - LIBRARIES[part])}"


def test_the_plugin_starts_without_torch() -> None:
    code = f"import {PACKAGE}.plugin, {PACKAGE}.loader, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_package_says_what_it_exports_and_loads_watch_lazily() -> None:
    code = (
        f"import {PACKAGE} as p, sys; assert 'torch' not in sys.modules; assert p.__all__ == sorted(p.__all__); "
        "[getattr(p, name) for name in p.__all__]; assert 'torch' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def source(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / "frontend" / "src" / folder).rglob("*") if path.suffix in (".ts", ".tsx"))


def modules_of(path: Path) -> set[str]:
    text = path.read_text()
    return set(re.findall(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""", text))


def test_the_scene_knows_neither_panels_nor_store_nor_preact() -> None:
    foreign = re.compile(r"preact|@preact|.*/(store|panels|api|live)\b")
    for path in source("scene"):
        found = [module for module in modules_of(path) if foreign.match(module)]
        assert not found, f"{path.name} imports {found}"


def test_panels_know_nothing_of_three_and_draw_no_scene() -> None:
    for path in source("panels"):
        for module in modules_of(path):
            assert not re.match(r"three\b", module), f"{path.name} imports {module}"


def test_only_api_and_live_speak_to_the_server() -> None:
    speaking = {path.name for path in source(".") if re.search(r"\bfetch\(|new EventSource\(", path.read_text())}
    assert speaking <= {"api.ts", "live.ts"}


def test_only_the_store_writes_signals() -> None:
    writes = re.compile(r"\b(\w+)\.value\s*(?:=(?!=)|\+=|-=|\+\+|--)")
    fields = {"input", "target", "field", "select", "currentTarget"}  # DOM elements have a value too
    for path in source("panels"):
        found = [match[0] for match in writes.finditer(path.read_text()) if match[1] not in fields]
        assert not found, f"{path.name} writes {found}"


@pytest.mark.parametrize("suffix", ["py", "ts", "tsx", "css"])
def test_no_source_file_has_grown_past_350_lines(suffix: str) -> None:
    folders = [ROOT / PACKAGE, ROOT / "frontend" / "src", ROOT]
    files = {path for folder in folders[:2] for path in folder.rglob(f"*.{suffix}")} | set(ROOT.glob(f"*.{suffix}"))
    written = (path for path in files if ".gen." not in path.name)
    long = {path.name: count for path in written if (count := len(path.read_text().splitlines())) > 350}
    assert not long, f"each has two reasons to change: {long}"
