/** On a phone the inspector is a sheet over the canvas: one finger high, or most of the screen. */

import { signal } from "@preact/signals";

export const sheetOpen = signal(false);

export function openSheet(open: boolean): void {
  sheetOpen.value = open;
}
