/** How fast the training runs, from when its steps were logged. */

import { median } from "./series";

/** A gap counts as a stop from so many seconds on, where it is also so many times the usual one. */
export const STOP_SECS = 60;
export const STOP_TIMES = 20;
/** "Now" is this share of the run's last gaps, and at least this many. */
const NOW_SHARE = 0.1;
const NOW_LEAST = 10;

export interface Speed {
  /** Steps a second lately, and over the run; stops are left out of both. null = it can't be known. */
  readonly now: number | null;
  readonly mean: number | null;
  readonly stops: number;
  readonly stoppedSecs: number;
  /** Seconds between the first and the last step that weren't a stop. */
  readonly activeSecs: number;
}

/** steps: rising. wallTimes: Unix seconds. A gap in which no time or less passed (a restart, a clock set back) says
 * nothing and is left out with its steps. Evaluations that come again and again belong to the training; what stands out
 * as a stop doesn't. */
export function speedOf(steps: ArrayLike<number>, wallTimes: ArrayLike<number>): Speed {
  const gaps: { steps: number; secs: number }[] = [];
  for (let i = 1; i < steps.length; i++) {
    const gap = {
      steps: (steps[i] as number) - (steps[i - 1] as number),
      secs: (wallTimes[i] as number) - (wallTimes[i - 1] as number),
    };
    if (gap.steps > 0 && gap.secs > 0) gaps.push(gap);
  }
  const usual = median(gaps.map((gap) => gap.secs / gap.steps));
  const isStop = (gap: { steps: number; secs: number }) =>
    gap.secs >= STOP_SECS && gap.secs > STOP_TIMES * usual * gap.steps;
  const going = gaps.filter((gap) => !isStop(gap));
  const stops = gaps.filter(isStop);
  const total = (list: typeof gaps) => list.reduce((sum, gap) => sum + gap.secs, 0);
  return {
    now: rate(going.slice(-Math.max(NOW_LEAST, Math.round(going.length * NOW_SHARE)))),
    mean: rate(going),
    stops: stops.length,
    stoppedSecs: total(stops),
    activeSecs: total(going),
  };

  function rate(list: typeof gaps): number | null {
    const secs = total(list);
    return secs > 0 ? list.reduce((sum, gap) => sum + gap.steps, 0) / secs : null;
  }
}

/** Seconds until the last step at the speed of now; null where either isn't known, or it is over. */
export function secsLeft(step: number | null, totalSteps: number | null, speed: Speed): number | null {
  if (step === null || totalSteps === null || speed.now === null || totalSteps <= step) return null;
  return (totalSteps - step) / speed.now;
}

/** Names under which scripts tell how long they will train. */
const TOTAL = /^(max_steps|total_steps|max_iters|num_training_steps|train_steps|n_steps)$/i;

/** Steps the script means to do, where its facts or a scalar of such a name say so; null = unknown. */
export function totalSteps(
  facts: readonly Readonly<Record<string, unknown>>[],
  scalars: ReadonlyMap<string, number>,
): number | null {
  const named = [
    ...facts.flatMap((one) => Object.entries(one)),
    ...[...scalars].map(([tag, value]): [string, unknown] => [tag.split("/").at(-1) ?? "", value]),
  ];
  for (const [name, value] of named) {
    if (TOTAL.test(name) && typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  }
  return null;
}

/** Tags that `totalSteps` would read. */
export const tellsTotal = (tag: string) => TOTAL.test(tag.split("/").at(-1) ?? "");
