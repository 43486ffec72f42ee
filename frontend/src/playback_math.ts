/** How the time cursor moves while playing. Pure. */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;

const WHOLE_RUN_SECS = 20;
const MOST_PER_SEC = 60;

/** Snapshots per second at 1×: a whole run in about 20 s, never more than 60 snapshots a second. */
export function baseRate(total: number): number {
  return Math.min(MOST_PER_SEC, Math.max(1, (total - 1) / WHOLE_RUN_SECS));
}

export interface Advance {
  place: number;
  /** The end was reached and there is no loop. */
  ended: boolean;
}

/** The place after `secs` of playing. It wraps over [first, last] when looping. */
export function advance(
  place: number,
  secs: number,
  total: number,
  speed: number,
  loop: boolean,
  first = 0,
  last = total - 1,
): Advance {
  if (last <= first) return { place: first, ended: true };
  const next = Math.max(first, place) + secs * baseRate(total) * speed;
  if (next < last) return { place: next, ended: false };
  if (!loop) return { place: last, ended: true };
  return { place: first + ((next - first) % (last - first)), ended: false };
}

/** The next speed up (+1) or down (-1) in the list, staying within it. */
export function neighbourSpeed(speed: number, direction: 1 | -1): number {
  const at = SPEEDS.findIndex((candidate) => candidate >= speed);
  const index = Math.min(SPEEDS.length - 1, Math.max(0, (at < 0 ? SPEEDS.length - 1 : at) + direction));
  return SPEEDS[index] as number;
}

export function speedName(speed: number): string {
  return `${speed}×`;
}
