import { describe, expect, it, vi } from "vitest";
import { SEVERITY_SHAPES, type Severity, severityColor } from "../../src/findings/severity";
import { word } from "../../src/heat/paint";
import { heatRows } from "../../src/heat/rows";
import { shareOf } from "../../src/heat/scale";
import { recorder } from "../../src/scene/recorder";
import type { Path } from "../../src/scene/shapes";
import { cellShapes } from "../../src/takeaway/heat_cells";
import { heatCsv } from "../../src/takeaway/heat_csv";
import { drawAround, type HeatPicture, heatPlace, roomFor } from "../../src/takeaway/heat_picture";
import type { Layer } from "../../src/wire.gen";

const layer = (path: string, block: number | null): Layer => ({
  path,
  role: "mlp_up",
  block,
  shape: [2, 2],
  dtype: "float32",
  parameters: 4,
  tied_to: null,
  trainable: true,
});

const NAN = Number.NaN;
const SHOWN = Float32Array.of(1, 1, 4, NAN, 2, 0, 8, 8);
const BROKEN = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0);
const LAYERS = [layer("h.0.mlp", 0), layer("h.1.mlp", 1)];
const scale = { low: 1, high: 8, log: true, clipped: false, least: 1, most: 8 };
const picture: HeatPicture = {
  dark: true,
  rows: heatRows(LAYERS, [0, 1], roomFor(2, 3)),
  cells: { shown: SHOWN, broken: BROKEN, columns: 4 },
  axis: [0, 40],
  edges: [0, 10, 20, 30, 40],
  filled: Int32Array.of(0, 1, 2, 3),
  scale,
  ink: {
    ramp: Uint32Array.from({ length: 256 }, (_, i) => word(i, i, i)),
    zero: word(1, 2, 3),
    broken: word(200, 0, 0),
    brokenMark: word(10, 0, 0),
    missing: [word(40, 40, 40), word(90, 90, 90)],
  },
  outside: null,
  phases: [],
  phaseLines: true,
  framed: [],
  marks: [],
  cursor: null,
  chosen: null,
};

/** Colour under a place, from the rectangles of the paths. */
function colorAt(shapes: ReturnType<typeof cellShapes>, x: number, y: number): string | null {
  for (const { data, fill } of shapes) {
    if (typeof fill !== "string") continue;
    for (const [, left, top, right, height] of data.matchAll(/M([\d.]+) ([\d.]+)H([\d.]+)v([\d.]+)H/g)) {
      const [l, t, r, h] = [left, top, right, height].map(Number) as [number, number, number, number];
      if (x >= l && x < r && y >= t && y < t + h) return fill;
    }
  }
  return null;
}

describe("the heat map as shapes", () => {
  const place = heatPlace(800, picture.rows, false);
  const shapes = cellShapes(picture, place);
  const across = (column: number) => place.left + ((column + 0.5) / 4) * (place.right - place.left);

  it("has every cell in the colour of its value", () => {
    for (const [k, row] of picture.rows.rows.entries()) {
      for (let column = 0; column < 4; column += 1) {
        const value = SHOWN[k * 4 + column] as number;
        const level = Math.round(shareOf(scale, value) * 255);
        const expected = BROKEN[k * 4 + column]
          ? "#c80000"
          : Number.isNaN(value)
            ? "#282828"
            : value === 0
              ? "#010203"
              : `#${level.toString(16).padStart(2, "0").repeat(3)}`;
        expect(colorAt(shapes, across(column), place.top + row.y + 5)).toBe(expected);
      }
    }
  });

  it("draws neighbours of one colour as one rectangle", () => {
    const first = shapes.find(({ fill }) => fill === "#000000");
    expect(first?.data.match(/M/g)).toHaveLength(1);
  });

  it("stripes what wasn't measured one way and what isn't finite the other", () => {
    const striped = shapes.filter(({ stroke }) => stroke !== null);
    expect(striped.map(({ stroke }) => stroke).sort()).toEqual(["#0a0000", "#5a5a5a"]);
    for (const { data, stroke } of striped) {
      for (const [, x0, y0, x1, y1] of data.matchAll(/M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/g)) {
        const slope = (Number(y1) - Number(y0)) / (Number(x1) - Number(x0));
        if (Number.isFinite(slope)) expect(slope).toBeCloseTo(stroke === "#5a5a5a" ? -1 : 1, 0);
      }
    }
  });

  it("keeps lines high enough for their names, however many there are", () => {
    const many = Array.from({ length: 150 }, (_, i) => layer(`h.${i >> 2}.x${i}`, i >> 2));
    const rows = heatRows(
      many,
      many.map((_, i) => i),
      roomFor(150, 39),
    );
    expect(rows.named).toBe(true);
    expect(rows.rowHeight).toBe(14);
  });
});

