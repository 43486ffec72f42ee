import { describe, expect, test } from "vitest";
import { layoutModel } from "../../src/architecture/layout";
import type { Slab } from "../../src/architecture/types";
import { heatScale } from "../../src/heat/scale";
import {
  BROKEN,
  blendLevels,
  type Grid,
  levelOf,
  levelsOf,
  packAtlas,
  shareOfLevel,
  ZERO,
} from "../../src/scene/model/atlas";
import { type Box, boxesOf } from "../../src/scene/model/boxes";
import { colorsOf } from "../../src/scene/model/flat/faces";
import { meanShare, wantedBox } from "../../src/scene/model/looks";
import { nextSlab } from "../../src/scene/model/next_slab";
import { boxAt, hitOf } from "../../src/scene/model/pick";
import { bandsOf, STREAM, streamWidths } from "../../src/scene/model/ribbons";
import { wordsOf } from "../../src/scene/model/words";
import { emptyView, look, project } from "../../src/scene/pose";
import { gpt } from "../architecture/models";

const SCALE = { low: 0.001, high: 1, log: true, clipped: false };
const INSETS = { top: 0, right: 0, bottom: 0, left: 0 };

describe("the atlas of all matrices' pictures", () => {
  const grids: Grid[] = [3, 17, 1, 40, 8, 8, 25].map((rows, layer) => ({
    layer,
    rows,
    columns: ((layer * 13) % 31) + 1,
  }));

  test("pictures don't overlap and lie inside", () => {
    const atlas = packAtlas(grids);
    const taken = new Set<number>();
    for (const { x, y, rows, columns } of atlas.patches.values()) {
      for (let row = y; row < y + rows; row += 1) {
        for (let column = x; column < x + columns; column += 1) {
          expect(column < atlas.width && row < atlas.height).toBe(true);
          expect(taken.has(row * atlas.width + column), "a cell of two pictures").toBe(false);
          taken.add(row * atlas.width + column);
        }
      }
    }
    expect(taken.size).toBe(grids.reduce((sum, grid) => sum + grid.rows * grid.columns, 0));
  });

  test("each cell is found where its picture stands", () => {
    const atlas = packAtlas(grids);
    const count = grids.reduce((sum, grid) => sum + grid.rows * grid.columns, 0);
    const cells = Float32Array.from({ length: count }, (_, i) => 0.001 * 1000 ** (i / count));
    const levels = levelsOf(atlas, cells, SCALE);
    let at = 0;
    for (const { layer, rows, columns } of grids) {
      const patch = atlas.patches.get(layer) as { x: number; y: number };
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1, at += 1)
          expect(levels[(patch.y + row) * atlas.width + patch.x + column]).toBe(levelOf(SCALE, cells[at] as number));
    }
  });

  test("levels are evenly spaced in ratios, and broken and zero are none of them", () => {
    expect(shareOfLevel(levelOf(SCALE, Math.sqrt(0.001)))).toBeCloseTo(0.5, 2);
    expect(levelOf(SCALE, 1e9)).toBe(255);
    expect(levelOf(SCALE, 1e-9)).toBe(2);
    expect([levelOf(SCALE, 0), levelOf(SCALE, Number.NaN), levelOf(SCALE, Infinity)]).toEqual([ZERO, BROKEN, BROKEN]);
    expect([shareOfLevel(ZERO), shareOfLevel(BROKEN)]).toEqual([-1, Number.NaN]);
  });

  test("between two pictures shares are blended, but never with what is broken or zero", () => {
    expect(blendLevels(2, 255, 0.25)).toBeCloseTo(0.25);
    expect(blendLevels(BROKEN, 255, 0.4)).toBeNaN();
    expect(blendLevels(BROKEN, 255, 0.6)).toBe(1);
    expect(blendLevels(255, ZERO, 0.6)).toBe(-1);
  });

  test("the flat drawing colours cells by the scale, and broken ones by a grey that no value has", () => {
    const atlas = packAtlas([{ layer: 0, rows: 1, columns: 3 }]);
    const ramp = Uint8Array.from({ length: 768 }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) : 0));
    const out = new Uint8ClampedArray(atlas.width * atlas.height * 4);
    const levels = levelsOf(atlas, Float32Array.of(0.001, 1, Number.NaN), SCALE);
    colorsOf(out, atlas, levels, levels, 0, { ramp, theme: "dark" });
    const { x, y } = atlas.patches.get(0) as { x: number; y: number };
    const colorAt = (column: number) => [
      ...out.slice((y * atlas.width + x + column) * 4, (y * atlas.width + x + column) * 4 + 4),
    ];
    expect(colorAt(0)).toEqual([0, 0, 0, 255]);
    expect(colorAt(1)).toEqual([255, 0, 0, 255]);
    const [r, g, b] = colorAt(2);
    expect(r === g && g === b && (r as number) > 40).toBe(true);
  });

  test("one scale of all cells isn't flattened by a few large ones", () => {
    const cells = Float32Array.from({ length: 10_000 }, (_, i) => (i < 5 ? 1e6 : 0.01 + (i % 100) / 1000));
    expect(heatScale(cells, true)?.high).toBeLessThan(1);
  });
});

