"""The documents say what the code does: every route, tag, statistic and dependency is written down."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tensorboard.plugins import base_plugin

from tensorboard_plugin_paramviz import __version__
from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.record import ROLES, STATS, names

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_every_route_has_a_section() -> None:
    plugin = ParamVizPlugin(base_plugin.TBContext(logdir="nowhere"))
    headings = re.findall(r"^## `([a-z]+)", (ROOT / "docs" / "http_api.md").read_text(), re.MULTILINE)
    assert set(headings) == {route.strip("/").split("/")[0] for route in plugin.get_plugin_apps()}


def test_every_tag_statistic_and_role_is_in_the_format() -> None:
    text = (ROOT / "docs" / "format.md").read_text()
    tags = [value for name, value in vars(names).items() if name.endswith(("_TAG", "_PREFIX"))]
    for word in (*tags, *STATS, *ROLES, *names.ROW_COLUMNS, *names.SELF_COLUMNS):
        assert f"`{word}" in text, f"docs/format.md does not mention {word}"


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    python = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    import json

    frontend = json.loads((ROOT / "frontend" / "package.json").read_text())
    packages = [re.split(r"[<>=]", one)[0] for one in python]
    for package in [*packages, *frontend["dependencies"], *frontend["devDependencies"]]:
        assert f"`{package}`" in text, f"CONTRIBUTING.md does not say why {package} is there"


def test_the_version_is_the_same_everywhere() -> None:
    import json

    assert json.loads((ROOT / "frontend" / "package.json").read_text())["version"] == __version__
    assert re.search(
        rf"^## \[(Unreleased|{re.escape(__version__)})\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )


def test_the_readme_is_short_and_its_tree_names_what_exists() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    tree = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert tree
    folder = ROOT
    for line in tree[1].splitlines():
        name = line.split()[0] if line.split() else ""
        if not name or not re.match(r"^[\w./-]+$", name):
            continue
        if not line.startswith(" "):
            folder = ROOT
            for part in line.split("  ")[0].split():
                assert (ROOT / part).exists(), f"README names {part}"
            if name.endswith("/"):
                folder = ROOT / name
        else:
            assert (folder / name).exists(), f"README names {folder.name}/{name}"


def test_no_document_links_to_a_file_that_is_not_there() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name} links to {target}"
