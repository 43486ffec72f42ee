/** The snapshots of one embedding of one run, as far as they are here: which are loaded, which steps are known, what
 * to fetch next, what to drop. An ordinal is a snapshot's place in the run, 0 = first; positions between two
 * snapshots are fractions. Pure: no fetching, no signals. */

import { shareAlong } from "./variance";

export interface Bracket {
  /** Loaded ordinals around a place; equal when it stands on a loaded one. */
  before: number;
  after: number;
}

/** Ordinals to ask the server for, `last` included. */
export interface Range {
  first: number;
  last: number;
}

export class SnapshotSet {
  readonly rows: number;
  /** Numbers of a row: 3, or as many components as a tour wanders through. */
  readonly width: number;
  #total = 0;
  #positions: (Float32Array | undefined)[] = [];
  #steps: number[] = [];
  #wallTimes: number[] = [];
  #shown: number[] = [];
  /** Of what is shown, the part along the first two axes; asked for in 2D only. */
  #flat: (number | undefined)[] = [];
  #loaded = 0;

  constructor(rows: number, width = 3) {
    this.rows = rows;
    this.width = width;
  }

  get total(): number {
    return this.#total;
  }

  get loaded(): number {
    return this.#loaded;
  }

  get snapshotBytes(): number {
    return this.rows * this.width * 4;
  }

  get bytes(): number {
    return this.#loaded * this.snapshotBytes;
  }

  /** Grows only; a run that shrank has another generation and so another set. */
  growTo(total: number): void {
    while (this.#total < total) {
      this.#positions.push(undefined);
      this.#steps.push(Number.NaN);
      this.#wallTimes.push(Number.NaN);
      this.#shown.push(Number.NaN);
      this.#total++;
    }
  }

  /** The steps of all snapshots from ordinal `first` on, loaded or not. */
  know(first: number, steps: ArrayLike<number>): void {
    this.growTo(first + steps.length);
    for (let i = 0; i < steps.length; i++) this.#steps[first + i] = steps[i] as number;
  }

