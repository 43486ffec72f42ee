/** The drawing of a model as plain numbers: what the 3D view and the SVG both draw. Units: 1 = WIDTH-th of the model's
 * width; x goes to the right along the residual stream, y up. */

import type { Layer } from "../wire.gen";

/** The side that a matrix has in common with the residual stream is this long, whatever the model's width is. */
export const WIDTH = 128;
/** How thick a slab is. */
export const DEPTH = 44;

export interface Rect {
  readonly x: number;
  /** Lower edge. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One layer's largest parameter. */
export interface Slab extends Rect {
  /** Place in the model record. */
  readonly layer: number;
  readonly name: string;
  readonly block: number | null;
  /** Drawn with its columns downwards, so that the side it shares with the stream lies across. */
  readonly transposed: boolean;
  /** Too tall to be drawn to scale: the height is cut. */
  readonly cut: boolean;
  /** Stands across the stream: the side it shares with the stream goes up. */
  readonly upright: boolean;
  /** Shares its parameters with this path. */
  readonly tiedTo: string | null;
  /** Shares of the height, from the top, that are one after the other: Q, K, V of a joint matrix. */
  readonly seams: readonly { readonly name: string; readonly share: number }[];
}

/** What a block stands on; a folded one stands for several. */
export interface Plate extends Rect {
  readonly first: number;
  readonly last: number;
  readonly title: string;
  readonly folded: boolean;
}

/** A block that is folded, as a narrow slab on its plate: one for its attention, one for its MLP. */
export interface Tile extends Rect {
  readonly block: number;
  /** Places in the model record of what it stands for. */
  readonly layers: readonly number[];
}

/** A line of the flow. points: x and y in turn. */
export interface Wire {
  readonly kind: "residual" | "branch" | "tie";
  readonly points: readonly number[];
  /** Block whose gradient it carries, null = none of one. */
  readonly block: number | null;
}

/** Words beside the drawing. */
export interface Caption {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly align: "start" | "middle" | "end";
  readonly strong: boolean;
}

export interface Layout {
  readonly slabs: readonly Slab[];
  readonly plates: readonly Plate[];
  readonly tiles: readonly Tile[];
  readonly wires: readonly Wire[];
  /** Where a branch comes back to the stream: x and y in turn. */
  readonly nodes: readonly number[];
  readonly captions: readonly Caption[];
  readonly bounds: Rect;
  /** Layers that aren't drawn because their block is folded, or because there are too many experts. */
  readonly hidden: readonly number[];
  /** A transformer's blocks were recognized; else layers are a stack. */
  readonly recognized: boolean;
}

export type { Layer };