describe("picking", () => {
  const layers = gpt(4);
  const layout = layoutModel(layers);
  const boxes = boxesOf(
    layout,
    layers.map((layer) => layer.path),
  );
  const middle = { x: layout.bounds.x + layout.bounds.width / 2, y: layout.bounds.y + layout.bounds.height / 2 };

  /** The box in front at a place, found by walking along the ray in small steps. */
  function walked(view: ReturnType<typeof emptyView>, x: number, y: number): number {
    const r = view.rotation;
    const axis = (row: number, i: number) => r[row * 3 + i] as number;
    for (let depth = 1; depth < view.distance * 2; depth += 0.5) {
      const c = view.flat
        ? [((x - view.centreX) / view.scale) * view.distance, (-(y - view.centreY) / view.scale) * view.distance]
        : [((x - view.centreX) / view.scale) * depth, (-(y - view.centreY) / view.scale) * depth];
      const [cx, cy, cz] = [c[0] as number, c[1] as number, view.distance - depth];
      const p = [0, 1, 2].map((i) => (view.target[i] as number) + axis(0, i) * cx + axis(1, i) * cy + axis(2, i) * cz);
      const inside = boxes.findIndex(({ low, high }) =>
        [0, 1, 2].every((i) => (p[i] as number) >= (low[i] as number) && (p[i] as number) <= (high[i] as number)),
      );
      if (inside >= 0) return inside;
    }
    return -1;
  }

  test.each([
    ["turned", false, 19, 9],
    ["from the other side", false, -50, -20],
    ["flat", true, 0, 0],
  ])("finds the same box as a walk along the ray: %s", (_, flat, azimuth, elevation) => {
    const view = emptyView();
    view.flat = flat;
    look(view, { azimuth, elevation, distance: 1600, target: [middle.x, middle.y, 22] }, 900, 600, INSETS);
    let [hits, same] = [0, 0];
    for (let k = 0; k < 120; k += 1) {
      const [x, y] = [(k * 197) % 900, (k * 131) % 600];
      const [found, oracle] = [boxAt(view, boxes, x, y), walked(view, x, y)];
      if (oracle >= 0) hits += 1;
      if (found === oracle) same += 1;
    }
    expect(hits).toBeGreaterThan(30);
    // Where a ray only grazes an edge the walk may step over it.
    expect(same).toBeGreaterThanOrEqual(118);
  });

  test("a slab is hit in the middle of its face, a plate that isn't folded stands for nothing", () => {
    const view = emptyView();
    look(view, { azimuth: 19, elevation: 9, distance: 1600, target: [middle.x, middle.y, 22] }, 900, 600, INSETS);
    const out = new Float32Array(3);
    for (const slab of layout.slabs.filter((one) => one.height > 20)) {
      const box = boxes.find((one) => one.slab === slab) as Box;
      project(view, slab.x + slab.width / 2, slab.y + slab.height / 2, box.high[2], out);
      const found = boxes[boxAt(view, boxes, out[0] as number, out[1] as number)];
      expect(hitOf(found), slab.name).toEqual({ layer: slab.layer });
    }
    expect(hitOf(boxes.find((box) => box.plate))).toBeNull();
    expect(boxAt(view, boxes, -4000, -4000)).toBe(-1);
  });

  test("folded blocks are hit one by one", () => {
    const many = gpt(96, 128);
    const folded = boxesOf(
      layoutModel(many),
      many.map((layer) => layer.path),
    ).filter((box) => box.tile);
    const blocks = new Set(folded.map((box) => (hitOf(box) as { block: number }).block));
    expect(blocks.size).toBe(96 - 7);
  });

  test("a tied head shows the numbers of the table that it shares", () => {
    const head = boxes.find((box) => layers[box.slab?.layer ?? -1]?.role === "lm_head");
    expect(layers[head?.source ?? -1]?.role).toBe("token_embedding");
  });
});

