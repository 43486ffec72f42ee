/** Fewer canvas px while pictures come too slowly, all of them again when it is calm. */

const SHARES = [1, 0.75, 0.5] as const;
/** Longer waits than this, on average, are too slow: 30 pictures a second. */
const SLOW_MS = 34;
const FAST_MS = 19;
const SLOW_PICTURES = 8;
const FAST_PICTURES = 90;

export class Quality {
  #level = 0;
  #count = 0;
  #sum = 0;

  /** Share of the full pixel ratio to draw moving pictures with. */
  get share(): number {
    return SHARES[this.#level] ?? 1;
  }

  /** Takes how long a picture had to wait for its turn, ms; true = `share` became another. */
  note(waited: number): boolean {
    // A stall of half a second is a tab coming back or a shader being built, not a load.
    if (waited > 500) return false;
    this.#count += 1;
    this.#sum += waited;
    const mean = this.#sum / this.#count;
    if (this.#count >= SLOW_PICTURES && mean > SLOW_MS) return this.#to(this.#level + 1);
    if (this.#count >= FAST_PICTURES) return this.#to(mean < FAST_MS ? this.#level - 1 : this.#level);
    return false;
  }

  #to(level: number): boolean {
    this.#count = 0;
    this.#sum = 0;
    const next = Math.min(SHARES.length - 1, Math.max(0, level));
    const changed = next !== this.#level;
    this.#level = next;
    return changed;
  }
}
