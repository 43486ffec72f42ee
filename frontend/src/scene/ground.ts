// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The radial ground under the cloud: a canvas of its own, painted when size or theme change and never in between. */

import type { Palette } from "./palette";

/** Radius of the ellipse, as a share of half the canvas, at which the rim's colour is reached. */
export const REACH = 1.06;

/** Share of the rim's colour at (u, v), each -1 … 1 from edge to edge. */
export function rimShare(u: number, v: number): number {
  const t = Math.min(1, Math.sqrt(u * u + v * v) / REACH);
  return t * t * (3 - 2 * t);
}

/** Ten levels over a whole canvas show as rings; a grain of less than a level hides them. Fills RGBA [width * height * 4]. */
export function paintGround(out: Uint8ClampedArray, width: number, height: number, palette: Palette): void {
  const { canvas, centre } = palette;
  for (let y = 0, i = 0; y < height; y += 1) {
    const v = ((y + 0.5) / height) * 2 - 1;
    for (let x = 0; x < width; x += 1, i += 4) {
      const share = rimShare(((x + 0.5) / width) * 2 - 1, v);
      const grain = grainAt(x, y);
      for (let k = 0; k < 3; k += 1) out[i + k] = centre[k]! + (canvas[k]! - centre[k]!) * share + grain;
      out[i + 3] = 255;
    }
  }
}

/** -0.5 … 0.5, evenly spread over neighbouring pixels (interleaved gradient noise, Jimenez 2014). */
function grainAt(x: number, y: number): number {
  const value = 52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1);
  return (value % 1) - 0.5;
}

export class Ground {
  readonly canvas = document.createElement("canvas");
  readonly #context = this.canvas.getContext("2d", { alpha: false });
  #palette: Palette | null = null;

  /** Paints when something differs: about 15 ms for a megapixel, so only canvas px of ratio 1 are kept and the page scales them. */
  show(width: number, height: number, palette: Palette): void {
    const same = this.canvas.width === width && this.canvas.height === height && palette === this.#palette;
    if (same || this.#context === null || width === 0 || height === 0) return;
    this.#palette = palette;
    this.canvas.width = width;
    this.canvas.height = height;
    const image = this.#context.createImageData(width, height);
    paintGround(image.data, width, height, palette);
    this.#context.putImageData(image, 0, 0);
  }

  dispose(): void {
    this.canvas.remove();
  }
}
