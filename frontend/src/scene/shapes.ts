/** What a picture is made of where it is to stay sharp at any size: plain values in CSS px, in the order they are painted. */

import type { Rgb } from "./types";

/** A CSS colour, or a radial gradient between two circles as a canvas has it. */
export type Paint = string | RadialPaint;

export interface RadialPaint {
  readonly x0: number;
  readonly y0: number;
  readonly r0: number;
  readonly x1: number;
  readonly y1: number;
  readonly r1: number;
  readonly stops: readonly (readonly [number, string])[];
}

export interface Line {
  readonly kind: "line";
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly width: number;
  readonly color: Rgb;
  readonly alpha: number;
}

/** A plain disc; `edge` colours its last px. */
export interface Disc {
  readonly kind: "disc";
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly color: Rgb;
  readonly alpha: number;
  readonly edge: Rgb | null;
}

/** A shaded ball on a halo in the ground's colour; `alpha` is how much of it the distance leaves, `edged`: its last px is darker. */
export interface Ball {
  readonly kind: "ball";
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly color: Rgb;
  readonly ground: Rgb;
  readonly edged: boolean;
  readonly alpha: number;
}

export interface Shadow {
  readonly kind: "shadow";
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  readonly alpha: number;
}

/** data: as the `d` of an SVG path. */
export interface Path {
  readonly kind: "path";
  readonly data: string;
  readonly fill: Paint | null;
  readonly stroke: Paint | null;
  readonly width: number;
  readonly dash: readonly number[];
  readonly round: boolean;
  /** Neighbours meet without a hair between them. */
  readonly crisp?: boolean;
  readonly alpha: number;
}

/** A word centred over (x, y), y being its baseline; `width` is what it takes on screen. font: as a canvas has it. */
export interface Words {
  readonly kind: "words";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
  readonly font: string;
  readonly color: string;
  readonly alpha: number;
  readonly halo: { readonly color: string; readonly width: number } | null;
}

/** What can't be drawn with lines. href: a data address. */
export interface Pixels {
  readonly kind: "pixels";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly href: string;
}

export type Shape = Line | Disc | Ball | Shadow | Path | Words | Pixels;

/** A picture without pixels, or with few. */
export interface Vectors {
  /** CSS px. */
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  /** Under the shapes lies the canvas' radial ground; absent = it does. */
  readonly ground?: boolean;
  readonly shapes: readonly Shape[];
}

/** The picture on screen, and what is in it. */
export interface Drawing extends Vectors {
  /** Where each row is drawn just now, data units, on a straight line between snapshots; [R * 3], NaN = not drawn. */
  readonly positions: Float32Array;
  /** sRGB 0–255, [R * 3]. */
  readonly colors: Uint8Array;
  /** 1 = drawn, [R]. */
  readonly visible: Uint8Array;
}
