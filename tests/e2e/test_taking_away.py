"""What is taken away is what was on screen: each file is read by something else than what wrote it."""

from __future__ import annotations

import io
import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from conftest import Complaints
from page import Tab
from PIL import Image
from playwright.sync_api import Browser, Page
from taking import EMBEDDING, STEP, answered, opened, saved
from trained import STEPS

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("taking away")
SVG = "{http://www.w3.org/2000/svg}"
#: px
SHADOW = 40


@pytest.fixture
def address(trained_run: str) -> str:
    return trained_run


@pytest.fixture
def tab(address: str, open_tab: OpenTab) -> Tab:
    return opened(address, open_tab)


def positions(address: str) -> np.ndarray:
    """[R, 3] at STEP, from the server."""
    of = {"run": "trained", "embedding": EMBEDDING, "from": STEP, "to": STEP}
    return answered(address, "positions", **of)[1]["positions"][0]


def test_the_table_is_read_back_as_what_the_server_knows(tab: Tab, address: str, tmp_path: Path) -> None:
    path = saved(tab, "Table as CSV", tmp_path)
    assert path.name == f"trained-transformer.wte-step-{STEP}.csv"
    table = pd.read_csv(path, keep_default_na=False, na_values={"norm": [""], "gradient": [""]})
    labels = asked(address, "model")["embeddings"][0]["labels"]
    assert table["id"].tolist() == list(range(len(labels)))
    assert [json.loads(label) for label in table["token_json"]] == labels
    np.testing.assert_array_equal(table[["x", "y", "z"]].to_numpy(np.float32), positions(address))
    numbers = answered(address, "rows", run="trained", embedding=EMBEDDING, step=STEP)[1]
    for column, name in (("norm", "norms"), ("gradient", "grad_norms"), ("displacement", "displacements")):
        np.testing.assert_array_equal(table[column].to_numpy(np.float32), numbers[name])
    assert table["count"].tolist() == asked(address, "model")["embeddings"][0]["counts"]
    assert set(table["step"]) == set(table["numbers_step"]) == {STEP}
    shown = dict(zip(labels, table["token"], strict=True))
    assert (shown[" "], shown["\n"], shown["a"]) == ("␣", "↵", "a")
    assert (shown["="], shown["-"], shown["@"]) == ("'=", "'-", "'@"), "no cell that a spreadsheet would run"
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_point_cloud_is_read_back_in_the_colours_of_the_legend(tab: Tab, address: str, tmp_path: Path) -> None:
    content = saved(tab, "Points as PLY", tmp_path).read_bytes()
    header, _, data = content.partition(b"end_header\n")
    lines = header.decode("ascii").splitlines()
    assert lines[:2] == ["ply", "format binary_little_endian 1.0"]
    assert {"comment run trained", f"comment embedding {EMBEDDING}", f"comment step {STEP}"} <= set(lines)
    kinds = {"float": "<f4", "double": "<f8", "int": "<i4", "uchar": "u1"}
    fields = [line.split()[1:] for line in lines if line.startswith("property")]
    vertices = np.frombuffer(data, [(name, kinds[kind]) for kind, name in fields])
    expected = positions(address)
    assert f"element vertex {len(expected)}" in lines
    np.testing.assert_array_equal(np.stack([vertices[axis] for axis in "xyz"], 1), expected)
    assert vertices["id"].tolist() == list(range(len(expected)))
    np.testing.assert_allclose(vertices["norm"][:3], norms(address)[:3])
    drawn = {tuple(int(part) for part in color) for color in vertices[["red", "green", "blue"]].tolist()}
    assert len(drawn) > 2
    assert drawn <= legend_colors(tab)


def norms(address: str) -> np.ndarray:
    return answered(address, "rows", run="trained", embedding=EMBEDDING, step=STEP)[1]["norms"]


def legend_colors(tab: Tab) -> set[tuple[int, ...]]:
    found = tab.frame.evaluate(
        "() => [...document.querySelectorAll('.legend *')].map((one) => getComputedStyle(one).backgroundColor)"
    )
    return {tuple(int(part) for part in re.findall(r"\d+", color)[:3]) for color in found}


