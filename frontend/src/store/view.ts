/** Which of the views is on screen. */

import { computed, signal } from "@preact/signals";
import { showing } from "./settings";

export type View = "embeddings" | "layers" | "heat";
export const VIEWS: readonly View[] = ["embeddings", "layers", "heat"];
export const VIEW_NAMES: Readonly<Record<View, string>> = {
  embeddings: "Embeddings",
  layers: "Layers",
  heat: "Heat map",
};

export const view = signal<View>("embeddings");
/** Layers are shown, as blocks or as rows of the heat map, and not rows of an embedding. */
export const layersShown = computed(() => view.value !== "embeddings");
/** Each of these is true only while that view can be seen: what draws or moves by itself stands still without. */
export const embeddingsSeen = computed(() => showing.value && view.value === "embeddings");
export const layersSeen = computed(() => showing.value && view.value === "layers");
export const heatSeen = computed(() => showing.value && view.value === "heat");

export function setView(next: View): void {
  view.value = next;
}
