"""Pictures a second of the playing page, beside what the same browser can do at all."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from page import Tab
from playwright.sync_api import Browser
from serving import tensorboard

SIZE = {"width": 1280, "height": 720}
#: Pictures a second that are held, by rows.
LIMITS = {5_000: 55, 20_000: 28, 100_000: 15}
#: Before it is measured: the governor finds its level, shaders are built, snapshots are fetched.
WARM_UP_SECS = 6.0

# Pictures drawn in each second, and what the last of them left out.
COUNT = """async secs => {
  const { scene } = document.querySelector(".cloud");
  const counts = [];
  for (let k = 0; k < secs; k += 1) {
    const [began, before] = [performance.now(), scene.frames];
    await new Promise((done) => setTimeout(done, 1000));
    counts.push(((scene.frames - before) * 1000) / (performance.now() - began));
  }
  return [counts, scene.economy];
}"""

# The cheapest moving picture of so many points: two places and a size each, mixed on the GPU, one draw call.
BARE = """async ([count, secs]) => {
  document.body.innerHTML = `<canvas width="${innerWidth}" height="${innerHeight}" style="position:fixed;inset:0">`;
  const gl = document.querySelector("canvas").getContext("webgl2", { antialias: false });
  let mixing = null;
  if (count > 0) {
    const program = gl.createProgram();
    const add = (kind, text) => {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, "#version 300 es\\nprecision highp float;\\n" + text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    };
    add(gl.VERTEX_SHADER, `in vec3 origin; in vec3 destination; uniform float mixing;
      void main() { gl_Position = vec4(mix(origin, destination, mixing), 1.0); gl_PointSize = 4.0; }`);
    add(gl.FRAGMENT_SHADER, "out vec4 color; void main() { color = vec4(0.4); }");
    gl.linkProgram(program);
    gl.useProgram(program);
    for (const name of ["origin", "destination"]) {
      const places = new Float32Array(count * 3).map(() => Math.random() + Math.random() + Math.random() - 1.5);
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
      const at = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, 3, gl.FLOAT, false, 0, 0);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    mixing = gl.getUniformLocation(program, "mixing");
  }
  const counts = [];
  let [began, pictures] = [performance.now(), 0];
  return new Promise((done) => {
    const draw = (now) => {
      if (count > 0) {
        gl.clear(gl.COLOR_BUFFER_BIT);
        gl.uniform1f(mixing, (now / 1000) % 1);
        gl.drawArrays(gl.POINTS, 0, count);
      }
      pictures += 1;
      const passed = performance.now() - began;
      if (passed >= 1000) {
        counts.push((pictures * 1000) / passed);
        [began, pictures] = [performance.now(), 0];
      }
      if (counts.length > secs) done(counts.slice(1));
      else requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  });
}"""


@dataclass(frozen=True)
class Played:
    """per_sec: pictures drawn in each second; left_out: the scene's economy at the end."""

    per_sec: list[float]
    left_out: dict[str, Any]

    @property
    def told(self) -> str:
        spared = [name for name in ("labels", "trails") if not self.left_out[name]]
        pixels, rows = self.left_out["pixels"], self.left_out["rows"]
        shares = [f"{1 - share:.0%} of {name}" for name, share in (("px", pixels), ("rows", rows)) if share < 1]
        return ", ".join([*shares, *spared]) or "nothing"


def limit(browser: Browser, rows: int, secs: int) -> float:
    """Median pictures a second of a bare draw of so many points; 0 rows = of an empty page."""
    page = browser.new_page(viewport=SIZE)
    counts: list[float] = page.evaluate(BARE, [rows, secs])
    page.close()
    return statistics.median(counts)


def played(browser: Browser, logdir: Path, secs: int) -> Played:
    """Plays the run in a loop, as a person would."""
    with tensorboard(logdir) as address:
        page = browser.new_page(viewport=SIZE)
        page.goto(f"{address}/#paramviz")
        tab = Tab(page)
        tab.wait_for_cloud()
        tab.rest()
        loop = tab.frame.get_by_label("Loop (L)")
        if loop.get_attribute("aria-pressed") == "false":
            loop.click()
        tab.frame.get_by_label("Play (Space)").click()
        page.mouse.move(SIZE["width"] / 2, 20)  # onto the host's bar: no row is pointed at
        page.wait_for_timeout(WARM_UP_SECS * 1000)
        counts, left_out = tab.frame.evaluate(COUNT, secs)
        page.close()
    return Played(counts, left_out)


def scene_figures(browser: Browser, logdirs: Mapping[int, Path], secs: float) -> bool:
    """Prints one line for each run by its number of rows; whether all limits were held."""
    print(f"\n  {'pictures a second':>20} {'limit':>7} {'median':>7} {'slowest':>8} {'bare':>7} {'empty':>7}  left out")
    held = True
    for rows, logdir in logdirs.items():
        shown = played(browser, logdir, max(2, round(secs)))
        median, slowest = statistics.median(shown.per_sec), min(shown.per_sec)
        bare, empty = (limit(browser, count, max(2, round(secs / 3))) for count in (rows, 0))
        least = LIMITS.get(rows)
        held = held and (least is None or median >= least)
        print(
            f"  {f'{rows:,} rows':>20} {least or '-':>7} {median:7.1f} {slowest:8.1f} {bare:7.1f} {empty:7.1f}"
            f"  {shown.told}"
        )
    return held
