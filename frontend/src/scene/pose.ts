// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Where the camera is and what it sees: plain numbers, so that labels, picking, keyboard, the 2D drawing and the GPU agree. */

import type { Insets, Pose } from "./types";

/** Vertical opening of the lens; small, so that near and far stay comparable. */
const LENS_DEGREES = 28;
const LENS = 0.5 / Math.tan((LENS_DEGREES * Math.PI) / 360);
const MAX_ELEVATION = 89;

export const DEFAULT_AZIMUTH = -10;
export const DEFAULT_ELEVATION = 15;

/** A pose seen through a canvas. A point p lands, with c = rotation * (p - target) and depth = distance - c.z, at
 *  (centreX + scale * c.x / depth, centreY - scale * c.y / depth) in CSS px; a flat view holds depth = distance. */
export interface View {
  /** CSS px. */
  width: number;
  height: number;
  /** Where the target lands, CSS px: the middle of what title, tools and legend leave free. */
  centreX: number;
  centreY: number;
  /** CSS px per data unit at depth 1. */
  scale: number;
  distance: number;
  flat: boolean;
  target: [number, number, number];
  /** Rows right, up, toward the viewer; [9]. */
  rotation: Float32Array;
}

export function emptyView(): View {
  return {
    width: 1,
    height: 1,
    centreX: 0.5,
    centreY: 0.5,
    scale: 1,
    distance: 1,
    flat: false,
    target: [0, 0, 0],
    rotation: new Float32Array(9),
  };
}

/** Turns the cloud by azimuth about its vertical, then tips it by elevation toward the viewer. Angles in degrees. Writes `view`. */
export function look(view: View, pose: Pose, width: number, height: number, insets: Insets): View {
  const azimuth = view.flat ? 0 : (pose.azimuth * Math.PI) / 180;
  const elevation = view.flat ? 0 : (pose.elevation * Math.PI) / 180;
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  const r = view.rotation;
  r[0] = ca;
  r[1] = 0;
  r[2] = sa;
  r[3] = se * sa;
  r[4] = ce;
  r[5] = -se * ca;
  r[6] = -ce * sa;
  r[7] = se;
  r[8] = ce * ca;
  view.width = width;
  view.height = height;
  view.centreX = (insets.left + Math.max(width - insets.right, insets.left + 1)) / 2;
  view.centreY = (insets.top + Math.max(height - insets.bottom, insets.top + 1)) / 2;
  view.scale = LENS * height;
  view.distance = pose.distance;
  view.target[0] = pose.target[0];
  view.target[1] = pose.target[1];
  view.target[2] = pose.target[2];
  return view;
}

/** Writes [x px, y px, depth] of one point to `out`; depth <= 0 lies behind the viewer. */
export function project(view: View, x: number, y: number, z: number, out: Float32Array): Float32Array {
  const r = view.rotation;
  const dx = x - view.target[0];
  const dy = y - view.target[1];
  const dz = z - view.target[2];
  const along = r[6]! * dx + r[7]! * dy + r[8]! * dz;
  const depth = view.distance - along;
  const scale = view.scale / (view.flat ? view.distance : depth);
  out[0] = view.centreX + scale * (r[0]! * dx + r[1]! * dy + r[2]! * dz);
  out[1] = view.centreY - scale * (r[3]! * dx + r[4]! * dy + r[5]! * dz);
  out[2] = depth;
  return out;
}

/** Column-major matrices of the same view for the GPU; [16] each. Perspective only. */
export function matrices(
  view: View,
  near: number,
  far: number,
  viewMatrix: Float32Array,
  projection: Float32Array,
): void {
  const r = view.rotation;
  const [tx, ty, tz] = view.target;
  for (let row = 0; row < 3; row += 1) {
    const [a, b, c] = [r[row * 3]!, r[row * 3 + 1]!, r[row * 3 + 2]!];
    viewMatrix[row] = a;
    viewMatrix[4 + row] = b;
    viewMatrix[8 + row] = c;
    viewMatrix[12 + row] = -(a * tx + b * ty + c * tz);
  }
  viewMatrix[14]! -= view.distance;
  viewMatrix[15] = 1;
  projection.fill(0);
  projection[0] = (2 * view.scale) / view.width;
  projection[5] = (2 * view.scale) / view.height;
  projection[8] = 1 - (2 * view.centreX) / view.width;
  projection[9] = (2 * view.centreY) / view.height - 1;
  projection[10] = -(far + near) / (far - near);
  projection[11] = -1;
  projection[14] = (-2 * far * near) / (far - near);
}

/** Turned by a drag of (dx, dy) CSS px: half a turn per canvas width. */
export function orbited(pose: Pose, dx: number, dy: number, width: number): Pose {
  const degrees = 180 / Math.max(width, 320);
  const elevation = Math.max(-MAX_ELEVATION, Math.min(MAX_ELEVATION, pose.elevation + dy * degrees));
  return { ...pose, azimuth: pose.azimuth + dx * degrees, elevation };
}

/** Moved so that the target's plane follows a drag of (dx, dy) CSS px. */
export function panned(pose: Pose, view: View, dx: number, dy: number): Pose {
  const r = view.rotation;
  const unit = pose.distance / view.scale;
  const target = pose.target.map((t, i) => t + unit * (dy * r[3 + i]! - dx * r[i]!)) as [number, number, number];
  return { ...pose, target };
}

/** Nearer by `factor` (2 = twice as large) with the place (x, y) CSS px held still. */
export function zoomed(pose: Pose, view: View, factor: number, x: number, y: number, fitDistance: number): Pose {
  const distance = Math.min(fitDistance * 8, Math.max(fitDistance / 24, pose.distance / factor));
  const kept = 1 - pose.distance / distance;
  const near = { ...pose, distance };
  return panned(near, view, kept * (x - view.centreX), kept * (y - view.centreY));
}

/** The pose between two, t in 0 … 1; distance is blended by ratio, so that zooming is even. */
export function between(a: Pose, b: Pose, t: number): Pose {
  const mix = (p: number, q: number) => p + (q - p) * t;
  return {
    azimuth: mix(a.azimuth, b.azimuth),
    elevation: mix(a.elevation, b.elevation),
    distance: a.distance * (b.distance / a.distance) ** t,
    target: [mix(a.target[0], b.target[0]), mix(a.target[1], b.target[1]), mix(a.target[2], b.target[2])],
  };
}

/** cubic-bezier(.2, 0, 0, 1) at time t in 0 … 1. */
export function eased(t: number): number {
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  let [low, high] = [0, 1];
  for (let k = 0; k < 24; k += 1) {
    const s = (low + high) / 2;
    // x(s) of the curve with control points x1 = .2, x2 = 0
    if (3 * s * (1 - s) ** 2 * 0.2 + s ** 3 < t) low = s;
    else high = s;
  }
  const s = (low + high) / 2;
  return 3 * s * s * (1 - s) + s ** 3;
}
