/** How the time cursor moves while playing. Pure. */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;

const WHOLE_RUN_SECS = 20;
/** A short run isn't stretched: a snapshot has no more than this. */
const SNAPSHOT_SECS = 1;

/** What passes evenly: steps, the logarithm of steps, or snapshots. */
export type Pace = "step" | "log" | "snapshot";

/** Where the snapshots of a run stand; a place is an ordinal with a fraction. */
export interface Steps {
  readonly total: number;
  stepAt(place: number): number;
  /** The inverse of `stepAt`. */
  placeOf(step: number): number;
}

/** Seconds that a whole run takes at 1×. */
export function runSecs(total: number): number {
  return Math.min(WHOLE_RUN_SECS, Math.max(1, (total - 1) * SNAPSHOT_SECS));
}

/** What passes evenly, at a place. Logarithms are of steps since the first, in units of the first gap, so that a run with
 * snapshots at 0, 1000, 2000, … doesn't stand at its beginning for half the time. */
function measure(steps: Steps, pace: Pace, place: number): number {
  if (pace === "snapshot") return place;
  const step = steps.stepAt(place);
  return pace === "step" ? step : Math.log1p((step - steps.stepAt(0)) / firstGap(steps));
}

function placeOfMeasure(steps: Steps, pace: Pace, value: number): number {
  if (pace === "snapshot") return value;
  const step = pace === "step" ? value : steps.stepAt(0) + Math.expm1(value) * firstGap(steps);
  return steps.placeOf(step);
}

function firstGap(steps: Steps): number {
  return Math.max(1, steps.stepAt(1) - steps.stepAt(0));
}

export interface Advance {
  place: number;
  /** The end was reached and there is no loop. */
  ended: boolean;
}

/** The place after `secs` of playing. It wraps over [first, last] when looping; a part of the run takes its share of the
 * time that the whole takes. Steps that aren't known pass as snapshots. */
export function advance(
  place: number,
  secs: number,
  steps: Steps,
  pace: Pace,
  speed: number,
  loop: boolean,
  first = 0,
  last = steps.total - 1,
): Advance {
  if (last <= first) return { place: first, ended: true };
  const whole = measure(steps, pace, steps.total - 1) - measure(steps, pace, 0);
  const even = whole > 0 && Number.isFinite(whole) ? pace : "snapshot";
  const low = measure(steps, even, first);
  const high = measure(steps, even, last);
  const span = even === pace ? whole : steps.total - 1;
  const passed = (secs * speed * span) / runSecs(steps.total);
  const next = Math.max(low, measure(steps, even, place)) + passed;
  if (next < high) return { place: placeOfMeasure(steps, even, next), ended: false };
  if (!loop) return { place: last, ended: true };
  return { place: placeOfMeasure(steps, even, low + ((next - low) % (high - low))), ended: false };
}

/** The place after a share (0 to 1) of the way from `first` to `last`. Steps that aren't known pass as snapshots. */
export function placeAlong(steps: Steps, pace: Pace, first: number, last: number, share: number): number {
  if (share <= 0 || last <= first) return first;
  if (share >= 1) return last;
  const way = measure(steps, pace, last) - measure(steps, pace, first);
  const even = way > 0 && Number.isFinite(way) ? pace : "snapshot";
  const [low, high] = [measure(steps, even, first), measure(steps, even, last)];
  return Math.min(last, Math.max(first, placeOfMeasure(steps, even, low + (high - low) * share)));
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
