/** What the scene tells of itself: whether the cloud can be drawn in 3D, and what moving pictures leave out. */

import { computed, signal } from "@preact/signals";
import type { Economy, ViewMode } from "../scene/types";
import { mode } from "./settings";

export type Fallback = "no-webgl" | "context-lost";

/** Why the 2D drawing is shown although 3D was asked for; null = nothing stands in the way. */
export const fallback = signal<Fallback | null>(null);

/** What is really drawn. */
export const drawnMode = computed<ViewMode>(() => (fallback.value ? "2d" : mode.value));

export function tellFallback(reason: Fallback | null): void {
  fallback.value = reason;
}

/** What moving pictures leave out just now; null = nothing. */
export const economy = signal<Economy | null>(null);

export function tellEconomy(now: Economy): void {
  const whole = now.pixels >= 1 && now.labels && now.trails && now.rows >= 1;
  economy.value = whole ? null : now;
}

/** CSS px of the canvas under the title, the tools beside it and the legend; null = not measured yet. */
export interface Covered {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
export const covered = signal<Covered | null>(null);

export function tellCovered(now: Covered): void {
  const before = covered.peek();
  if (before?.top !== now.top || before.right !== now.right || before.bottom !== now.bottom) covered.value = now;
}
