/** Where the pointer is on the heat map, what it marks there, and how far the map is scrolled. */

import { signal } from "@preact/signals";

export interface HoveredCell {
  readonly layer: number;
  readonly column: number;
  /** CSS px in the box of the map. */
  readonly x: number;
  readonly y: number;
}

export const hoveredCell = signal<HoveredCell | null>(null);
/** The part of the time that is being marked, in CSS px from the left edge of the centre. */
export const markedPart = signal<readonly [number, number] | null>(null);
/** CSS px of the map above its window. */
export const mapScrolled = signal(0);

export const pointAt = (cell: HoveredCell | null) => {
  hoveredCell.value = cell;
};
export const markPart = (part: readonly [number, number] | null) => {
  markedPart.value = part;
};
export const setMapScrolled = (px: number) => {
  mapScrolled.value = px;
};
