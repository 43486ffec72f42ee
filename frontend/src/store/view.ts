/** Which of the views is on screen. */

import { signal } from "@preact/signals";

export type View = "embeddings" | "layers" | "heat";
export const VIEWS: readonly View[] = ["embeddings", "layers", "heat"];

export const view = signal<View>("embeddings");

export function setView(next: View): void {
  view.value = next;
}
