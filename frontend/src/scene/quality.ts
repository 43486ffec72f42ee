/** Fewer canvas px while pictures come too slowly, all of them again when it is calm. */

const SHARES = [1, 0.75, 0.5] as const;
/** Longer waits than this, on average, are too slow: 30 pictures a second. */
const SLOW_MS = 34;
const FAST_MS = 19;
/** Pictures whose waits are averaged. */
const WINDOW = 8;
/** Fast windows in a row before more px are tried: going back and forth would be seen. */
const FAST_WINDOWS = 12;

export class Quality {
  #level = 0;
  #count = 0;
  #sum = 0;
  #fastWindows = 0;

  /** Share of the full pixel ratio to draw moving pictures with. */
  get share(): number {
    return SHARES[this.#level] ?? 1;
  }

  /** Takes how long a picture had to wait for its turn, ms. */
  note(waited: number): void {
    // A stall of half a second is a tab coming back or a shader being built, not a load.
    if (waited > 500) return;
    this.#count += 1;
    this.#sum += waited;
    if (this.#count < WINDOW) return;
    const mean = this.#sum / WINDOW;
    this.#count = 0;
    this.#sum = 0;
    this.#fastWindows = mean < FAST_MS ? this.#fastWindows + 1 : 0;
    if (mean > SLOW_MS) this.#level = Math.min(SHARES.length - 1, this.#level + 1);
    else if (this.#fastWindows === FAST_WINDOWS) {
      this.#level = Math.max(0, this.#level - 1);
      this.#fastWindows = 0;
    }
  }
}
