/** Which pictures of the matrices to fetch next, and which to let go: near the cursor first, then coarse to fine. Pure. */

/** Ahead of the cursor in playback. */
const AHEAD = 6;
/** So many, evenly spread, are always kept: a jump to anywhere finds something near. */
const OUTLINE = 16;

/** The recorded steps beside a place in time, as places in `steps`; the same twice at the ends. Null where there are none. */
export function around(steps: ArrayLike<number>, step: number): readonly [number, number] | null {
  if (steps.length === 0) return null;
  let [low, high] = [0, steps.length - 1];
  if (step <= (steps[0] as number)) return [0, 0];
  if (step >= (steps[high] as number)) return [high, high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) <= step) low = middle;
    else high = middle;
  }
  return (steps[low] as number) === step ? [low, low] : [low, high];
}

export const outlineStride = (total: number) => Math.max(1, Math.ceil(total / OUTLINE));

const inOutline = (at: number, total: number) => at % outlineStride(total) === 0 || at === total - 1;

/** The next one to ask for, null = all that is wanted and fits is here. `room`: how many may be held. */
export function nextThumb(
  total: number,
  has: (at: number) => boolean,
  cursor: readonly [number, number],
  playing: boolean,
  held: number,
  room: number,
): number | null {
  for (const at of cursor) if (!has(at)) return at;
  if (playing)
    for (let at = cursor[1] + 1; at <= Math.min(total - 1, cursor[1] + AHEAD); at += 1) if (!has(at)) return at;
  const stride = outlineStride(total);
  for (let at = 0; at < total; at += stride) if (!has(at)) return at;
  if (total > 0 && !has(total - 1)) return total - 1;
  if (held >= room) return null;
  for (let step = stride >> 1; step >= 1; step >>= 1) for (let at = 0; at < total; at += step) if (!has(at)) return at;
  for (let at = 0; at < total; at += 1) if (!has(at)) return at;
  return null;
}

/** The one to let go of: the farthest from the cursor that isn't part of the outline; null = none needs to go. */
export function leastWanted(
  held: Iterable<number>,
  total: number,
  cursor: readonly [number, number],
  count: number,
  room: number,
): number | null {
  if (count <= room) return null;
  let [found, farthest] = [null as number | null, -1];
  for (const at of held) {
    const far = at < cursor[0] ? cursor[0] - at : Math.max(0, at - cursor[1]);
    // Behind the cursor it is missed less than ahead of it.
    const weight = (at < cursor[0] ? 1.5 * far : far) + (inOutline(at, total) ? 0 : total);
    if (far > 0 && weight > farthest) [found, farthest] = [at, weight];
  }
  return found;
}