describe("going from slab to slab", () => {
  const layers = gpt(3);
  const { slabs } = layoutModel(layers);
  const at = (path: string) => layers.findIndex((layer) => layer.path === path);
  const pathOf = (layer: number | null) => (layer === null ? null : layers[layer]?.path);

  test("right goes along the model, and left comes back", () => {
    const start = at("transformer.h.0.mlp.c_fc");
    const next = nextSlab(slabs, start, 1, 0);
    expect(pathOf(next)).toBe("transformer.h.0.mlp.c_proj");
    expect(pathOf(nextSlab(slabs, next, 1, 0))).toBe("transformer.h.1.mlp.c_fc");
    expect(nextSlab(slabs, next, -1, 0)).toBe(start);
  });

  test("up goes from the MLP past its norm to the attention", () => {
    const path: (string | null | undefined)[] = [];
    let layer: number | null = at("transformer.h.1.mlp.c_fc");
    for (let k = 0; k < 3 && layer !== null; k += 1) {
      layer = nextSlab(slabs, layer, 0, 1);
      path.push(pathOf(layer));
    }
    expect(path).toEqual(["transformer.h.1.ln_2", "transformer.h.1.ln_1", "transformer.h.1.attn.c_attn"]);
  });

  test("every slab is reached by arrows alone", () => {
    const reached = new Set<number>([(slabs[0] as Slab).layer]);
    const open = [...reached];
    for (let layer = open.pop(); layer !== undefined; layer = open.pop()) {
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        const next = nextSlab(slabs, layer, dx, dy);
        if (next !== null && !reached.has(next)) {
          reached.add(next);
          open.push(next);
        }
      }
    }
    expect(reached.size).toBe(slabs.length);
  });
});

describe("the flow", () => {
  const layers = gpt(4);
  const layout = layoutModel(layers);

  test("the stream is as wide as the block's gradient is large, and evenly thin where none is known", () => {
    const widths = streamWidths(layout, Float32Array.of(0, 0.5, 1, Number.NaN));
    const halves = widths.filter((_, i) => i % 2 === 1);
    expect(halves[2]).toBeGreaterThan(halves[1] as number);
    expect(halves[3]).toBeGreaterThan(halves[2] as number);
    expect(halves[4]).toBe(STREAM);
    expect(new Set(streamWidths(layout, new Float32Array(0)).filter((_, i) => i % 2 === 1))).toEqual(new Set([STREAM]));
  });

  test("as many triangles with every flow, so that nothing is made anew in playback", () => {
    const count = bandsOf(layout, new Float32Array(0)).inks.length;
    expect(bandsOf(layout, Float32Array.of(0, 0.2, 0.9, 1)).inks.length).toBe(count);
  });
});

describe("words and looks", () => {
  const layers = gpt(4);
  const layout = layoutModel(layers);
  const shapes = layers.map((layer) => layer.shape.join(" × "));

  test("names stand on the first block only, unless all are wanted; without labels only blocks are named", () => {
    const count = (labelMode: "off" | "auto" | "all") =>
      wordsOf(layout, { shapes, labelMode, notes: new Map() }).filter((word) => word.text === "c_fc").length;
    expect([count("off"), count("auto"), count("all")]).toEqual([0, 1, 4]);
    expect(wordsOf(layout, { shapes, labelMode: "off", notes: new Map() }).map((word) => word.text)).toContain(
      "Block 3",
    );
  });

  test("Q, K and V stand from top to bottom", () => {
    const words = wordsOf(layout, { shapes, labelMode: "auto", notes: new Map() }).filter((word) =>
      /^[QKV]$/.test(word.text),
    );
    expect(words.sort((a, b) => b.y - a.y).map((word) => word.text)).toEqual(["Q", "K", "V"]);
  });

  test("a folded block has the mean of what is known of it, and recedes when none of it is wanted", () => {
    expect(meanShare([0, 1, 2], [0.2, Number.NaN, 0.6])).toBeCloseTo(0.4);
    expect(meanShare([1], [0.2, Number.NaN])).toBeNaN();
    const many = gpt(96);
    const tile = boxesOf(layoutModel(many), []).find((box) => box.tile) as Box;
    const shown = new Uint8Array(many.length);
    expect(wantedBox(tile, shown)).toBe(false);
    shown[tile.tile?.layers[0] ?? 0] = 1;
    expect(wantedBox(tile, shown)).toBe(true);
  });
});
