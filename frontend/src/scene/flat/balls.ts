/** Shaded balls for the Canvas 2D drawing: each colour drawn once, then copied at any size. */

import { blend, css, shading } from "../palette";
import type { Rgb } from "../types";

/** Radius in px at which a ball is drawn for keeping. */
const RADIUS = 32;
const MOST = 1024;

export class Balls {
  readonly #kept = new Map<number, HTMLCanvasElement>();
  #dark = true;

  prepare(dark: boolean): void {
    if (dark !== this.#dark) this.#kept.clear();
    this.#dark = dark;
  }

  /** A square picture of a ball that fills it; colours are told apart to 5 bits each. */
  get(color: Rgb): HTMLCanvasElement {
    const key = ((color[0] >> 3) << 10) | ((color[1] >> 3) << 5) | (color[2] >> 3);
    let ball = this.#kept.get(key);
    if (ball === undefined) {
      if (this.#kept.size >= MOST) this.#kept.clear();
      ball = this.#draw(color);
      this.#kept.set(key, ball);
    }
    return ball;
  }

  #draw(color: Rgb): HTMLCanvasElement {
    const image = document.createElement("canvas");
    image.width = image.height = 2 * RADIUS;
    const context = image.getContext("2d");
    if (context === null) throw new Error("Balls: this browser has no Canvas 2D.");
    const { shine, rim } = shading(this.#dark);
    const light = context.createRadialGradient(
      RADIUS * 0.74,
      RADIUS * 0.7,
      0,
      RADIUS * 0.74,
      RADIUS * 0.7,
      RADIUS * 1.36,
    );
    light.addColorStop(0, css(blend(color, [255, 255, 255], shine)));
    light.addColorStop(0.6, css(color));
    light.addColorStop(1, css(blend(color, [0, 0, 0], rim)));
    context.fillStyle = light;
    context.beginPath();
    context.arc(RADIUS, RADIUS, RADIUS, 0, 2 * Math.PI);
    context.fill();
    if (!this.#dark) {
      context.strokeStyle = css(blend(color, [0, 0, 0], 0.3));
      context.lineWidth = 2;
      context.stroke();
    }
    return image;
  }
}
