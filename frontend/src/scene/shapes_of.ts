// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The cloud as shapes, in the order they hide each other: what the painters put on screen, said without pixels. */

import { densityOfShare } from "./crowding";
import { rimShare } from "./ground";
import { blend, css, DENSITY_ROWS, DEPTH_CUE, FLAT_ROWS, SHADOW_ROWS, shading } from "./palette";
import { project } from "./pose";
import { RING_GAP, RING_WIDTH } from "./rings";
import { type Segments, STROKE } from "./segments";
import type { Path, Shape } from "./shapes";
import type { Rgb } from "./types";
import type { Shot } from "./visual";

/** Opacity that the drawings leave at the back of the box, by kind of stroke. */
const FAR_SHARE = { grid: 0.3, axes: 0.8, trails: 0.7, links: 0.8, courses: 0.6 } as const;
const RECEDED = 0.22;
/** Opacity of a point in a density as the Canvas 2D drawing has it. */
const FLAT_DENSITY = 0.42;
/** A stroke through the depth of the box is cut into so many pieces at most, each of which points hide or not. */
const PIECES = 64;

/** A shape with the depth by which it is hidden. */
interface Deep {
  readonly depth: number;
  readonly shape: Shape;
}

/** Of the rows that the picture draws, each with its place in `shot.points`. */
export function shapesOf(shot: Readonly<Shot>): Shape[] {
  const { props, view } = shot;
  const over: Deep[] = [];
  for (const kind of ["axes", "courses", "trails", "links"] as const) over.push(...strokesOf(shot, kind));
  const shapes = plain(strokesOf(shot, "grid"));
  const points = pointsOf(shot);
  if (view.flat) return [...shapes, ...plain(over), ...plain(points)];
  if (props.rows <= SHADOW_ROWS && props.measured !== false) shapes.push(...shadowsOf(shot));
  if (props.rows > DENSITY_ROWS) return [...shapes, ...plain(points), ...plain(over)];
  const sorted = [...points, ...over].sort((one, other) => other.depth - one.depth);
  return [...shapes, ...plain(sorted)];
}

const plain = (list: readonly Deep[]) => list.map(({ shape }) => shape);

function cueAt(shot: Readonly<Shot>, depth: number): number {
  return Math.min(1, Math.max(0, (depth - shot.near) / (shot.far - shot.near)));
}

function groundAt(shot: Readonly<Shot>, x: number, y: number): Rgb {
  const { palette, view } = shot;
  if (view.flat) return blend(palette.canvas, palette.centre, 0.5);
  const share = rimShare((x / view.width) * 2 - 1, (y / view.height) * 2 - 1);
  return blend(palette.centre, palette.canvas, share);
}

const a = new Float32Array(3);
const b = new Float32Array(3);

function strokesOf(shot: Readonly<Shot>, kind: keyof typeof FAR_SHARE): Deep[] {
  const strokes: Segments = shot[kind];
  const { view } = shot;
  const found: Deep[] = [];
  const nearest = view.distance * 0.02;
  for (let i = 0; i < strokes.count * STROKE; i += STROKE) {
    const d = strokes.data.subarray(i, i + STROKE);
    const color: Rgb = [d[10]! * 255, d[11]! * 255, d[12]! * 255];
    project(view, d[0]!, d[1]!, d[2]!, a);
    project(view, d[3]!, d[4]!, d[5]!, b);
    const [deepA, deepB] = [a[2]!, b[2]!];
    if (!Number.isFinite(deepA + deepB) || (!view.flat && deepA < nearest && deepB < nearest)) continue;
    const dim = (depth: number) => (view.flat ? 1 : 1 - (1 - FAR_SHARE[kind]) * cueAt(shot, depth));
    if (d[0] === d[3] && d[1] === d[4] && d[2] === d[5]) {
      const shape: Shape = {
        kind: "disc",
        x: a[0]!,
        y: a[1]!,
        radius: d[6]! / 2,
        color,
        alpha: d[8]! * dim(deepA),
        edge: null,
      };
      found.push({ depth: deepA, shape });
      continue;
    }
    // Cut where it passes the viewer, or its far side would be drawn the wrong way round.
    const cut = (depth: number, other: number) => (nearest - depth) / (other - depth);
    const start = !view.flat && deepA < nearest ? cut(deepA, deepB) : 0;
    const end = !view.flat && deepB < nearest ? 1 - cut(deepB, deepA) : 1;
    const through = Math.abs(deepB - deepA) / (shot.far - shot.near);
    const pieces = view.flat || kind === "grid" ? 1 : Math.max(1, Math.min(PIECES, Math.ceil(through * PIECES)));
    for (let k = 0; k < pieces; k += 1) {
      const [from, to] = [start + ((end - start) * k) / pieces, start + ((end - start) * (k + 1)) / pieces];
      const middle = (from + to) / 2;
      const on = (share: number, out: Float32Array) =>
        project(
          view,
          d[0]! + (d[3]! - d[0]!) * share,
          d[1]! + (d[4]! - d[1]!) * share,
          d[2]! + (d[5]! - d[2]!) * share,
          out,
        );
      on(from, a);
      on(to, b);
      const depth = deepA + (deepB - deepA) * middle;
      const shape: Shape = {
        kind: "line",
        x1: a[0]!,
        y1: a[1]!,
        x2: b[0]!,
        y2: b[1]!,
        width: d[6]! + (d[7]! - d[6]!) * middle,
        color,
        alpha: (d[8]! + (d[9]! - d[8]!) * middle) * dim(depth),
      };
      found.push({ depth, shape });
    }
  }
  return found;
}