def pixels(source: Path | bytes) -> np.ndarray:
    """[H, W, 3]"""
    return np.asarray(Image.open(io.BytesIO(source) if isinstance(source, bytes) else source).convert("RGB"), int)


def screen(tab: Tab) -> np.ndarray:
    """The cloud on screen, two px for each CSS px, without what the page lays over it."""
    tab.page.mouse.move(2, 2)
    tab.rest()
    over = "document.querySelectorAll('.centre > :not(.pane), .panes > :not(.cloud)')"
    lay = f"(how) => {{ for (const one of {over}) one.style.visibility = how; }}"
    tab.frame.evaluate(lay, "hidden")
    image = pixels(tab.frame.locator(".cloud").screenshot())
    tab.frame.evaluate(lay, "")
    return image


def differing(one: np.ndarray, other: np.ndarray) -> float:
    """Share of the px that anybody could tell apart: grain and edges are smoothed anew on each way to the screen. The
    margins aren't looked at: TensorBoard's head and the phone's sheet cast shadows there."""
    return float((np.abs(one - other).max(axis=2) > 24)[SHADOW:-SHADOW].mean())


def drawing(path: Path) -> tuple[ElementTree.Element, ElementTree.Element]:
    """The sheet and, inside it, the cloud."""
    root = ElementTree.parse(path).getroot()
    cloud = root.find(f"{SVG}svg")
    assert cloud is not None
    return root, cloud


def texts(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def rasterized(browser: Browser, path: Path) -> np.ndarray:
    """As Chromium itself draws the file, two px for each of the picture's."""
    root, _ = drawing(path)
    width, height = (int(float(root.attrib[side])) for side in ("width", "height"))
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=2)
    page = context.new_page()
    page.goto(path.as_uri())
    image = pixels(page.screenshot())
    context.close()
    return image


LOSE = """() => { for (const canvas of document.querySelectorAll('.cloud canvas'))
  canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context').loseContext(); }"""
SCREENS = {
    "wide and dark": {"width": 1280, "height": 720, "dark": True},
    "wide and light": {"width": 1280, "height": 720},
    "in 2D": {"width": 1280, "height": 720, "dark": True},
    "3D lost": {"width": 1280, "height": 720},
    "on a phone": {"width": 390, "height": 844, "dark": True},
}


@pytest.mark.parametrize("case", SCREENS)
def test_pictures_show_what_is_on_screen_and_the_screen_stays(
    case: str, address: str, open_tab: OpenTab, browser: Browser, tmp_path: Path
) -> None:
    tab = opened(address, open_tab, **SCREENS[case])
    if case == "in 2D":
        tab.frame.get_by_label("2D view").click()
    if case == "3D lost":
        tab.frame.evaluate(LOSE)
        tab.frame.get_by_text("2D view is shown").wait_for()
    before = screen(tab)
    png, svg = saved(tab, "Picture as PNG", tmp_path), saved(tab, "Picture as SVG", tmp_path)
    assert differing(screen(tab), before) < 5e-5, "taking a picture changes nothing on screen"

    _, cloud = drawing(svg)
    image = pixels(png)
    top, height = (round(2 * float(cloud.attrib[side])) for side in ("y", "height"))
    shown = image[top : top + height]
    assert shown.shape == before.shape
    assert np.ptp(before) > 100, "something is drawn"
    assert differing(shown, before) < 1e-4

    lines = rasterized(browser, svg)
    assert lines.shape == image.shape
    # Around it are words, for which this browser finds another font outside of the page.
    assert np.abs(lines - image)[top : top + height].mean() < 3
    places = [tab.frame.evaluate("row => document.querySelector('.cloud').scene.place(row)", row) for row in range(30)]
    apart = []
    for at in filter(None, places):
        x, y = round(2 * at["x"]), round(2 * at["y"]) + top
        inside = (slice(y - 3, y + 4), slice(x - 3, x + 4))
        apart.append(np.abs(lines[inside] - image[inside]).mean())
    assert np.median(apart) < 12, "points have the same colours and hide each other in the same order"


