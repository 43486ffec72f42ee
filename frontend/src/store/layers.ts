/** Which layers are wanted, and which one is chosen: the same in every view. */

import { batch, computed, signal } from "@preact/signals";
import type { Layer } from "../wire.gen";
import { model } from "./runs";

/** Roles as a person thinks of them. */
export type Kind = "token_embedding" | "position_embedding" | "attention" | "mlp" | "norm" | "head" | "other";
export const KINDS: readonly Kind[] = [
  "token_embedding",
  "position_embedding",
  "attention",
  "mlp",
  "norm",
  "head",
  "other",
];

export function kindOf(layer: Layer): Kind {
  if (layer.role.startsWith("attn_")) return "attention";
  if (layer.role.startsWith("mlp_")) return "mlp";
  if (layer.role === "lm_head") return "head";
  return KINDS.includes(layer.role as Kind) ? (layer.role as Kind) : "other";
}

const NONE: readonly Layer[] = [];
export const layers = computed<readonly Layer[]>(() => model.value?.layers ?? NONE);
/** Numbers of the blocks that exist, rising. */
export const blocks = computed<readonly number[]>(() => {
  const found = new Set(layers.value.map((layer) => layer.block).filter((block) => block !== null));
  return [...found].sort((one, other) => one - other);
});

export const hiddenKinds = signal<ReadonlySet<Kind>>(new Set());
/** First and last block that is wanted, null = all. Layers outside of blocks always are. */
export const blockRange = signal<readonly [number, number] | null>(null);
export const layerQuery = signal("");

/** Places in the model record of what is wanted, rising. */
export const shownLayers = computed<readonly number[]>(() => {
  const range = blockRange.value;
  const wanted = layerQuery.value.trim().toLowerCase();
  const found: number[] = [];
  for (const [place, layer] of layers.value.entries()) {
    if (hiddenKinds.value.has(kindOf(layer))) continue;
    if (range && layer.block !== null && (layer.block < range[0] || layer.block > range[1])) continue;
    if (wanted !== "" && !layer.path.toLowerCase().includes(wanted)) continue;
    found.push(place);
  }
  return found;
});

/** Path of the chosen layer: it stays chosen when another run has it too. */
export const layerPath = signal<string | null>(null);
/** Place of the chosen layer, null = none or not in this model. */
export const chosenLayer = computed<number | null>(() => {
  const at = layers.value.findIndex((layer) => layer.path === layerPath.value);
  return at < 0 ? null : at;
});
export const hoveredLayer = signal<number | null>(null);
/** Whom the inspector tells of where layers are shown. */
export const layerSubject = computed<number | null>(() => hoveredLayer.value ?? chosenLayer.value);

export function chooseLayer(place: number | null): void {
  layerPath.value = place === null ? null : (layers.peek()[place]?.path ?? null);
}

export function hoverLayer(place: number | null): void {
  hoveredLayer.value = place;
}

export function toggleKind(kind: Kind): void {
  const next = new Set(hiddenKinds.peek());
  if (!next.delete(kind)) next.add(kind);
  hiddenKinds.value = next;
}

export function setBlockRange(range: readonly [number, number] | null): void {
  const all = blocks.peek();
  const whole = range !== null && range[0] <= (all[0] ?? 0) && range[1] >= (all.at(-1) ?? 0);
  blockRange.value = whole ? null : range;
}

export function setLayerQuery(text: string): void {
  layerQuery.value = text;
}

export function showAllLayers(): void {
  batch(() => {
    hiddenKinds.value = new Set();
    blockRange.value = null;
    layerQuery.value = "";
  });
}
