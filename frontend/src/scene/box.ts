// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The box round the cloud: floor, grid and three axes that meet at the back-left corner of the floor. */

import { brief, integer, number } from "../format";
import type { Palette } from "./palette";
import type { Segments } from "./segments";

export type Triple = readonly [number, number, number];

export interface Box {
  readonly low: Triple;
  readonly high: Triple;
  /** Edge of a grid cell: 1, 2 or 5 times a power of ten. The floor's edges, and so all grid lines, are whole multiples of it. */
  readonly cell: number;
}

/** Share of the run's half extent that the box has at least on each axis, so that a cloud of noise at the start isn't framed as tightly as
 *  the finished one. */
const LEAST: Triple = [0.55, 0.42, 0.36];
/** Room under the lowest point, as a share of the height. */
const FLOOR_GAP = 0.07;
/** Room on every side. */
const ROOM = 0.01;
/** The floor's longer side has at least so many cells, and at most two and a half times as many. */
const CELLS = 7;
/** How far an axis runs past the grid, in cells. */
const OVERSHOOT = 0.45;

/** Lowest and highest coordinates of the finite rows of `positions` [R * 3] that are visible, joined to `bounds` [6] in place. */
export function include(bounds: Float64Array, positions: Float32Array, visible: Uint8Array): void {
  for (let row = 0, i = 0; row < visible.length; row += 1, i += 3) {
    const x = positions[i]!;
    const y = positions[i + 1]!;
    const z = positions[i + 2]!;
    if (visible[row] === 0 || !Number.isFinite(x + y + z)) continue;
    if (x < bounds[0]!) bounds[0] = x;
    if (y < bounds[1]!) bounds[1] = y;
    if (z < bounds[2]!) bounds[2] = z;
    if (x > bounds[3]!) bounds[3] = x;
    if (y > bounds[4]!) bounds[4] = y;
    if (z > bounds[5]!) bounds[5] = z;
  }
}

export function emptyBounds(): Float64Array {
  return new Float64Array([Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity]);
}

/** The box that covers `bounds` and, where those are small, a part of `radius`. Edges lie on whole cells. */
export function boxOf(bounds: ArrayLike<number>, radius: number): Box {
  const half = radius > 0 && Number.isFinite(radius) ? radius : 1;
  const low = LEAST.map((share, i) => Math.min(bounds[i]!, -share * half));
  const high = LEAST.map((share, i) => Math.max(bounds[i + 3]!, share * half));
  for (const axis of [0, 1, 2]) {
    const room = (high[axis]! - low[axis]!) * ROOM;
    low[axis]! -= room;
    high[axis]! += room;
  }
  low[1]! -= (high[1]! - low[1]!) * FLOOR_GAP;
  const cell = roundStep(Math.max(high[0]! - low[0]!, high[2]! - low[2]!) / CELLS);
  for (const axis of [0, 1, 2]) {
    low[axis] = Math.floor(low[axis]! / cell + 1e-6) * cell;
    if (axis !== 1) high[axis] = Math.ceil(high[axis]! / cell - 1e-6) * cell;
  }
  return { low: low as unknown as Triple, high: high as unknown as Triple, cell };
}

/** The largest of 1, 2 and 5 times a power of ten that isn't larger than `most`. */
export function roundStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  const step = [5, 2].find((factor) => factor * power <= most * (1 + 1e-9)) ?? 1;
  return step * power;
}

/** What a cell is worth, in words. */
export function cellWords(box: Box): string {
  const { cell } = box;
  return `1 square = ${cell >= 1 ? integer(cell) : cell >= 0.01 ? brief(cell) : number(cell)}`;
}

export function covers(box: Box, bounds: ArrayLike<number>): boolean {
  return box.low.every((edge, i) => edge <= bounds[i]! && box.high[i]! >= bounds[i + 3]!);
}

/** Where the axes meet. A flat view has its two axes in the plane of PC 1 and PC 2. */
export function corner(box: Box): Triple {
  return [box.low[0], box.low[1], box.low[2]];
}

/** Arrow tips of the axes PC 1, PC 2, PC 3. */
export function tips(box: Box): readonly [Triple, Triple, Triple] {
  const [x, y, z] = corner(box);
  const past = box.cell * OVERSHOOT;
  return [
    [box.high[0] + past, y, z],
    [x, box.high[1] + past, z],
    [x, y, box.high[2] + past],
  ];
}

/** Grid of the floor, or, flat, of the plane of PC 1 and PC 2. Alpha fades with distance where the drawing knows depth. */
export function gridInto(out: Segments, box: Box, flat: boolean, palette: Palette): void {
  out.clear();
  const [x0, y0, z0] = box.low;
  const [x1, y1, z1] = box.high;
  const alpha = flat ? (palette.dark ? 0.07 : 0.08) : palette.dark ? 0.2 : 0.17;
  const line = (ax: number, ay: number, az: number, bx: number, by: number, bz: number) =>
    out.push(ax, ay, az, bx, by, bz, 1, 1, alpha, alpha, palette.ink);
  const eps = box.cell * 1e-3;
  for (let x = x0 + box.cell; x <= x1 + eps; x += box.cell) {
    if (flat) line(x, y0, z0, x, y1, z0);
    else line(x, y0, z0, x, y0, z1);
  }
  if (flat) for (let y = y0 + box.cell; y <= y1 + eps; y += box.cell) line(x0, y, z0, x1, y, z0);
  else for (let z = z0 + box.cell; z <= z1 + eps; z += box.cell) line(x0, y0, z, x1, y0, z);
}

/** Length of an arrowhead in CSS px, and its width. */
export const ARROW = { length: 8, width: 7 } as const;

export function axesInto(out: Segments, box: Box, flat: boolean, palette: Palette): void {
  out.clear();
  const [cx, cy, cz] = corner(box);
  for (const [axis, tip] of tips(box).entries()) {
    if (flat && axis === 2) continue;
    out.push(cx, cy, cz, ...tip, 1.25, 1.25, 1, 1, palette.axis);
  }
}
