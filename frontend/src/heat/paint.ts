// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The heat map as pixels: 150 layers over a whole run in a few milliseconds. Pure: fills an array it is given. */

import type { HeatRows } from "./rows";
import { type HeatScale, shareOf } from "./scale";

/** Colours as the little-endian words of an ImageData. */
export interface HeatInk {
  /** Of the scale, 256 of them. */
  readonly ramp: Uint32Array;
  readonly zero: number;
  readonly broken: number;
  /** Stripes on `broken`, leaning the other way than the hatching; none where it is left out. */
  readonly brokenMark?: number;
  /** The two colours of the hatching where nothing was measured. */
  readonly missing: readonly [number, number];
}

export interface HeatCells {
  /** [L, C], NaN = not measured. */
  readonly shown: Float32Array;
  /** [L, C], 1 = entries that aren't finite. */
  readonly broken: Uint8Array;
  readonly columns: number;
}

export const word = (r: number, g: number, b: number, a = 255): number => ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** Column under each canvas px: edges [C + 1] in steps, drawn from `first` to `last`; -1 = outside of what is known. */
export function columnsOf(edges: ArrayLike<number>, first: number, last: number, width: number): Int32Array {
  const found = new Int32Array(width).fill(-1);
  const columns = edges.length - 1;
  let at = 0;
  for (let x = 0; x < width; x += 1) {
    const step = first + ((x + 0.5) / width) * (last - first);
    while (at < columns && edges[at + 1]! <= step) at += 1;
    if (at < columns && step >= edges[at]!) found[x] = at;
  }
  return found;
}

/** pixels: [height * width] words, filled; what is no row becomes 0 (transparent). ratio: canvas px per CSS px; top: CSS px
 * of the map above the canvas's upper edge, where it is scrolled. */
export function paintHeat(
  pixels: Uint32Array,
  width: number,
  map: HeatRows,
  cells: HeatCells,
  columnOf: Int32Array,
  scale: HeatScale | null,
  ink: HeatInk,
  ratio: number,
  top = 0,
): void {
  const height = Math.floor(pixels.length / Math.max(1, width));
  pixels.fill(0);
  const colors = new Uint32Array(cells.columns);
  for (const row of map.rows) {
    const begin = Math.max(0, Math.round((row.y - top) * ratio));
    // A hair between lines that are high enough for it.
    const seam = map.rowHeight >= 8 ? 1 : 0;
    const end = Math.min(height, Math.round((row.y + map.rowHeight - seam - top) * ratio));
    if (end <= begin) continue;
    colorsOf(colors, cells, row.layer, scale, ink);
    const line = begin * width;
    for (let x = 0; x < width; x += 1) {
      const column = columnOf[x]!;
      pixels[line + x] = column < 0 ? 0 : colors[column]!;
    }
    for (let y = begin + 1; y < end; y += 1) pixels.copyWithin(y * width, line, line + width);
    hatch(pixels, width, begin, end, columnOf, cells, row.layer, ink);
  }
}

function colorsOf(out: Uint32Array, cells: HeatCells, layer: number, scale: HeatScale | null, ink: HeatInk): void {
  const base = layer * cells.columns;
  for (let c = 0; c < cells.columns; c += 1) {
    if (cells.broken[base + c] === 1) out[c] = ink.broken;
    else if (scale === null) out[c] = Number.isNaN(cells.shown[base + c]!) ? ink.missing[0] : ink.zero;
    else {
      const share = shareOf(scale, cells.shown[base + c]!);
      out[c] = share < 0 ? ink.zero : Number.isNaN(share) ? ink.missing[0] : ink.ramp[Math.round(share * 255)]!;
    }
  }
}

/** Where nothing was measured: stripes at 45°, which no value looks like; at 135° where entries aren't finite. */
function hatch(
  pixels: Uint32Array,
  width: number,
  begin: number,
  end: number,
  columnOf: Int32Array,
  cells: HeatCells,
  layer: number,
  ink: HeatInk,
): void {
  const base = layer * cells.columns;
  for (let x = 0; x < width; x += 1) {
    const column = columnOf[x]!;
    if (column < 0) continue;
    if (cells.broken[base + column] === 1) {
      if (ink.brokenMark === undefined) continue;
      for (let y = begin; y < end; y += 1) if ((x - y + pixels.length) % 5 < 1) pixels[y * width + x] = ink.brokenMark;
    } else if (Number.isNaN(cells.shown[base + column]!)) {
      for (let y = begin; y < end; y += 1) if ((x + y) % 6 < 2) pixels[y * width + x] = ink.missing[1];
    }
  }
}