  /** shown: the share of the snapshot's variance that its positions show, NaN = unknown. */
  put(ordinal: number, step: number, wallTime: number, positions: Float32Array, shown = Number.NaN): void {
    this.growTo(ordinal + 1);
    if (!this.#positions[ordinal]) this.#loaded++;
    this.#positions[ordinal] = positions;
    this.#steps[ordinal] = step;
    this.#wallTimes[ordinal] = wallTime;
    this.#shown[ordinal] = shown;
    this.#flat[ordinal] = undefined;
  }

  /** [rows * width]. */
  positions(ordinal: number): Float32Array | undefined {
    return this.#positions[ordinal];
  }

  /** Share of its own variance that a loaded snapshot shows, of axes 2 along the first two; NaN where it is unknown, or
   * nothing varies. */
  varianceShown(ordinal: number, axes: 2 | 3 = 3): number {
    const shown = this.#shown[ordinal] ?? Number.NaN;
    const positions = this.#positions[ordinal];
    if (axes === 3 || !positions) return shown;
    this.#flat[ordinal] ??= shareAlong(positions, this.width, axes);
    return shown * (this.#flat[ordinal] as number);
  }

  /** Unix seconds of a loaded snapshot, NaN = unknown. */
  wallTime(ordinal: number): number {
    return this.#wallTimes[ordinal] ?? Number.NaN;
  }

  has(ordinal: number): boolean {
    return this.#positions[ordinal] !== undefined;
  }

  /** Step of an ordinal, NaN while it has never been seen. */
  knownStep(ordinal: number): number {
    return this.#steps[ordinal] ?? Number.NaN;
  }

  /** The loaded snapshots around `place`, or null when none is loaded. */
  bracket(place: number): Bracket | null {
    if (this.#loaded === 0) return null;
    let before = Math.floor(place);
    while (before >= 0 && !this.has(before)) before--;
    let after = Math.max(0, Math.ceil(place));
    while (after < this.#total && !this.has(after)) after++;
    if (before < 0) return { before: after, after };
    if (after >= this.#total) return { before, after: before };
    return { before, after };
  }

  /** Step at a place: exact on snapshots that were seen, on a straight line between them. */
  stepAt(place: number): number {
    let before = Math.min(this.#total - 1, Math.floor(place));
    while (before >= 0 && Number.isNaN(this.#steps[before])) before--;
    let after = Math.max(0, Math.ceil(place));
    while (after < this.#total && Number.isNaN(this.#steps[after])) after++;
    if (before < 0 && after >= this.#total) return Number.NaN;
    if (before < 0) return this.#steps[after] as number;
    if (after >= this.#total || after === before) return this.#steps[before] as number;
    const share = (place - before) / (after - before);
    return (this.#steps[before] as number) * (1 - share) + (this.#steps[after] as number) * share;
  }

  /** Place of a step: the inverse of `stepAt`, clamped to the run. */
  placeOf(step: number): number {
    let low = 0;
    let high = Math.max(0, this.#total - 1);
    if (!(step > this.stepAt(low))) return low;
    if (!(step < this.stepAt(high))) return high;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.stepAt(middle) <= step) low = middle;
      else high = middle;
    }
    const below = this.stepAt(low);
    const above = this.stepAt(high);
    return above > below ? low + (step - below) / (above - below) : low;
  }

  /** Ordinal of the snapshot nearest to a step. */
  nearest(step: number): number {
    return Math.round(this.placeOf(step));
  }

  /** A range of at most `most` snapshots that holds the missing ones nearest to `place`, none of them more than `reach`
   * away at its near end; null = nothing to do. */
  nextRange(place: number, most: number, reach = Number.POSITIVE_INFINITY): Range | null {
    if (this.#total === 0) return null;
    const middle = Math.min(this.#total - 1, Math.max(0, Math.round(place)));
    for (let away = 0; away <= Math.min(reach, this.#total); away++) {
      const below = middle - away;
      const above = middle + away;
      if (below >= 0 && !this.has(below)) return this.#rangeAround(below, most, away === 0 ? 0 : -1);
      if (above < this.#total && !this.has(above)) return this.#rangeAround(above, most, away === 0 ? 0 : 1);
    }
    return null;
  }

  /** The missing one nearest to `place` among each `stride`-th and the last, which give the run its outline; null = all
   * of them are here. */
  nextKeyframe(place: number, stride: number): number | null {
    let nearest: number | null = null;
    const last = this.#total - 1;
    for (let ordinal = 0; ordinal <= last; ordinal = ordinal < last ? Math.min(last, ordinal + stride) : last + 1) {
      if (this.has(ordinal)) continue;
      if (nearest === null || Math.abs(ordinal - place) < Math.abs(nearest - place)) nearest = ordinal;
    }
    return nearest;
  }

  /** direction: which side of the wanted ordinal is worth more, the cursor being on the other; 0 = both. */
  #rangeAround(wanted: number, most: number, direction: -1 | 0 | 1): Range {
    let first = wanted;
    let last = wanted;
    const room = () => last - first + 1 < most;
    // A single loaded one between missing ones is read once more rather than cut the range in two.
    const wants = (next: number, beyond: number) =>
      next >= 0 &&
      next < this.#total &&
      (!this.has(next) || (beyond >= 0 && beyond < this.#total && !this.has(beyond)));
    while (direction <= 0 && wants(first - 1, first - 2) && room()) first--;
    while (direction >= 0 && wants(last + 1, last + 2) && room()) last++;
    while (this.has(first)) first++;
    while (this.has(last)) last--;
    return { first, last };
  }

  /** Drops the loaded snapshots farthest from `place` until at most `most` are left; each `stride`-th and the last
   * stay, so that the whole run can still be scrubbed coarsely. */
  drop(place: number, most: number, stride: number): number {
    let dropped = 0;
    let low = 0;
    let high = this.#total - 2;
    // The farthest is always at one of the two ends of what is left.
    while (this.#loaded > most && low <= high) {
      const ordinal = place - low >= high - place ? low++ : high--;
      if (!this.has(ordinal) || ordinal % stride === 0) continue;
      this.#positions[ordinal] = undefined;
      this.#loaded--;
      dropped++;
    }
    return dropped;
  }
}

/** Stride that gives at most `most` snapshots of `total`. */
export function coarseStride(total: number, most = 64): number {
  return Math.max(1, Math.ceil(total / most));
}