function pointsOf(shot: Readonly<Shot>): Deep[] {
  const { props, points, view, rings } = shot;
  const hits = props.hits.length > 0 ? new Set(props.hits) : null;
  const found: Deep[] = [];
  const above: Deep[] = [];
  for (const row of drawnRows(shot)) {
    const radius = points.radius[row]! * (row === props.hovered ? shot.hoverScale : 1);
    const [x, y, depth] = [points.x[row]!, points.y[row]!, points.depth[row]!];
    const outside = x < -radius || y < -radius || x > view.width + radius || y > view.height + radius;
    if (!(radius > 0) || outside) continue;
    const color: Rgb = [props.colors[row * 3]!, props.colors[row * 3 + 1]!, props.colors[row * 3 + 2]!];
    const receded = hits !== null && !hits.has(row);
    const far = view.flat ? 0 : cueAt(shot, depth) * DEPTH_CUE;
    const alpha = 1 - Math.max(far, receded ? 1 - RECEDED : 0);
    // The ball's front decides what it hides: lines that end in its middle stay inside.
    const front = view.flat ? depth : depth - Math.min((radius * depth) / view.scale, depth * 0.5);
    found.push({ depth: front, shape: pointAt(shot, x, y, radius, color, alpha) });
    const ring = rings.of[row] ?? 0;
    if (ring === 0) continue;
    // Flat discs and densities have no depth of their own: their rings lie over all of them.
    const over = props.rows > DENSITY_ROWS || (view.flat && props.rows > FLAT_ROWS);
    (over ? above : found).push({ depth: front, shape: ringAt(x, y, radius, rings.colors[ring - 1]!) });
  }
  return found.concat(above);
}

/** Back to front; as they stand where there are too many to sort. */
function drawnRows({ props, order, sample }: Readonly<Shot>): Uint32Array {
  return props.rows > DENSITY_ROWS
    ? sample.rows.subarray(sample.start, sample.end)
    : order.rows.subarray(0, order.count);
}

function pointAt(shot: Readonly<Shot>, x: number, y: number, radius: number, color: Rgb, alpha: number): Shape {
  const { props, palette, view } = shot;
  if (props.rows <= FLAT_ROWS) {
    return {
      kind: "ball",
      x,
      y,
      radius,
      color,
      ground: groundAt(shot, x, y),
      edged: !palette.dark && !view.flat,
      alpha,
    };
  }
  if (props.rows > DENSITY_ROWS) {
    const density = view.flat ? FLAT_DENSITY : densityOfShare(props.rows, shot.sample.share);
    return { kind: "disc", x, y, radius, color, alpha: alpha * density, edge: null };
  }
  if (view.flat) return { kind: "disc", x, y, radius, color, alpha, edge: null };
  const seen = (share: number) => blend(palette.canvas, blend(color, [0, 0, 0], share), alpha);
  return { kind: "disc", x, y, radius, color: seen(0), alpha: 1, edge: seen(shading(palette.dark).rim) };
}

function ringAt(x: number, y: number, radius: number, color: Rgb): Path {
  const r = radius + RING_GAP;
  const data = `M${x - r} ${y}A${r} ${r} 0 0 1 ${x + r} ${y}A${r} ${r} 0 0 1 ${x - r} ${y}Z`;
  return { kind: "path", data, fill: null, stroke: css(color), width: RING_WIDTH, dash: [], round: false, alpha: 1 };
}

/** Soft dots on the floor, as the 3D drawing has them. */
function shadowsOf(shot: Readonly<Shot>): Shape[] {
  const { props, view, box, palette } = shot;
  const flatness = Math.max(0.16, Math.abs(view.rotation[7] ?? 1));
  const strength = palette.shadow * Math.min(1, (120 / Math.max(1, props.rows)) ** 0.36);
  const found: Shape[] = [];
  for (const row of drawnRows(shot)) {
    const i = row * 3;
    const x = props.from[i]! + (props.to[i]! - props.from[i]!) * props.mix;
    const z = props.from[i + 2]! + (props.to[i + 2]! - props.from[i + 2]!) * props.mix;
    project(view, x, box.low[1], z, a);
    if (!(a[2]! > view.distance * 0.02)) continue;
    const rx = Math.max(0.75, (props.sizes[row]! * shot.sizeFactor * view.distance * 0.65) / a[2]!);
    const alpha = strength * (1 - 0.55 * cueAt(shot, a[2]!));
    found.push({ kind: "shadow", x: a[0]!, y: a[1]!, rx, ry: rx * flatness, alpha });
  }
  return found;
}
