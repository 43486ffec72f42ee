/** The step under the pointer on any chart: a hairline stands at it on all of them and on the time axis. */

import { signal } from "@preact/signals";

export const hoverStep = signal<number | null>(null);

export function setHoverStep(step: number | null): void {
  hoverStep.value = step;
}
