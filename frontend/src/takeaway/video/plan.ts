/** Which moment of the run each picture of a video shows. Pure. */

import { type Pace, placeAlong, type Steps } from "../../time/playback_math";

/** The first moment stands for a little, the last one long enough to be read. */
const BEFORE_SHARE = 0.03;
const AFTER_SHARE = 0.08;
const [MOST_BEFORE, MOST_AFTER] = [0.5, 1.5];
/** Degrees that a turning camera goes over the whole video: half of it to either side of where it stood. */
const TURN = 100;

export interface VideoPlan {
  readonly pictures: number;
  readonly secs: number;
  readonly rate: number;
  /** Seconds at which a picture is shown. */
  timeOf(picture: number): number;
  /** Place in the run that a picture shows. */
  placeOf(picture: number): number;
  /** Degrees that a turning camera stands beside its place. */
  turnOf(picture: number): number;
}

/** first, last: places; whatever passes evenly on screen does so here. */
export function planOf(steps: Steps, pace: Pace, first: number, last: number, secs: number, rate: number): VideoPlan {
  const pictures = Math.max(2, Math.round(secs * rate));
  const before = Math.min(MOST_BEFORE, secs * BEFORE_SHARE);
  const after = Math.min(MOST_AFTER, secs * AFTER_SHARE);
  const timeOf = (picture: number) => picture / rate;
  const shareOf = (picture: number) => {
    const share = (timeOf(picture) - before) / Math.max(1 / rate, secs - before - after);
    return Math.min(1, Math.max(0, share));
  };
  return {
    pictures,
    secs: pictures / rate,
    rate,
    timeOf,
    placeOf: (picture) => placeAlong(steps, pace, first, last, shareOf(picture)),
    turnOf: (picture) => TURN * (picture / (pictures - 1) - 0.5),
  };
}
