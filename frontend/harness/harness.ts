/** The scene alone, in a page: `?rows=65&theme=dark&mode=3d&select=a&trails=1&labels=auto&reduced=0`. */

import { createScene } from "../src/scene";
import type { LabelMode, SceneProps, Theme, ViewMode } from "../src/scene/types";
import { CLASSES, colorsOf, madeUpRun, sizesOf } from "./made_up_run";

const asked = new URLSearchParams(location.search);
const rows = Number(asked.get("rows") ?? 65);
const theme = (asked.get("theme") ?? "dark") as Theme;
const run = madeUpRun(rows, rows > 30000 ? 6 : 40);
const at = Math.min(run.snapshots.length - 2, Number(asked.get("at") ?? 26));
const narrow = innerWidth < 600;

function snapshot(t: number): Float32Array {
  const found = run.snapshots[t];
  if (found === undefined) throw new RangeError(`the made-up run has ${run.snapshots.length} snapshots, not ${t}`);
  return found;
}

function nearest(row: number, count: number): { row: number; similarity: number }[] {
  const p = snapshot(at);
  const distance = (other: number) =>
    Math.hypot(...[0, 1, 2].map((k) => (p[row * 3 + k] ?? 0) - (p[other * 3 + k] ?? 0)));
  const others = Array.from({ length: rows }, (_, other) => other).filter((other) => other !== row);
  others.sort((a, b) => distance(a) - distance(b));
  return others.slice(0, count).map((other, k) => ({ row: other, similarity: 0.68 - 0.07 * k }));
}

const selected = asked.has("select") ? run.labels.indexOf(asked.get("select") ?? "") : -1;
const trailing = asked.get("trails") === "1" ? ["$", "&", "3", "z", "x", "Q"].map((l) => run.labels.indexOf(l)) : [];
const props: SceneProps = {
  theme,
  mode: (asked.get("mode") ?? "3d") as ViewMode,
  reducedMotion: asked.get("reduced") === "1",
  rows,
  from: snapshot(at),
  to: snapshot(at + 1),
  mix: 0,
  radius: 1,
  colors: colorsOf(run.classes, theme),
  sizes: sizesOf(run.counts),
  visible: new Uint8Array(rows).fill(1),
  labels: run.labels,
  labelMode: (asked.get("labels") ?? "auto") as LabelMode,
  labelPriority: run.counts,
  hits: [],
  hovered: null,
  selected: selected >= 0 ? selected : null,
  links: selected >= 0 ? nearest(selected, 5) : [],
  trails: trailing
    .filter((row) => row >= 0)
    .map((row) => ({
      row,
      points: Float32Array.from(
        { length: 20 * 3 },
        (_, i) => snapshot(at - 19 + Math.floor(i / 3))[row * 3 + (i % 3)] ?? 0,
      ),
    })),
  marks: [],
  courses: [],
  tool: "turn",
  mayEconomize: true,
  pointScale: 1,
  axisNames: ["PC 1 · 22 %", "PC 2 · 12 %", "PC 3 · 7 %"],
  insets: narrow ? { top: 52, right: 0, bottom: 34, left: 0 } : { top: 60, right: 0, bottom: 40, left: 0 },
};

const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`harness: no element #${id}`);
  return found;
};
document.body.className = theme;
byId("count").textContent = `${rows} of ${rows} tokens · 40 % of variance shown`;
byId("legend").innerHTML = CLASSES.map((name, k) => {
  const color = colorsOf([k], theme).join(" ");
  return `<span><i style="background:rgb(${color})"></i>${name}</span>`;
})
  .slice(0, narrow ? 3 : 5)
  .join("");

const said: unknown[] = [];
const scene = createScene(byId("cloud"), props, {
  onHover(row, x, y) {
    said.push(["hover", row, x, y]);
    props.hovered = row;
    scene.update({ hovered: row });
  },
  onSelect(row) {
    said.push(["select", row]);
    scene.update({ selected: row, links: row === null ? [] : nearest(row, 5) });
  },
  onFallback(reason) {
    said.push(["fallback", reason]);
    byId("said").textContent = reason ?? "";
  },
});

/** Plays for so many ms, a snapshot per 160 ms and, if asked, turning; says how many pictures came per second. */
function play(lasts: number, turning: boolean): Promise<number> {
  const began = performance.now();
  const drawn = scene.frames;
  let angle = -10;
  return new Promise((resolve) => {
    const tick = (now: number) => {
      const passed = Math.max(0, now - began);
      if (passed >= lasts) {
        resolve(((scene.frames - drawn) * 1000) / passed);
        return;
      }
      const t = (passed / 160) % (run.snapshots.length - 2);
      scene.update({ from: snapshot(Math.floor(t)), to: snapshot(Math.floor(t) + 1), mix: t % 1 });
      if (turning) {
        angle += 0.4;
        scene.show({ azimuth: angle, elevation: 15, distance: 5, target: [0, 0, 0] });
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

Object.assign(window, { scene, play, said, props, run, snapshot, nearest });
