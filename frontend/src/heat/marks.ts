// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Cells outside of what is healthy: outlined as far as they go and dotted, thin lines only dotted between their ends. Pure. */

import { word } from "./paint";
import type { HeatRows } from "./rows";

const LIGHT = word(255, 255, 255);
const DARK = word(24, 14, 8);
/** CSS px. */
const DOTTED_FROM = 8;

/** Draws into what `paintHeat` painted. outside: [L, C], 1 = below, 2 = above, 0 = neither. */
export function markOutside(
  pixels: Uint32Array,
  width: number,
  map: HeatRows,
  outside: Uint8Array,
  columns: number,
  columnOf: Int32Array,
  ratio: number,
  top = 0,
): void {
  const height = Math.floor(pixels.length / Math.max(1, width));
  const hair = Math.max(1, Math.round(ratio));
  for (const row of map.rows) {
    const seam = map.rowHeight >= 8 ? 1 : 0;
    const begin = Math.round((row.y - top) * ratio);
    const end = Math.round((row.y + map.rowHeight - seam - top) * ratio);
    if (end <= 0 || begin >= height) continue;
    const base = row.layer * columns;
    const isOut = (x: number) => x >= 0 && x < width && columnOf[x]! >= 0 && outside[base + columnOf[x]!]! > 0;
    let x = 0;
    while (x < width) {
      if (!isOut(x)) {
        x += 1;
        continue;
      }
      const from = x;
      while (x < width && isOut(x)) x += 1;
      // Lines round a thin line would hide it.
      const high = map.rowHeight >= DOTTED_FROM;
      frame(pixels, width, height, from, x, begin, end, hair, high ? hair : 0);
      dots(pixels, width, height, from, x, begin, end, Math.round((high ? 7 : 4) * ratio), (high ? 2 : 1) * hair);
    }
  }
}

function frame(
  pixels: Uint32Array,
  width: number,
  height: number,
  from: number,
  to: number,
  begin: number,
  end: number,
  hair: number,
  lines: number,
): void {
  for (let y = Math.max(0, begin); y < Math.min(height, end); y += 1) {
    const edge = y < begin + lines || y >= end - lines;
    for (let x = from; x < to; x += 1) {
      if (edge || x < from + hair || x >= to - hair) against(pixels, y * width + x);
    }
  }
}

function dots(
  pixels: Uint32Array,
  width: number,
  height: number,
  from: number,
  to: number,
  begin: number,
  end: number,
  pitch: number,
  dot: number,
): void {
  const first = Math.floor((begin + end - dot) / 2);
  const start = Math.ceil((from + dot) / pitch) * pitch;
  for (let left = start; left + 2 * dot <= to; left += pitch) {
    for (let y = Math.max(0, first); y < Math.min(height, first + dot); y += 1) {
      for (let x = left; x < left + dot; x += 1) against(pixels, y * width + x);
    }
  }
}

/** White on what is dark, dark on what is light. */
function against(pixels: Uint32Array, at: number): void {
  const color = pixels[at]!;
  if (color === LIGHT || color === DARK) return;
  const light = (color & 255) * 0.3 + ((color >>> 8) & 255) * 0.59 + ((color >>> 16) & 255) * 0.11;
  pixels[at] = light > 125 ? DARK : LIGHT;
}
