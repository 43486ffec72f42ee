// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** All matrices' pictures in one texture: where each stands, and values as levels of one scale. Pure. */

import { type HeatScale, shareOf } from "../../heat/scale";

/** How many cells a layer's picture has. */
export interface Grid {
  readonly layer: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Patch extends Grid {
  readonly x: number;
  readonly y: number;
  /** Of its first cell among all pictures' cells. */
  readonly first: number;
}

export interface Atlas {
  readonly width: number;
  readonly height: number;
  readonly patches: ReadonlyMap<number, Patch>;
}

/** Level of a cell that isn't finite, and of one whose entries are all zero; the scale has the levels from 2 on. */
export const BROKEN = 0;
export const ZERO = 1;
const LOWEST = 2;
const HIGHEST = 255;

/** On shelves, the highest first; as square as it comes. grids: in the order of their cells. */
export function packAtlas(grids: readonly Grid[]): Atlas {
  let first = 0;
  const all = grids.map((grid) => {
    const placed = { ...grid, first, x: 0, y: 0 };
    first += grid.rows * grid.columns;
    return placed;
  });
  const width = Math.max(1, Math.ceil(Math.sqrt(first)), ...grids.map((grid) => grid.columns));
  const patches = new Map<number, Patch>();
  let [x, y, shelf] = [0, 0, 0];
  for (const patch of [...all].sort((a, b) => b.rows - a.rows)) {
    if (x + patch.columns > width) {
      y += shelf;
      x = 0;
      shelf = 0;
    }
    patches.set(patch.layer, { ...patch, x, y });
    x += patch.columns;
    shelf = Math.max(shelf, patch.rows);
  }
  return { width, height: Math.max(1, y + shelf), patches };
}

export function levelOf(scale: HeatScale, value: number): number {
  if (!Number.isFinite(value)) return BROKEN;
  const share = shareOf(scale, value);
  return share < 0 ? ZERO : LOWEST + Math.round(share * (HIGHEST - LOWEST));
}

/** Share of the scale that a level stands for; NaN = broken, -1 = zero. */
export function shareOfLevel(level: number): number {
  if (level < LOWEST) return level === ZERO ? -1 : Number.NaN;
  return (level - LOWEST) / (HIGHEST - LOWEST);
}

/** Levels of the whole atlas from all pictures' cells. O(cells). */
export function levelsOf(atlas: Atlas, cells: Float32Array, scale: HeatScale | null): Uint8Array {
  const levels = new Uint8Array(atlas.width * atlas.height);
  for (const { x, y, rows, columns, first } of atlas.patches.values()) {
    for (let row = 0; row < rows; row += 1) {
      const [to, from] = [(y + row) * atlas.width + x, first + row * columns];
      for (let column = 0; column < columns; column += 1) {
        levels[to + column] = scale === null ? BROKEN : levelOf(scale, cells[from + column]!);
      }
    }
  }
  return levels;
}

/** Share between two levels, as the shader blends them: what isn't finite or zero is never mixed into a colour. */
export function blendLevels(before: number, after: number, mix: number): number {
  if (before < LOWEST || after < LOWEST) return shareOfLevel(mix < 0.5 ? before : after);
  return shareOfLevel(before) + (shareOfLevel(after) - shareOfLevel(before)) * mix;
}
