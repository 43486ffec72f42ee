/** Turns the cloud to where a card of a tour wants it looked at from, so that all of it is still seen. */

import { fitted } from "../scene/fit";
import { between, DEFAULT_AZIMUTH, DEFAULT_ELEVATION, eased } from "../scene/pose";
import type { Pose } from "../scene/types";
import { keepPose, poses } from "../store/camera";
import { covered } from "../store/picture";
import { mode, reducedMotion } from "../store/settings";
import { cloud } from "../store/timeline";
import type { Angles } from "../tours/tour";
import { scene } from "./cloud";

const TURN_MS = 900;
/** Room for a point and its label. */
const ROOM = { left: 24, top: 20, right: 24, bottom: 20 };

/** Returns what stops it. */
export function lookFrom(where: Angles | "fit"): () => void {
  const usual = { azimuth: DEFAULT_AZIMUTH, elevation: DEFAULT_ELEVATION };
  const goal = poseFor(where === "fit" ? usual : where);
  const begin = poses.peek()[mode.peek()] ?? poseFor(usual);
  if (where === "fit" && poses.peek()[mode.peek()] === null) return () => {};
  if (!goal || !begin) return () => {};
  let request = 0;
  const started = performance.now();
  const end = () => {
    if (where === "fit") {
      scene()?.fit();
      keepPose(null);
    } else {
      scene()?.show(goal);
      keepPose(goal);
    }
  };
  const turn = (now: number) => {
    const share = reducedMotion.peek() ? 1 : Math.min(1, Math.max(0, (now - started) / TURN_MS));
    if (share === 1) end();
    else {
      scene()?.show(between(shortWay(begin, goal), goal, eased(share)));
      request = requestAnimationFrame(turn);
    }
  };
  request = requestAnimationFrame(turn);
  return () => cancelAnimationFrame(request);
}

/** Never more than half a turn. */
function shortWay(from: Pose, to: Pose): Pose {
  const apart = ((((from.azimuth - to.azimuth + 180) % 360) + 360) % 360) - 180;
  return { ...from, azimuth: to.azimuth + apart };
}

/** With every row of every snapshot that is here in the picture, as time may move. */
function poseFor(angles: Angles): Pose | null {
  const now = cloud.peek();
  const box = document.querySelector<HTMLElement>(".cloud");
  if (!now || !box || now.set.width !== 3) return null;
  const kept = [0, now.set.total - 1].flatMap((ordinal) => {
    const places = now.set.positions(ordinal);
    return places ? [{ places, count: now.set.rows, ...ROOM }] : [];
  });
  if (kept.length === 0) return null;
  const corners = cornersOf(kept.map(({ places }) => places));
  kept.push({ places: corners, count: 8, ...ROOM });
  const insets = { left: 0, top: 0, right: 0, bottom: 0, ...covered.peek() };
  const start = { ...angles, distance: 5 * now.basis.radius, target: [0, 0, 0] as const };
  return fitted(start, false, box.clientWidth, box.clientHeight, insets, kept);
}

/** Of the box round all of them, about where the axes stand; [8 * 3]. */
function cornersOf(all: readonly Float32Array[]): Float32Array {
  const [low, high] = [
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
  ];
  for (const places of all) {
    for (const [i, value] of places.entries()) {
      if (!Number.isFinite(value)) continue;
      low[i % 3] = Math.min(low[i % 3] as number, value);
      high[i % 3] = Math.max(high[i % 3] as number, value);
    }
  }
  const corner = (i: number) => [0, 1, 2].map((axis) => ((i >> axis) & 1 ? high[axis] : low[axis]) as number);
  return Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7].flatMap(corner));
}
