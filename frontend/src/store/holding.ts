/** Which snapshots are held and which are read next: as much as memory may hold, round the cursor. */

import { coarseStride, type Range, type SnapshotSet } from "../time/snapshots";
import { placeAhead } from "./playback";
import { ordinal, place } from "./timeline";

const MOST_BYTES = 96 * 2 ** 20;
/** Around a cursor that stands where nothing is: so few that they are there at once. */
const URGENT = 32;
/** Snapshots that stay wherever the cursor goes, spread over the run. */
const OUTLINE = 64;

/** A few over the run and those beside the cursor, however large they are. */
const LEAST_HELD = 8;

/** Snapshots that may be held at once. */
export function mostHeld(set: SnapshotSet): number {
  return Math.max(LEAST_HELD, Math.floor(MOST_BYTES / Math.max(1, set.snapshotBytes)));
}

/** Each of these snapshots is held, whatever else is dropped; fewer where each is large. */
export function outlineStride(set: SnapshotSet): number {
  return coarseStride(set.total, Math.max(1, Math.min(OUTLINE, Math.floor(mostHeld(set) * 0.8))));
}

/** How far from the focus snapshots are held besides the outline: never more than fit, or what was read would be dropped
 * and read again for ever. */
function reachOf(set: SnapshotSet): number {
  const most = mostHeld(set);
  if (set.total <= most) return Number.POSITIVE_INFINITY;
  const outline = Math.ceil(set.total / outlineStride(set)) + 1;
  return Math.max(0, Math.floor((most - outline - 1) / 2));
}

/** The cursor, or while playing where it will be in a moment; never so far ahead that the cursor itself is out of reach. */
export function focusOf(set: SnapshotSet): number {
  return Math.max(place.peek(), Math.min(placeAhead(), place.peek() + reachOf(set) / 2));
}

/** First what the cursor stands on, then the outline of the run, then everything from the cursor outwards, or from where it
 * will be in a moment of playing. */
export function nextRange(set: SnapshotSet, chunk: number): Range | null {
  const stride = outlineStride(set);
  const reach = reachOf(set);
  if (!set.has(ordinal.peek())) return set.nextRange(place.peek(), Math.min(chunk, URGENT), reach);
  const keyframe = set.nextKeyframe(place.peek(), stride);
  if (keyframe !== null && stride > 1) return { first: keyframe, last: keyframe };
  return set.nextRange(focusOf(set), chunk, reach);
}
