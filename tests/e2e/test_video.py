"""A video of the run really plays: a player that had no part in writing it decodes it and seeks in it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from conftest import Complaints
from page import Tab
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from trained import STEPS

OpenTab = Callable[..., tuple[Page, Complaints]]
pytestmark = pytest.mark.xdist_group("video")
SECS, AT = 5, 20
#: Of the page that a video shows, in its own px; 720 lines stand for 630 of them.
SCALE, SCENE, PLOT = 720 / 630, 518, (150, 1104)
ACCENT = (255, 152, 56)
NO_ENCODER = "delete window.VideoEncoder"

#: Loads a file into a video element and draws what it shows at some times.
PLAY = """async ([content, type, times]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], { type }));
  await new Promise((done, fail) => { video.onloadeddata = done; video.onerror = () => fail(video.error.message); });
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const stills = [];
  for (const time of times) {
    await new Promise((done) => { video.onseeked = done; video.currentTime = time; });
    // On a busy machine the picture comes a while after the word that it is there.
    for (let turn = 0; turn < 200; turn += 1) {
      context.drawImage(video, 0, 0);
      if (context.getImageData(0, 0, canvas.width, canvas.height).data.some((part, i) => i % 4 < 3 && part > 0)) break;
      await new Promise((done) => setTimeout(done, 50));
    }
    const url = canvas.toDataURL('image/png');
    stills.push(url.slice(url.indexOf(',') + 1));
  }
  return { secs: video.duration, width: canvas.width, height: canvas.height, stills };
}"""


@pytest.fixture
def address(trained_run: str) -> str:
    return trained_run


def opened(address: str, open_tab: OpenTab, without: str = "") -> Tab:
    page, _ = open_tab(address, dark=True, link=f"#paramviz&p.paramviz.step={AT}", own=bool(without))
    if without:
        page.add_init_script(without)
        page.reload()
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.wait_for_step(AT)
    return tab


def window(tab: Tab) -> Locator:
    return tab.frame.get_by_role("dialog", name="Video", exact=True)


def open_window(tab: Tab, secs: int = SECS) -> None:
    tab.frame.locator(".pane.on").get_by_label("Save (P)").click()
    tab.frame.get_by_role("button", name="Make a video").click()
    for choice in (f"{secs} s", "24"):
        window(tab).get_by_text(choice, exact=True).click()


def film(tab: Tab, folder: Path) -> Path:
    open_window(tab)
    with tab.page.expect_download(timeout=90_000) as download:
        window(tab).get_by_role("button", name="Make the video").click()
    expect(window(tab).get_by_text(f"Saved as {download.value.suggested_filename}")).to_be_visible()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def played(tab: Tab, path: Path, times: list[float]) -> tuple[dict, list[np.ndarray]]:
    """What a player says of the file, and [H, W, 3] of the picture at each time."""
    content = base64.b64encode(path.read_bytes()).decode()
    found = tab.page.context.new_page().evaluate(PLAY, [content, f"video/{path.suffix[1:]}", times])
    stills = [Image.open(BytesIO(base64.b64decode(still))).convert("RGB") for still in found["stills"]]
    return found, [np.asarray(still, int) for still in stills]


def cursor(still: np.ndarray) -> float:
    """Where the line in the accent colour stands beside the loss curve, px of the page."""
    top = round((SCENE + 12) * SCALE)
    near = np.abs(still[top:-40] - ACCENT).max(axis=2) < 60
    columns = np.flatnonzero(near.mean(axis=0) > 0.6)
    assert len(columns) > 0, "there is a cursor"
    return float(columns.mean()) / SCALE


def expected_cursor(secs: float, last: float, axis: float) -> float:
    """The first moment stands for 3 % of the time and the last one for 8 %; between them steps pass evenly."""
    share = min(1.0, max(0.0, (secs - 0.03 * SECS) / (SECS * 0.89)))
    return PLOT[0] + (PLOT[1] - PLOT[0]) * share * last / axis


def colored(still: np.ndarray) -> int:
    """Px of the scene that have a colour: points, and nothing else that is as large."""
    scene = still[round(90 * SCALE) : round(470 * SCALE), : round(800 * SCALE)]
    return int((np.ptp(scene, axis=2) > 60).sum())


@pytest.mark.parametrize("without", ["", NO_ENCODER], ids=["by its encoder", "by its recorder"])
def test_a_video_of_the_run_plays(without: str, address: str, open_tab: OpenTab, tmp_path: Path) -> None:
    tab = opened(address, open_tab, without)
    times = [0.0, 1.5, 3.2, SECS - 0.1]
    path = film(tab, tmp_path)
    assert path.name.startswith("trained-transformer.wte-video.")
    assert path.suffix == ".webm" if without else path.suffix in (".mp4", ".webm")
    tab.page.keyboard.press("Escape")
    window(tab).wait_for(state="hidden")
    assert tab.step() == AT, "the cursor is where it was"

    found, stills = played(tab, path, times)
    assert found["secs"] == pytest.approx(SECS, abs=0.15)
    assert (found["width"], found["height"]) == (1280, 720)
    last = tab.last_step()
    for time, still in zip(times, stills, strict=True):
        expected = expected_cursor(time, last, STEPS)
        if without:
            # A recorder films by the clock: of pictures that a busy machine loses, the one before stands longer.
            assert cursor(still) <= expected + 30, time
        else:
            assert cursor(still) == pytest.approx(expected, abs=12), time
        assert colored(still) > 500, "points are drawn"
    assert cursor(stills[-1]) > cursor(stills[0]) + 200, "it goes on"
    moved = np.abs(stills[0] - stills[-1])[: round(SCENE * SCALE)].max(axis=2) > 60
    assert moved.sum() > 2000, "the points have moved"


def test_a_video_is_given_up_by_escape_and_nothing_stays(address: str, open_tab: OpenTab) -> None:
    tab = opened(address, open_tab)
    downloads: list[object] = []
    tab.page.on("download", lambda download: downloads.append(download))
    open_window(tab, 40)
    window(tab).get_by_role("button", name="Make the video").click()
    window(tab).get_by_text("of 960 pictures").wait_for()
    tab.page.keyboard.press("Escape")
    window(tab).wait_for(state="hidden")
    tab.wait_for_step(AT)
    assert downloads == []
    assert tab.frame.evaluate("document.querySelectorAll('body > div[inert]').length") == 0, "the second scene is gone"


def test_a_browser_that_writes_no_videos_is_told_so(address: str, open_tab: OpenTab) -> None:
    tab = opened(address, open_tab, f"{NO_ENCODER}; delete window.MediaRecorder")
    open_window(tab)
    window(tab).get_by_role("button", name="Make the video").click()
    window(tab).get_by_text("neither WebCodecs nor MediaRecorder").wait_for()
    window(tab).get_by_role("button", name="Try again").wait_for()
    assert tab.step() == AT
