/** The gradients of an SVG picture, each written once. Pure. */

import { REACH, rimShare } from "../scene/ground";
import { blend, paletteOf, shading } from "../scene/palette";
import type { RadialPaint } from "../scene/shapes";
import type { Rgb } from "../scene/types";
import { attributes, hex, number, paintOf } from "./svg_text";

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** Where the light falls on a ball, in radii from its middle, and how far the farthest place lies from there. */
const LIGHT = { x: -0.26, y: -0.3, farthest: 1.4 } as const;

export class Definitions {
  readonly #made = new Map<string, { id: string; text: string }>();

  constructor(readonly dark: boolean) {
    this.#define("ground", () => groundText(dark), "ground");
    this.#define("shadow", () => shadowText(), "shadow");
  }

  text(): string {
    return [...this.#made.values()].map(({ text }) => text).join("\n");
  }

  /** A shaded ball of this colour. */
  ball(color: Rgb): string {
    const key = hex(color);
    return this.#define(`ball ${key}`, (id) => ballText(id, color, this.dark), `b${key.slice(1)}`);
  }

  ramp(colors: readonly string[]): string {
    return this.#define(`ramp ${colors.join()}`, (id) => {
      const stops = colors.map((color, i) => stop(i / Math.max(1, colors.length - 1), color));
      return `<linearGradient id="${id}">${stops.join("")}</linearGradient>`;
    });
  }

  radial(paint: RadialPaint): string {
    return this.#define(JSON.stringify(paint), (id) => {
      const place = {
        id,
        gradientUnits: "userSpaceOnUse",
        cx: number(paint.x1, 2),
        cy: number(paint.y1, 2),
        r: number(paint.r1, 2),
        fx: number(paint.x0, 2),
        fy: number(paint.y0, 2),
        fr: number(paint.r0, 2),
      };
      const stops = paint.stops.map(([at, css]) => {
        const { color, alpha } = paintOf(css);
        return stop(at, color, alpha);
      });
      return `<radialGradient${attributes(place)}>${stops.join("")}</radialGradient>`;
    });
  }

  #define(key: string, make: (id: string) => string, wanted?: string): string {
    let made = this.#made.get(key);
    if (made === undefined) {
      const id = wanted ?? `g${this.#made.size}`;
      made = { id, text: make(id) };
      this.#made.set(key, made);
    }
    return made.id;
  }
}

function stop(at: number, color: string, alpha = 1): string {
  return `<stop${attributes({
    offset: number(at, 3),
    "stop-color": color,
    "stop-opacity": alpha >= 0.995 ? undefined : number(alpha, 3),
  })}/>`;
}

/** The canvas' ground: its colours at nine places between the middle and the rim. */
function groundText(dark: boolean): string {
  const { canvas, centre } = paletteOf(dark ? "dark" : "light");
  const stops = Array.from({ length: 9 }, (_, i) => {
    const share = rimShare((i / 8) * REACH, 0);
    return stop(i / 8, hex(blend(centre, canvas, share)));
  });
  return `<radialGradient id="ground" r="${number(REACH / 2, 2)}">${stops.join("")}</radialGradient>`;
}

function shadowText(): string {
  const stops = Array.from({ length: 7 }, (_, i) => {
    const square = (i / 6) ** 2;
    return stop(i / 6, "#000000", (1 - square) * (1 - 0.4 * square));
  });
  return `<radialGradient id="shadow">${stops.join("")}</radialGradient>`;
}

/** The same light as on screen: white toward the upper left, darker toward the far edge. */
function ballText(id: string, color: Rgb, dark: boolean): string {
  const { shine, rim } = shading(dark);
  const places = [0, 0.15, 0.3, 0.5, 0.7, 0.82, 0.95, 1.1, 1.25, LIGHT.farthest];
  const stops = places.map((t) => {
    const lit = blend(color, WHITE, shine * Math.max(0, 1 - t / 0.82));
    return stop(t / LIGHT.farthest, hex(blend(lit, BLACK, rim * smooth((t - 0.7) / 0.62))));
  });
  const place = {
    id,
    cx: number(0.5 + LIGHT.x / 2, 2),
    cy: number(0.5 + LIGHT.y / 2, 2),
    r: number(LIGHT.farthest / 2, 2),
  };
  return `<radialGradient${attributes(place)}>${stops.join("")}</radialGradient>`;
}

function smooth(share: number): number {
  const t = Math.min(1, Math.max(0, share));
  return t * t * (3 - 2 * t);
}
