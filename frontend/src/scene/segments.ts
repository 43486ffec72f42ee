// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Straight strokes between two places in the data, with width and opacity at each end: what axes, grid, trails and links
 *  are made of. A stroke without length is a dot as wide as its first width. */

import type { Rgb } from "./types";

/** Floats of a stroke: ax ay az, bx by bz, width a, width b (CSS px), alpha a, alpha b, r g b (0 … 1). */
export const STROKE = 13;

export class Segments {
  data: Float32Array;
  count = 0;
  /** Grows with each change, so that a drawing knows when to look again. */
  version = 0;

  constructor(capacity = 64) {
    this.data = new Float32Array(capacity * STROKE);
  }

  clear(): void {
    this.count = 0;
    this.version += 1;
  }

  push(
    ax: number,
    ay: number,
    az: number,
    bx: number,
    by: number,
    bz: number,
    widthA: number,
    widthB: number,
    alphaA: number,
    alphaB: number,
    color: Rgb,
  ): void {
    if ((this.count + 1) * STROKE > this.data.length) {
      const larger = new Float32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    const d = this.data;
    let i = this.count * STROKE;
    d[i++] = ax;
    d[i++] = ay;
    d[i++] = az;
    d[i++] = bx;
    d[i++] = by;
    d[i++] = bz;
    d[i++] = widthA;
    d[i++] = widthB;
    d[i++] = alphaA;
    d[i++] = alphaB;
    d[i++] = color[0] / 255;
    d[i++] = color[1] / 255;
    d[i] = color[2] / 255;
    this.count += 1;
    this.version += 1;
  }

  dot(x: number, y: number, z: number, width: number, alpha: number, color: Rgb): void {
    this.push(x, y, z, x, y, z, width, width, alpha, alpha, color);
  }
}
