/** Which layers are wanted, and which one is chosen: the same in every view. */

import { batch, computed, signal } from "@preact/signals";
import type { Layer } from "../wire.gen";
import { layersModel as model } from "./side";

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

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  token_embedding: "Token embeddings",
  position_embedding: "Position embeddings",
  attention: "Attention",
  mlp: "MLP",
  norm: "Norms",
  head: "Head",
  other: "Other",
};

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

/** What there is of a kind, and whether all, some or none of it is shown. */
export interface KindRow {
  readonly kind: Kind;
  readonly layers: readonly Layer[];
  readonly shown: number;
  readonly hidden: boolean;
}
/** Kinds that this model has, in its order. */
export const kindRows = computed<readonly KindRow[]>(() => {
  const shown = new Set(shownLayers.value);
  return KINDS.flatMap((kind) => {
    const places = [...layers.value.keys()].filter((place) => kindOf(layers.value[place] as Layer) === kind);
    if (places.length === 0) return [];
    return {
      kind,
      layers: places.map((place) => layers.value[place] as Layer),
      shown: places.filter((place) => shown.has(place)).length,
      hidden: hiddenKinds.value.has(kind),
    };
  });
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
    if (wanted !== "" && !isFound(layer, wanted)) continue;
    found.push(place);
  }
  return found;
});

/** By its path, or by what it does: "attn_qkv", "mlp down". */
function isFound(layer: Layer, wanted: string): boolean {
  return layer.path.toLowerCase().includes(wanted) || roleWords(layer).includes(wanted.replaceAll("_", " "));
}

const roleWords = (layer: Layer) => `${layer.role} ${KIND_NAMES[kindOf(layer)]}`.toLowerCase().replaceAll("_", " ");

/** Path of the chosen layer: it stays chosen when another run has it too. */
export const layerPath = signal<string | null>(null);
/** Place of the chosen layer, null = none or not in this model. */
export const chosenLayer = computed<number | null>(() => {
  const at = layers.value.findIndex((layer) => layer.path === layerPath.value);
  return at < 0 ? null : at;
});
export const hoveredLayer = signal<number | null>(null);
/** The chosen one stays while others are pointed at. */
export const layerPinned = signal(false);
/** Whom the inspector tells of where layers are shown. */
export const layerSubject = computed<number | null>(() =>
  layerPinned.value && chosenLayer.value !== null ? chosenLayer.value : (hoveredLayer.value ?? chosenLayer.value),
);

export function toggleLayerPin(): void {
  batch(() => {
    const subject = layerSubject.peek();
    if (!layerPinned.peek() && subject !== null) chooseLayer(subject);
    layerPinned.value = !layerPinned.peek() && subject !== null;
  });
}

export function chooseLayer(place: number | null): void {
  layerPath.value = place === null ? null : (layers.peek()[place]?.path ?? null);
}

export function setLayerPath(path: string | null): void {
  layerPath.value = path;
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

/** Chooses the first layer that is shown; false = there is none. */
export function chooseFirstLayer(): boolean {
  const [first] = shownLayers.peek();
  if (first !== undefined) chooseLayer(first);
  return first !== undefined;
}

/** What hides the layers that the search would find: with nothing hidden they are shown. */
export const hiddenFinds = computed<number>(() => {
  const wanted = layerQuery.value.trim().toLowerCase();
  if (wanted === "") return 0;
  return layers.value.filter((layer) => isFound(layer, wanted)).length - shownLayers.value.length;
});

/** Lets go of the chosen layer and of what was looked for; false = there was neither. */
export function letGoOfLayer(): boolean {
  const any = layerPath.peek() !== null || layerQuery.peek() !== "";
  batch(() => {
    layerPath.value = null;
    layerQuery.value = "";
  });
  return any;
}

/** All kinds and blocks again; what is looked for stays. */
export function showAllKinds(): void {
  batch(() => {
    hiddenKinds.value = new Set();
    blockRange.value = null;
  });
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
