// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The heat map's cells: as pixels of a canvas, and as shapes, one path for each colour. */

import { mapper } from "../axis";
import { drawingOn } from "../drawing_on";
import { markOutside } from "../heat/marks";
import { columnsOf, paintHeat } from "../heat/paint";
import { shareOf } from "../heat/scale";
import type { Path } from "../scene/shapes";
import type { HeatPicture, HeatPlace } from "./heat_picture";

/** The cells alone, `ratio` px for each CSS px. @throws Error when this browser has no room for them. */
export function cellsCanvas(picture: HeatPicture, place: HeatPlace, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const width = Math.round((place.right - place.left) * ratio);
  const height = Math.round((place.bottom - place.top) * ratio);
  [canvas.width, canvas.height] = [width, height];
  const context = drawingOn(canvas);
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const columnOf = columnsOf(picture.edges, picture.axis[0], picture.axis[1], width).map((column) =>
    column < 0 ? -1 : picture.filled[column]!,
  );
  const { cells, ink, outside, rows, scale } = picture;
  paintHeat(pixels, width, rows, cells, columnOf, scale, ink, ratio);
  if (outside) markOutside(pixels, width, rows, outside, cells.columns, columnOf, ratio);
  context.putImageData(image, 0, 0);
  return canvas;
}

const STRIPE = 6;
const DOT = 7;
const LIGHT = "#ffffff";
const INK = "#180e08";

/** The same without pixels: neighbours of one colour are one rectangle. */
export function cellShapes(picture: HeatPicture, place: HeatPlace): Path[] {
  const across = mapper(picture.axis[0], picture.axis[1], place.left, place.right);
  const fills = new Map<string, string[]>();
  const strokes = new Map<string, string[]>();
  const marks = new Map<string, string[]>();
  const height = picture.rows.rowHeight - 1;
  for (const row of picture.rows.rows) {
    const top = place.top + row.y;
    for (const run of runsOf(picture, row.layer, across, place)) {
      const { left, right } = run;
      add(fills, hex(run.color), `M${short(left)} ${top}H${short(right)}v${height}H${short(left)}z`);
      if (run.stripe !== null)
        for (const line of stripes(left, right, top, top + height, run.leaning)) add(strokes, hex(run.stripe), line);
      if (run.outside) mark(marks, run.color, left, right, top, height);
    }
  }
  const plain = { kind: "path", dash: [], round: false, alpha: 1, crisp: true } as const;
  return [
    ...[...fills].map(([fill, data]): Path => ({ ...plain, data: data.join(""), fill, stroke: null, width: 0 })),
    ...[...strokes].map(
      ([stroke, data]): Path => ({ ...plain, data: data.join(""), fill: null, stroke, width: 1.4, crisp: false }),
    ),
    ...[...marks].map(([fill, data]): Path => ({ ...plain, data: data.join(""), fill, stroke: null, width: 0 })),
  ];
}

interface CellRun {
  readonly left: number;
  right: number;
  readonly color: number;
  readonly stripe: number | null;
  readonly leaning: 1 | -1;
  readonly outside: boolean;
}

function runsOf(
  picture: HeatPicture,
  layer: number,
  across: (step: number) => number,
  { left: begin, right: end }: HeatPlace,
): CellRun[] {
  const { cells, edges, filled, ink, outside } = picture;
  const runs: CellRun[] = [];
  for (let c = 0; c < edges.length - 1; c += 1) {
    const [left, right] = [Math.max(begin, across(edges[c]!)), Math.min(end, across(edges[c + 1]!))];
    const column = filled[c]!;
    if (right <= left || column < 0) continue;
    const at = layer * cells.columns + column;
    const broken = cells.broken[at] === 1;
    const missing = !broken && Number.isNaN(cells.shown[at]!);
    const stripe = broken ? (ink.brokenMark ?? null) : missing ? ink.missing[1] : null;
    const next = { left, right, color: colorOf(picture, at), stripe, leaning: broken ? -1 : 1 } as const;
    const out = outside !== null && outside[at]! > 0;
    const last = runs.at(-1);
    const goes = last && Math.abs(last.right - left) < 0.01 && last.color === next.color && last.stripe === stripe;
    if (goes && last.outside === out) last.right = right;
    else runs.push({ ...next, outside: out });
  }
  return runs;
}

function colorOf({ cells, ink, scale }: HeatPicture, at: number): number {
  if (cells.broken[at] === 1) return ink.broken;
  const value = cells.shown[at]!;
  if (Number.isNaN(value)) return ink.missing[0];
  const share = scale === null ? -1 : shareOf(scale, value);
  return share < 0 ? ink.zero : ink.ramp[Math.round(share * 255)]!;
}

/** Lines at 45 degrees inside a rectangle. */
function* stripes(left: number, right: number, top: number, bottom: number, leaning: 1 | -1): Generator<string> {
  // Along x + y, or x - y: where a line enters and leaves.
  const [from, to] = leaning === 1 ? [left + top, right + bottom] : [left - bottom, right - top];
  for (let k = Math.ceil(from / STRIPE) * STRIPE; k < to; k += STRIPE) {
    const at = (y: number) => (leaning === 1 ? k - y : k + y);
    const clipped = (x: number) => Math.min(right, Math.max(left, x));
    const [x0, x1] = [clipped(at(top)), clipped(at(bottom))];
    const y = (x: number) => (leaning === 1 ? k - x : x - k);
    yield `M${short(x0)} ${short(y(x0))}L${short(x1)} ${short(y(x1))}`;
  }
}

/** Outside of what is healthy: framed and dotted, in whatever stands out from the cell. */
function mark(
  into: Map<string, string[]>,
  color: number,
  left: number,
  right: number,
  top: number,
  height: number,
): void {
  const light = (color & 255) * 0.3 + ((color >>> 8) & 255) * 0.59 + ((color >>> 16) & 255) * 0.11;
  const ink = light > 125 ? INK : LIGHT;
  const box = (x: number, y: number, width: number, high: number) =>
    add(into, ink, `M${short(x)} ${short(y)}h${short(width)}v${high}h${short(-width)}z`);
  box(left, top, right - left, 1);
  box(left, top + height - 1, right - left, 1);
  const middle = top + height / 2 - 1;
  for (let x = Math.ceil((left + 2) / DOT) * DOT; x + 4 <= right; x += DOT) box(x, middle, 2, 2);
}

function add(into: Map<string, string[]>, key: string, data: string): void {
  const had = into.get(key);
  if (had) had.push(data);
  else into.set(key, [data]);
}

/** A word of an ImageData as a colour. */
const hex = (color: number): string =>
  `#${[color & 255, (color >>> 8) & 255, (color >>> 16) & 255].map((part) => part.toString(16).padStart(2, "0")).join("")}`;

const short = (value: number): string => String(Math.round(value * 100) / 100);
