/** How far two groups of points stand apart, and how far they would by chance. Pure. */

/** More points than this are thinned evenly: the cost is their square. */
export const MOST_POINTS = 240;

/** Points of one snapshot that are compared with each other. */
export interface Distances {
  readonly count: number;
  /** [n * n]. */
  readonly of: Float32Array;
}

/** Distances between these rows, [R * 3] positions. A row that isn't finite is NaN away from all. O(n²). */
export function distancesOf(positions: ArrayLike<number>, rows: readonly number[]): Distances {
  const count = rows.length;
  const of = new Float32Array(count * count);
  const at = (row: number, axis: number) => positions[row * 3 + axis] as number;
  for (let i = 0; i < count; i++) {
    const a = rows[i] as number;
    for (let j = 0; j < i; j++) {
      const b = rows[j] as number;
      const distance = Math.hypot(at(a, 0) - at(b, 0), at(a, 1) - at(b, 1), at(a, 2) - at(b, 2));
      of[i * count + j] = distance;
      of[j * count + i] = distance;
    }
  }
  return { count, of };
}

/** Silhouette of two groups (Rousseeuw 1987), the mean of both groups' means, so that a small one counts as much: 1 = two
 * far points, 0 = mixed. inFirst: [n], 1 = of the first group. NaN where one has fewer than two points. O(n²). */
export function silhouette({ count, of }: Distances, inFirst: Uint8Array): number {
  const sizes = [0, 0];
  for (let i = 0; i < count; i++) sizes[inFirst[i] ? 0 : 1] = (sizes[inFirst[i] ? 0 : 1] as number) + 1;
  if (Math.min(...sizes) < 2) return Number.NaN;
  const sums = [0, 0];
  for (let i = 0; i < count; i++) {
    let [own, other] = [0, 0];
    for (let j = 0; j < count; j++) {
      if (inFirst[i] === inFirst[j]) own += of[i * count + j] as number;
      else other += of[i * count + j] as number;
    }
    const mine = inFirst[i] ? 0 : 1;
    own /= (sizes[mine] as number) - 1;
    other /= sizes[1 - mine] as number;
    const larger = Math.max(own, other);
    // Where all points are one there is no group.
    sums[mine] = (sums[mine] as number) + (larger > 0 ? (other - own) / larger : 0);
  }
  return ((sums[0] as number) / (sizes[0] as number) + (sums[1] as number) / (sizes[1] as number)) / 2;
}

/** The silhouettes of `times` groupings of the same sizes by chance, always the same ones. */
export function shuffled(distances: Distances, inFirst: Uint8Array, times: number): number[] {
  const order = inFirst.slice();
  let state = 0x9e3779b9;
  // xorshift32: what is said of a run must not change from one look to the next.
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return Array.from({ length: times }, () => {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const kept = order[i] as number;
      order[i] = order[j] as number;
      order[j] = kept;
    }
    return silhouette(distances, order);
  });
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** At most `most` of them, evenly. */
export function thinned<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)] as T);
}
