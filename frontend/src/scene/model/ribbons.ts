// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The lines of the flow as flat bands of triangles, in the model's plane. Pure. */

import type { Layout, Wire } from "../../architecture/types";

/** Half of how wide the stream is where nothing is known of its gradient, and how much wider at most. */
export const STREAM = 4;
export const STREAM_MORE = 8;
const BRANCH = 2.1;
const TIE = 1.5;
const ARROW = { length: 15, half: 7.5 } as const;
const STREAM_ARROW = { length: 26, half: 14 } as const;
const NODE = 7;
const DASH = { on: 14, off: 10 } as const;

export type Ink = "stream" | "branch" | "tie" | "node";

/** Triangles, x and y of each corner in turn, and which ink each triangle has. */
export interface Bands {
  readonly corners: number[];
  readonly inks: Ink[];
}

/** Half of the stream's width at places along it: x, half in turn, rising in x. */
export function streamWidths(layout: Layout, flow: Float32Array): number[] {
  const stream = layout.wires.find((wire) => wire.kind === "residual");
  if (!stream) return [];
  const [begin, end] = [stream.points[0]!, stream.points[2]!];
  const found: number[] = [begin, STREAM];
  const at = (x: number, block: number) => {
    const share = flow[block] ?? Number.NaN;
    found.push(x, Number.isNaN(share) ? STREAM : STREAM + STREAM_MORE * Math.max(0, share));
  };
  for (const plate of layout.plates) {
    if (!plate.folded) at(plate.x + plate.width / 2, plate.first);
    else {
      const count = plate.last - plate.first + 1;
      for (let k = 0; k < count; k += 1) at(plate.x + (plate.width * (k + 0.5)) / count, plate.first + k);
    }
  }
  // Before the first block and behind the last one it is as wide as there.
  if (found.length > 2) found[1] = found[3]!;
  found.push(end, found.at(-1)!);
  return found;
}

export function bandsOf(layout: Layout, flow: Float32Array): Bands {
  const bands: Bands = { corners: [], inks: [] };
  for (const wire of layout.wires) if (wire.kind === "tie") dashed(bands, wire);
  for (const wire of layout.wires) if (wire.kind === "branch") branch(bands, wire.points);
  stream(bands, streamWidths(layout, flow));
  for (let k = 0; k < layout.nodes.length; k += 2) disc(bands, layout.nodes[k]!, layout.nodes[k + 1]!);
  return bands;
}

function stream(bands: Bands, widths: readonly number[]): void {
  for (let k = 0; k + 3 < widths.length; k += 2) {
    const [x0, h0, x1, h1] = [widths[k]!, widths[k + 1]!, widths[k + 2]!, widths[k + 3]!];
    quad(bands, "stream", x0, -h0, x1, -h1, x1, h1, x0, h0);
  }
  const [x, half] = [widths.at(-2), widths.at(-1)];
  if (x === undefined || half === undefined) return;
  const wide = Math.max(STREAM_ARROW.half, half + 7);
  triangle(bands, "stream", x, -wide, x + STREAM_ARROW.length, 0, x, wide);
}

/** A line of straight parts that ends in an arrowhead. */
function branch(bands: Bands, points: readonly number[]): void {
  const last = points.length - 2;
  for (let k = 0; k < last; k += 2) {
    const [x0, y0] = [points[k]!, points[k + 1]!];
    let [x1, y1] = [points[k + 2]!, points[k + 3]!];
    const long = Math.hypot(x1 - x0, y1 - y0) || 1;
    const [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
    if (k + 2 === last) {
      const length = Math.min(ARROW.length, long);
      triangle(
        bands,
        "branch",
        x1 - ux * length - uy * ARROW.half,
        y1 - uy * length + ux * ARROW.half,
        x1,
        y1,
        x1 - ux * length + uy * ARROW.half,
        y1 - uy * length - ux * ARROW.half,
      );
      [x1, y1] = [x1 - ux * length * 0.8, y1 - uy * length * 0.8];
    } else [x1, y1] = [x1 + ux * BRANCH, y1 + uy * BRANCH];
    line(bands, "branch", x0, y0, x1, y1, BRANCH);
  }
}

function dashed(bands: Bands, { points }: Wire): void {
  let spare = 0;
  for (let k = 0; k + 3 < points.length; k += 2) {
    const [x0, y0, x1, y1] = [points[k]!, points[k + 1]!, points[k + 2]!, points[k + 3]!];
    const long = Math.hypot(x1 - x0, y1 - y0) || 1;
    const [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
    for (let at = -spare; at < long; at += DASH.on + DASH.off) {
      const [from, to] = [Math.max(0, at), Math.min(long, at + DASH.on)];
      if (to > from) line(bands, "tie", x0 + ux * from, y0 + uy * from, x0 + ux * to, y0 + uy * to, TIE);
    }
    spare = (spare + long) % (DASH.on + DASH.off);
  }
}

function disc(bands: Bands, x: number, y: number): void {
  const sides = 16;
  for (let k = 0; k < sides; k += 1) {
    const [one, other] = [(k / sides) * 2 * Math.PI, ((k + 1) / sides) * 2 * Math.PI];
    triangle(
      bands,
      "node",
      x,
      y,
      x + NODE * Math.cos(one),
      y + NODE * Math.sin(one),
      x + NODE * Math.cos(other),
      y + NODE * Math.sin(other),
    );
  }
}

function line(bands: Bands, ink: Ink, x0: number, y0: number, x1: number, y1: number, half: number): void {
  const long = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [nx, ny] = [(-(y1 - y0) / long) * half, ((x1 - x0) / long) * half];
  quad(bands, ink, x0 - nx, y0 - ny, x1 - nx, y1 - ny, x1 + nx, y1 + ny, x0 + nx, y0 + ny);
}

function quad(bands: Bands, ink: Ink, ...at: [number, number, number, number, number, number, number, number]): void {
  const [ax, ay, bx, by, cx, cy, dx, dy] = at;
  triangle(bands, ink, ax, ay, bx, by, cx, cy);
  triangle(bands, ink, ax, ay, cx, cy, dx, dy);
}

function triangle(bands: Bands, ink: Ink, ...corners: [number, number, number, number, number, number]): void {
  bands.corners.push(...corners);
  bands.inks.push(ink);
}
