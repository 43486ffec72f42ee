/** Words drawn once and then copied: text with a halo is the dearest thing a 2D canvas draws. */

import { css, type Palette } from "./palette";
import type { Rgb } from "./types";
import { noteWord } from "./word_marks";

export const MONO = '"Roboto Mono", ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace';
export const SANS = 'Roboto, system-ui, "Segoe UI", "Liberation Sans", sans-serif';

/** How a word looks. Sizes in CSS px. */
export interface Lettering {
  readonly font: string;
  /** Height of the box that other labels keep off. */
  readonly height: number;
  readonly color: (palette: Palette) => Rgb;
  /** A filled ground with rounded corners instead of a halo. */
  readonly pill?: { readonly color: (palette: Palette) => Rgb; readonly padding: number; readonly corner: number };
}

export interface Stamp {
  readonly image: HTMLCanvasElement;
  /** Of the box, CSS px; the image is larger by `bleed` on each side. */
  readonly width: number;
  readonly height: number;
  readonly bleed: number;
}

const HALO = 3;
const MOST = 1600;

export class Stamps {
  readonly #kept = new Map<string, Stamp>();
  #palette: Palette | null = null;
  #ratio = 0;

  /** Forgets everything when theme or pixel ratio are others. */
  prepare(palette: Palette, pixelRatio: number): void {
    if (this.#palette === palette && this.#ratio === pixelRatio) return;
    this.forget();
    this.#palette = palette;
    this.#ratio = pixelRatio;
  }

  forget(): void {
    this.#kept.clear();
  }

  get(text: string, lettering: Lettering): Stamp {
    const key = lettering.font + text;
    let stamp = this.#kept.get(key);
    if (stamp === undefined) {
      if (this.#kept.size >= MOST) this.forget();
      stamp = this.#draw(text, lettering);
      this.#kept.set(key, stamp);
    }
    return stamp;
  }

  #draw(text: string, lettering: Lettering): Stamp {
    const image = document.createElement("canvas");
    const context = image.getContext("2d");
    const palette = this.#palette;
    if (context === null || palette === null)
      throw new Error("Stamps: call prepare() first, in a browser with Canvas 2D.");
    context.font = lettering.font;
    const { pill } = lettering;
    const padding = pill?.padding ?? 0;
    const width =
      Math.max(Math.ceil(context.measureText(text).width), pill ? lettering.height - 2 * padding : 1) + 2 * padding;
    const bleed = HALO;
    image.width = Math.ceil((width + 2 * bleed) * this.#ratio);
    image.height = Math.ceil((lettering.height + 2 * bleed) * this.#ratio);
    context.scale(this.#ratio, this.#ratio);
    context.translate(bleed, bleed);
    context.font = lettering.font;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const middle = width / 2;
    const m = context.measureText("x");
    const baseline = Math.round((lettering.height + m.actualBoundingBoxAscent) / 2 + 0.5);
    if (pill) {
      context.fillStyle = css(pill.color(palette));
      context.beginPath();
      context.roundRect(0, 0, width, lettering.height, pill.corner);
      context.fill();
    } else {
      context.strokeStyle = css(palette.canvas, 0.92);
      context.lineJoin = "round";
      context.lineWidth = 2 * HALO - 1;
      context.strokeText(text, middle, baseline);
    }
    const color = css(lettering.color(palette));
    context.fillStyle = color;
    context.fillText(text, middle, baseline);
    return noteWord({
      stamp: { image, width, height: lettering.height, bleed },
      text,
      font: lettering.font,
      width: context.measureText(text).width,
      baseline,
      color,
      halo: pill ? null : { color: css(palette.canvas, 0.92), width: 2 * HALO - 1 },
      pill: pill ? { color: css(pill.color(palette)), corner: pill.corner } : null,
    });
  }
}

/** Puts a stamp with its box's upper left corner at (x, y) CSS px on a context scaled to CSS px. */
export function stampAt(
  context: CanvasRenderingContext2D,
  stamp: Stamp,
  x: number,
  y: number,
  pixelRatio: number,
): void {
  const snap = (value: number) => Math.round(value * pixelRatio) / pixelRatio;
  context.drawImage(
    stamp.image,
    snap(x - stamp.bleed),
    snap(y - stamp.bleed),
    stamp.image.width / pixelRatio,
    stamp.image.height / pixelRatio,
  );
}
