"""What the scene asks of the GPU: memory that is given back, and which point is seen in front."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Complaints
from page import Tab
from playwright.sync_api import Page

OpenTab = Callable[..., tuple[Page, Complaints]]
ROWS = 40
pytestmark = pytest.mark.xdist_group("gpu")

#: Counts what of each kind is on the GPU and not given back.
COUNT_LIVE = """
window.live = {};
for (const kind of ["Buffer", "Texture", "Framebuffer", "Renderbuffer", "VertexArray"]) {
  const made = WebGL2RenderingContext.prototype;
  const [create, remove] = [made[`create${kind}`], made[`delete${kind}`]];
  window.live[kind] = 0;
  made[`create${kind}`] = function () { window.live[kind] += 1; return create.call(this); };
  made[`delete${kind}`] = function (one) { if (one) window.live[kind] -= 1; return remove.call(this, one); };
}
"""
# Shows clouds of other numbers of rows: balls, discs, a density, nothing.
OTHER_ROWS = """async () => {
  const { scene } = document.querySelector(".cloud");
  for (const rows of [65, 4000, 21000, 100, 0]) {
    const some = (count) => new Float32Array(count).map(Math.random);
    scene.update({
      rows, from: some(rows * 3), to: some(rows * 3), colors: new Uint8Array(rows * 3),
      visible: new Uint8Array(rows).fill(1), sizes: new Float32Array(rows).fill(3), labels: new Array(rows).fill("a"),
      labelPriority: some(rows), hits: [], links: [], trails: [], courses: [], selected: null, hovered: null,
      marks: rows > 80 ? [{ rows: [1, 2], color: [200, 0, 0] }] : [],
    });
    await window.underway(260, 30000);
  }
  return { ...window.live };
}"""


@pytest.fixture
def address(small_run: str) -> str:
    return small_run


def test_clouds_of_other_sizes_leave_nothing_on_the_gpu(address: str, open_tab: OpenTab) -> None:
    page, _ = open_tab("about:blank")
    page.add_init_script(COUNT_LIVE)
    page.goto(f"{address}/#paramviz")
    tab = Tab(page)
    tab.wait_for_cloud()
    page.mouse.move(*tab.place(3))  # a pointer over the cloud: who is under it is asked all the time
    first = tab.frame.evaluate(OTHER_ROWS)
    assert first["Buffer"] > 0, "the cloud is drawn with WebGL"
    for _ in range(3):
        later = tab.frame.evaluate(OTHER_ROWS)
    assert later == first


def test_the_point_seen_in_front_is_the_one_pointed_at(address: str, open_tab: OpenTab) -> None:
    page, _ = open_tab(address)
    tab = Tab(page)
    tab.wait_for_cloud()
    tab.rest()
    # All rows in one place but two, which the camera sees one behind the other; which is in front is turned round.
    place_two = """([front, behind]) => {
      const { scene } = document.querySelector(".cloud");
      const places = new Float32Array(ROWS * 3).fill(-0.5);
      places.set([0, 0, 0.3], front * 3);
      places.set([0, 0, -0.3], behind * 3);
      scene.show({ azimuth: 0, elevation: 0, distance: 4, target: [0, 0, 0] });
      scene.update({ from: places, to: places, mix: 0 });
    }""".replace("ROWS", str(ROWS))
    told = []
    for front, behind in ((5, 6), (6, 5)):
        page.mouse.move(300, 10)
        tab.frame.evaluate(place_two, [front, behind])
        tab.rest()
        x, y = tab.place(front)
        assert tab.place(behind) == pytest.approx((x, y), abs=1)
        page.mouse.move(x, y)
        card = tab.frame.locator(".hover-card")
        card.wait_for()
        told.append(card.inner_text().splitlines()[0])
        page.mouse.move(300, 10)
        card.wait_for(state="hidden")
    assert told[0] != told[1]
