/** Numbers in few bytes, as `web/share/packing.py` writes them. Pure. */

/** Three bytes each, the highest first: [3, N] → N. */
export function shortFloats(planes: Uint8Array): Float32Array {
  const count = planes.length / 3;
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const high = planes[i] as number;
    const middle = planes[count + i] as number;
    bits[i] = (high << 24) | (middle << 16) | ((planes[2 * count + i] as number) << 8);
  }
  return new Float32Array(bits.buffer);
}

const BROKEN = 65_535;

/** planes: [2, n, T, R], low bytes and high bytes of levels, from the second snapshot on the difference to the one before;
 * low, size: [T, n], the lowest level and how large one is. Gives [T, R, n]. */
export function coordinates(
  planes: Uint8Array,
  low: Float64Array,
  size: Float64Array,
  [n, steps, rows]: readonly [number, number, number],
): Float32Array {
  const half = planes.length / 2;
  const found = new Float32Array(steps * rows * n);
  const level = new Uint16Array(rows);
  for (let axis = 0; axis < n; axis++) {
    level.fill(0);
    for (let t = 0; t < steps; t++) {
      const from = (axis * steps + t) * rows;
      const [least, step] = [low[t * n + axis] as number, size[t * n + axis] as number];
      for (let row = 0; row < rows; row++) {
        const at = from + row;
        const change = (planes[at] as number) | ((planes[half + at] as number) << 8);
        const now = ((level[row] as number) + change) & 0xffff;
        level[row] = now;
        found[(t * rows + row) * n + axis] = now === BROKEN ? Number.NaN : least + now * step;
      }
    }
  }
  return found;
}

const [NOT_FINITE, ZERO, LOWEST, HIGHEST] = [0, 1, 2, 255];

/** Thumbnails as they were recorded (`record/thumb_codec.py`). counts: cells of each; ranges: [K, 2]. */
export function thumbCells(levels: Uint8Array, ranges: Float32Array, counts: readonly number[]): Float32Array {
  const cells = new Float32Array(levels.length);
  let at = 0;
  for (const [k, count] of counts.entries()) {
    const [low, high] = [ranges[2 * k] as number, ranges[2 * k + 1] as number];
    for (const end = at + count; at < end; at++) {
      const level = levels[at] as number;
      const share = (level - LOWEST) / (HIGHEST - LOWEST);
      cells[at] = level === NOT_FINITE ? Number.NaN : level === ZERO ? 0 : low * (high / low) ** share;
    }
  }
  return cells;
}
