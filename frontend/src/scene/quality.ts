// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The quality governor: leaves out more of moving pictures while they come too slowly, and brings it back once they come fast. Knows
 *  nothing of clocks or canvases: it is told how long each picture had to wait. */

import type { Economy } from "./types";

/** What there is to leave out: without it, leaving it out gains nothing. */
export interface Load {
  readonly labels: boolean;
  readonly trails: boolean;
  /** Rows that would be drawn. */
  readonly rows: number;
}

export const FULL: Economy = { pixels: 1, labels: true, trails: true, rows: 1 };

/** Each of these steps saves about a third of what it is a share of. */
const PIXELS = [0.84, 0.7, 0.6, 0.5] as const;
const ROWS = [0.7, 0.5, 0.35, 0.25, 0.18, 0.125, 0.09, 0.0625] as const;
/** The saving of one step: how many of them a slow picture needs. */
const GAIN = 1.4;
const MOST_STEPS = 8;
/** Fewer rows than these are never thinned out. */
const LEAST_ROWS = 4000;

/** Longer waits than this are too slow: 30 pictures a second. */
const SLOW_MS = 34;
/** Shorter ones leave room for one step more: 34 ms divided by its gain, and a little. */
const FAST_MS = 22;
/** Waits are judged so many at a time, or as many as come in this time, three at least. */
const WINDOW = 8;
const WINDOW_MS = 240;
/** Fast windows in a row before a step back up is tried. */
const PATIENCE = 6;
/** A step up that had to be taken back is tried again after twice the time, up to so many windows: going to and fro would be seen. */
const MOST_PATIENCE = 96;
/** A longer wait is a tab coming back or a shader being built; two in a row are a load all the same. */
const STALL_MS = 500;

/** From everything down to the least: pixels first, then labels, trails, rows. */
const LADDER: readonly Economy[] = [
  FULL,
  ...PIXELS.map((pixels) => ({ ...FULL, pixels })),
  { ...FULL, pixels: 0.5, labels: false },
  { ...FULL, pixels: 0.5, labels: false, trails: false },
  ...ROWS.map((rows) => ({ pixels: 0.5, labels: false, trails: false, rows })),
];

export class Quality {
  #level = 0;
  #count = 0;
  #sum = 0;
  #longest = 0;
  #stalled = false;
  #fastWindows = 0;
  /** Fast windows that are waited for before each level is tried again. */
  readonly #patience = new Uint8Array(LADDER.length).fill(PATIENCE);
  /** Windows since the last step up, while it may still have to be taken back; -1 = none is. */
  #onTrial = -1;

  /** What to draw moving pictures with; the same object as long as it is the same. */
  get economy(): Economy {
    return LADDER[this.#level] ?? FULL;
  }

  /** Takes how long a picture had to wait for its turn, ms. */
  note(waited: number, load: Load): void {
    if (waited > STALL_MS && !this.#stalled) {
      this.#stalled = true;
      return;
    }
    this.#stalled = waited > STALL_MS;
    const wait = Math.min(waited, STALL_MS);
    this.#count += 1;
    this.#sum += wait;
    this.#longest = Math.max(this.#longest, wait);
    if (this.#count < WINDOW && (this.#count < 3 || this.#sum < WINDOW_MS)) return;
    // One hitch, by a collection or an upload, isn't a load.
    const mean = (this.#sum - this.#longest) / (this.#count - 1);
    this.#count = this.#sum = this.#longest = 0;
    this.#judge(mean, load);
  }

  /** Everything is drawn again, and nothing is remembered. */
  reset(): void {
    this.#level = this.#count = this.#sum = this.#longest = this.#fastWindows = 0;
    this.#patience.fill(PATIENCE);
    this.#onTrial = -1;
  }

  #judge(mean: number, load: Load): void {
    if (mean > SLOW_MS) {
      this.#fastWindows = 0;
      let steps = Math.min(MOST_STEPS, Math.ceil(Math.log(mean / SLOW_MS) / Math.log(GAIN)));
      if (this.#onTrial >= 0) {
        this.#patience[this.#level] = Math.min(MOST_PATIENCE, this.#patience[this.#level]! * 2);
        steps = 1;
      }
      this.#onTrial = -1;
      for (let k = 0; k < steps; k += 1) this.#lower(load);
      return;
    }
    if (this.#onTrial >= 0) this.#onTrial += 1;
    if (this.#onTrial > PATIENCE) {
      this.#patience[this.#level] = PATIENCE;
      this.#onTrial = -1;
    }
    this.#fastWindows = mean < FAST_MS ? this.#fastWindows + 1 : 0;
    if (this.#level > 0) this.#raise(load);
  }

  /** One step back up, once pictures have been fast for long enough. */
  #raise(load: Load): void {
    let next = this.#level - 1;
    // A level that saves nothing now looks like the one above it.
    while (next > 0 && !saves(next, load)) next -= 1;
    if (this.#fastWindows < this.#patience[next]!) return;
    this.#level = next;
    this.#fastWindows = 0;
    this.#onTrial = 0;
  }

  /** One step that saves something, or none where nothing does any more. */
  #lower(load: Load): void {
    for (let next = this.#level + 1; next < LADDER.length; next += 1) {
      if (!saves(next, load)) continue;
      this.#level = next;
      return;
    }
  }
}

/** Whether a level leaves out something that is there and that the level above it has. */
function saves(level: number, load: Load): boolean {
  const [above, at] = [LADDER[level - 1] as Economy, LADDER[level] as Economy];
  if (at.labels !== above.labels) return load.labels;
  if (at.trails !== above.trails) return load.trails;
  return at.rows === above.rows || load.rows * at.rows >= LEAST_ROWS;
}
