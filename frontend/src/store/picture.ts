/** Whether the cloud can be drawn in 3D. */

import { signal } from "@preact/signals";

export type Fallback = "no-webgl" | "context-lost";

/** Why the 2D drawing is shown although 3D was asked for; null = nothing stands in the way. */
export const fallback = signal<Fallback | null>(null);

export function tellFallback(reason: Fallback | null): void {
  fallback.value = reason;
}