describe("the heat map as a table", () => {
  it("has a line for each cell with snapshots, empty where nothing was measured", () => {
    const columns = {
      edges: Float64Array.of(0, 10, 20, 30, 40),
      counts: Float64Array.of(1, 5, 0, 1),
      columns: 4,
      layers: 2,
      shown: SHOWN,
      low: SHOWN,
      high: SHOWN,
      broken: BROKEN,
      held: false,
      firstStep: 0,
      lastStep: 30,
      range: null,
    };
    const lines = [
      { layer: 1, path: '=h,"1"', role: "mlp_up", block: 1 },
      { layer: 0, path: "h.0", role: "norm", block: null },
    ];
    const rows = heatCsv({ stat: "grad_norm", lines, columns }).trimEnd().split("\r\n");
    expect(rows).toHaveLength(1 + 2 * 3);
    expect(rows[1]).toBe(`"'=h,""1""",mlp_up,1,grad_norm,0,0,1,2,2,2,no`);
    expect(rows[2]).toBe(`"'=h,""1""",mlp_up,1,grad_norm,10,19,5,0,0,0,yes`);
    expect(rows[6]).toBe("h.0,norm,,grad_norm,30,30,1,,,,yes");
  });
});

describe("what was found, on the picture of a heat map", () => {
  // No canvas is there to measure words by.
  vi.stubGlobal("document", { createElement: () => ({ getContext: () => null }) });
  const place = heatPlace(800, picture.rows, true);
  const first = picture.rows.rows[0] as (typeof picture.rows.rows)[number];
  const box = { severity: "watch", top: first.y, height: picture.rows.rowHeight, from: 10, to: 60 } as const;
  const drawn = (changed: Partial<HeatPicture>) => {
    const around = recorder(1);
    drawAround(around.context, { ...picture, ...changed }, place);
    return around.shapes.filter((shape): shape is Path => shape.kind === "path");
  };
  const watch = severityColor("watch", "dark");

  it("is framed on its lines over its steps, as far as they are on the map", () => {
    const frames = drawn({ framed: [box] }).filter(({ stroke }) => stroke === watch);
    expect(frames).toHaveLength(1);
    const left = place.left + (place.right - place.left) / 4;
    const numbers = [...(frames[0] as Path).data.matchAll(/-?[\d.]+/g)].map(Number);
    expect(numbers[0]).toBeCloseTo(left, 1);
    expect(numbers[1]).toBeCloseTo(place.top + first.y, 1);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(place.right);
    expect(frames[0]?.dash.length).toBeGreaterThan(0);
  });

  it("marks the names of the layers it names, in shape and colour", () => {
    const marks: (Severity | null)[] = [null, null];
    marks[first.layer] = "watch";
    const [mark, ...more] = drawn({ marks }).filter(({ fill }) => fill === watch);
    expect(more).toEqual([]);
    expect(mark?.data.match(/[ML]/g)).toHaveLength(SEVERITY_SHAPES.watch.match(/[MLHV]/g)?.length ?? 0);
    expect(drawn({}).some(({ fill }) => fill === watch)).toBe(false);
  });

  it("leaves the lines between phases out where the page does", () => {
    const phases = [0, 20].map((at) => ({ first: at, name: "plateau", color: "#d58bb3", provisional: false }));
    const lines = (phaseLines: boolean) => drawn({ phases, phaseLines }).filter(({ dash }) => dash.length > 0);
    expect(lines(true).length).toBeGreaterThan(0);
    expect(lines(false)).toEqual([]);
  });
});
