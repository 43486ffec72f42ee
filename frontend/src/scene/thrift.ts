/** When the governor has its say: while pictures follow each other. A moment after the last of them the whole picture comes back. */

import { FULL, type Load, Quality } from "./quality";
import type { Economy } from "./types";

/** Without a picture for so long, nothing is moving. */
const CALM_MS = 180;

export class Thrift {
  /** What moving pictures are drawn with. */
  readonly #quality = new Quality();
  #settling = false;
  /** Runs while pictures follow each other. */
  #calm: ReturnType<typeof setTimeout> | 0 = 0;
  #drawn: Economy = FULL;

  /** @param settle asks for a picture. */
  constructor(readonly settle: () => void) {}

  /** What the last picture was drawn with. */
  get drawn(): Economy {
    return this.#drawn;
  }

  /** Share of the canvas px that the governor leaves moving pictures. */
  get pixels(): number {
    return this.#quality.economy.pixels;
  }

  /** Before each picture: how long it waited for its turn, ms, and what to draw it with. */
  begin(waited: number, load: Load, allowed: boolean): Economy {
    if (!allowed) this.#quality.reset();
    else if (this.#calm !== 0 && !this.#settling) this.#quality.note(waited, load);
    clearTimeout(this.#calm);
    this.#drawn = this.#settling || !allowed ? FULL : this.#quality.economy;
    this.#settling = false;
    this.#calm = setTimeout(() => {
      this.#calm = 0;
      if (this.#drawn === FULL) return;
      this.#settling = true;
      this.settle();
    }, CALM_MS);
    return this.#drawn;
  }

  dispose(): void {
    clearTimeout(this.#calm);
  }
}
