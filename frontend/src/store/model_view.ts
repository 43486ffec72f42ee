/** What the layers view shows of the model: its layout, the block that is unfolded, what is pointed at besides layers. */

import { batch, effect, signal } from "@preact/signals";
import { layoutModel } from "../architecture/layout";
import type { Layout } from "../architecture/types";
import type { Layer } from "../wire.gen";
import { chooseLayer, chosenLayer, hoverLayer, layers } from "./layers";
import type { Fallback } from "./picture";

/** What lies under the pointer. */
export type Pointed = { readonly layer: number } | { readonly block: number } | null;

/** Block that is unfolded, null = the middle one. */
export const focusBlock = signal<number | null>(null);
/** Follows from the model and that block. */
export const drawn = signal<Layout>(layoutModel([]));
/** A folded block under the pointer. */
export const hoveredBlock = signal<number | null>(null);
/** Grows with each picture: what stands beside the model may have to move. */
export const pictures = signal(0);
/** Why the flat drawing is shown although 3D was asked for; null = nothing stands in the way. */
export const modelFallback = signal<Fallback | null>(null);

export function tellPicture(): void {
  pictures.value++;
}

export function tellModelFallback(reason: Fallback | null): void {
  modelFallback.value = reason;
}

export function pointAt(hit: Pointed): void {
  batch(() => {
    hoverLayer(hit && "layer" in hit ? hit.layer : null);
    hoveredBlock.value = hit && "block" in hit ? hit.block : null;
  });
}

/** A layer is chosen, a folded block unfolded. */
export function choosePointed(hit: Pointed): void {
  batch(() => {
    hoveredBlock.value = null;
    if (hit && "block" in hit) focusBlock.value = hit.block;
    else chooseLayer(hit === null ? null : hit.layer);
  });
}

/** The layout follows the model, and opens round a layer that was chosen while it was folded. Returns what stops it. */
export function followLayout(): () => void {
  let of: readonly Layer[] | null = null;
  let focus: number | null = null;
  return effect(() => {
    const list = layers.value;
    const chosen = chosenLayer.value;
    const hidden = chosen !== null && drawn.peek().hidden.includes(chosen);
    if (list === of && hidden) focusBlock.value = list[chosen]?.block ?? null;
    if (list === of && focusBlock.value === focus) return;
    if (list !== of) focusBlock.value = chosen === null ? null : (list[chosen]?.block ?? null);
    of = list;
    focus = focusBlock.value;
    drawn.value = layoutModel(list, { focus });
  });
}
