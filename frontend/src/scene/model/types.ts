/** The contract of the layers scene: props in, events out. Nothing here knows of fetching, of the store or of Preact. */

import type { Layout } from "../../architecture/types";
import type { Vectors } from "../shapes";
import type { LabelMode, Pose, Theme, ViewMode } from "../types";
import type { Atlas } from "./atlas";

/** Free screen edges in CSS px. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Pictures of the matrices at two steps around the cursor, as levels (see `atlas.ts`). The same array object means the same
 * data: nothing is uploaded again. */
export interface Faces {
  readonly atlas: Atlas;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** 0 … 1. */
  readonly mix: number;
}

export interface ModelProps {
  readonly theme: Theme;
  readonly mode: ViewMode;
  readonly reducedMotion: boolean;
  /** Changing it means another model, or another block unfolded. */
  readonly layout: Layout;
  /** Path of each layer, in the model record's order. */
  readonly paths: readonly string[];
  /** What a screen reader is told of each layer. */
  readonly told: readonly string[];
  /** Extents in words, "65 × 128"; "" = none. */
  readonly shapes: readonly string[];
  /** A few words below each block's plate, by its number. */
  readonly notes: ReadonlyMap<number, string>;
  readonly labelMode: LabelMode;
  /** Moving pictures may be drawn with fewer px where they come too slowly. */
  readonly mayEconomize: boolean;
  /** How bad the worst is that was found of each layer, see `findings/severity`; 0 = nothing, [L]. */
  readonly levels: Uint8Array;
  /** 1 = wanted, [L]; the others recede. */
  readonly shown: Uint8Array;
  readonly hovered: number | null;
  readonly selected: number | null;
  /** A folded block that is pointed at. */
  readonly hoveredBlock: number | null;
  /** null = faces are painted by `shares` only. */
  readonly faces: Faces | null;
  /** Of each layer the place of its value on the scale, 0 … 1; NaN = not known, -1 = zero on a logarithmic scale. [L] */
  readonly shares: Float32Array;
  /** sRGB, [256 * 3]. */
  readonly ramp: Uint8Array;
  /** Of each block, by its number, the place of its gradient on its own scale, 0 … 1; NaN = not known. Empty = none is shown. */
  readonly flow: Float32Array;
  readonly insets: Insets;
}

/** What lies under the pointer. */
export type Hit = { readonly layer: number } | { readonly block: number };

export interface ModelEvents {
  onHover(hit: Hit | null): void;
  onChoose(hit: Hit | null): void;
  onFallback(reason: "no-webgl" | "context-lost" | null): void;
  /** A picture was drawn: what stands beside it may have to move. */
  onPicture(): void;
}

/** A rectangle on the screen, CSS px inside the container. */
export interface ScreenRect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ModelHandle {
  update(changed: Partial<ModelProps>): void;
  fit(): void;
  /** Flies to a layer; nothing happens when it isn't drawn. */
  focus(layer: number): void;
  zoom(factor: number): void;
  /** Where a layer is drawn, null = it isn't. */
  place(layer: number): ScreenRect | null;
  /** Where a block is drawn: its plate, or its place on one. */
  placeOfBlock(block: number): ScreenRect | null;
  /** What a card should keep off: plates and slabs outside of them. */
  obstacles(): readonly ScreenRect[];
  /** What is on screen, at `scale` canvas px per CSS px. */
  picture(scale: number): HTMLCanvasElement;
  /** Draws what is to be seen onto a canvas, at `scale` px for each CSS px, and from then on nothing by itself: for a scene on no screen. */
  film(onto: CanvasRenderingContext2D, scale: number): void;
  /** The same as shapes; the pixels of the faces, which stay pixels, at `scale` for each CSS px. */
  shapes(scale: number): Vectors;
  /** Where the camera was moved to; null = it shows everything. */
  readonly pose: Pose | null;
  /** Camera there, at once. */
  show(pose: Pose): void;
  readonly frames: number;
  /** "3d" unless it isn't to be had or not wanted. */
  readonly drawing: ViewMode;
  destroy(): void;
}