def test_pictures_say_what_they_show(tab: Tab, tmp_path: Path) -> None:
    path = saved(tab, "Picture as SVG", tmp_path)
    root, cloud = drawing(path)
    around = [text.text or "" for text in root.findall(f"{SVG}text")]
    assert around[0] == f"trained · {EMBEDDING}"
    assert f"Step {STEP} of {STEPS - 5}" in around
    rows = tab.frame.evaluate("document.querySelector('.cloud').scene.drawing().visible.length")
    assert f"{rows} of {rows} tokens" in around
    assert re.search(r"PCA of the whole run, \d+ % of variance shown", " ".join(around))
    assert re.search(r"logged 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC", " ".join(around))
    counts = [int(text.replace(",", "")) for text in around if re.fullmatch(r"[\d,]+", text)]
    assert sum(counts) == rows, "the classes' counts are of all that is shown"
    assert "consonant" in around
    assert any(re.match(r"count \d+ to [\d,]+", text) for text in around), around
    assert any(re.fullmatch(r"last \d+ steps", text) for text in around)
    assert any(text.startswith("PC 1 · ") for text in texts(cloud))
    drawn = {(round(float(c.attrib["cx"])), round(float(c.attrib["cy"]))) for c in cloud.iter(f"{SVG}circle")}
    for row in range(0, rows, 7):
        at = tab.frame.evaluate("row => document.querySelector('.cloud').scene.place(row)", row)
        near = min(abs(x - at["x"]) + abs(y - at["y"]) for x, y in drawn)
        assert near <= 1.1, row
    assert len(path.read_bytes()) < 200_000


def asked(address: str, route: str) -> dict:
    with urllib.request.urlopen(f"{address}/data/plugin/paramviz/{route}?run=trained", timeout=20) as answer:
        return json.load(answer)


def said_on(path: Path) -> str:
    root, _ = drawing(path)
    return " ".join(text.text or "" for text in root.findall(f"{SVG}text"))


DRAWN = {
    "embeddings": "document.querySelector('.cloud').scene.place(0)",
    "layers": "document.querySelector('.model-canvas')?.model.place(0) && document.querySelector('.layers-legend i')",
    "heat": "document.querySelector('.heat-cells')?.dataset.drawn > 0",
}


def test_pictures_of_every_view_say_phase_loss_and_findings(
    address: str, open_tab: OpenTab, browser: Browser, tmp_path: Path
) -> None:
    tab = opened(address, open_tab, dark=True)
    known = asked(address, "insights")
    phase = [one for one in known["phases"] if one["first_step"] <= STEP][-1]
    found = [one for one in known["findings"] if one["first_step"] <= STEP]
    tag = asked(address, "scalars")["train"]
    scalars = answered(address, "scalars", run="trained", tag=tag, points=100)[1]
    loss = scalars["values"][np.searchsorted(scalars["steps"], STEP, "right") - 1]
    for key, view in (("1", "embeddings"), ("2", "layers"), ("3", "heat")):
        tab.page.keyboard.press(key)
        tab.frame.wait_for_selector(f".pane.on[data-view={view}] [aria-label='Save (P)']")
        tab.frame.wait_for_function(f"() => {DRAWN[view]}")
        svg, png = saved(tab, "Picture as SVG", tmp_path), saved(tab, "Picture as PNG", tmp_path)
        said = said_on(svg)
        assert phase["name"].replace("_", " ").capitalize() in said, view
        assert ("provisional" in said) == phase["provisional"], view
        assert f"train loss {loss:.3g}" in said, view
        assert ("Nothing was found" in said) == (not found), view
        for one in found[:3]:
            # Names of layers are written as the page writes them.
            sentence = one["sentence"].replace(" ", "").replace("transformer.", "")
            assert sentence in said.replace(" ", "").replace("transformer.", ""), view
        lines, image = rasterized(browser, svg), pixels(png)
        assert lines.shape == image.shape, view
        _, inner = drawing(svg)
        top, height = (round(2 * float(inner.attrib[side])) for side in ("y", "height"))
        assert np.abs(lines - image)[top : top + height].mean() < 3, f"{view}: lines and pixels show the same"
    names = texts(ElementTree.parse(svg).getroot())
    assert {"token emb", "attn c_attn", "mlp c_proj", "Block 0", "Step"} <= set(names), "rows and axis have names"
