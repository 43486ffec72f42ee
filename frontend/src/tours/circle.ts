/** Whether numbers lie on a circle, as in a model that has learned to add modulo p: token a at the angle 2 pi k a / p
 * (Nanda et al. 2023, arXiv 2301.05217; Liu et al. 2022, arXiv 2205.10343). Pure. */

import type { Direction } from "./angles";
import type { Table } from "./facts";

export interface Part {
  /** Turns that the numbers 0 … p - 1 make together. */
  readonly turns: number;
  /** Share of the variance between the numbers that is this wave, 0 to 1. */
  readonly share: number;
}

/** The strongest wave over the numbers, in the whole space. */
export interface Wave extends Part {
  /** Other waves that clearly aren't there by chance, the strongest first: a model uses several (Nanda et al. 2023). */
  readonly more: readonly Part[];
  /** The largest such share of any number of turns when the rows are dealt out to the numbers by chance, of 99 times. */
  readonly chance: number;
}

/** The same wave as it is drawn. */
export interface Drawn {
  /** Of the drawn variance. */
  readonly share: number;
  /** Of the plane of its circle. */
  readonly normal: Direction;
}

const LEAST_NUMBERS = 7;
const CHANCES = 99;
/** More than any deal by chance, and not by a hair: one run in a hundred is over the best of 99. */
const CLEARLY = 1.25;

export const isOrder = ({ share, chance }: Wave) => share > CLEARLY * chance;

/** Rows of the numbers 0 … p - 1 in their order; null = the labels are no such row of numbers. */
export function numberRows(table: Table): number[] | null {
  const rows: number[] = [];
  for (const [row, label] of (table.labels ?? []).entries()) {
    if (/^\d{1,5}$/.test(label)) rows[Number(label)] = row;
  }
  const whole = rows.length >= LEAST_NUMBERS && rows.length <= 2000 && !rows.includes(undefined as never);
  return whole && Object.keys(rows).length === rows.length ? rows : null;
}

/** vectors: [p * D]. null = nothing differs between the numbers, or something isn't finite. O(100 p² D / 2). */
export function waveOf(vectors: ArrayLike<number>, count: number, dims: number): Wave | null {
  const points = centred(vectors, [...Array(count).keys()], dims);
  if (!points) return null;
  const basis = wavesOf(count);
  const order = [...Array(count).keys()];
  const [best = { turns: 0, share: 0 }, ...others] = parts(points, order, dims, basis).sort(
    (one, other) => other.share - one.share,
  );
  let state = 0x2545f491;
  // xorshift32: what is said of a run must not change from one look to the next.
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  let chance = 0;
  for (let time = 0; time < CHANCES; time++) {
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    for (const { share } of parts(points, order, dims, basis)) chance = Math.max(chance, share);
  }
  return { ...best, more: others.filter(({ share }) => share > CLEARLY * chance), chance };
}

/** positions: [R * 3]; rows: of the numbers in their order. null as above. */
export function drawnWave(positions: ArrayLike<number>, rows: readonly number[], turns: number): Drawn | null {
  const points = centred(positions, rows, 3);
  const basis = wavesOf(rows.length).filter((one) => one.turns === turns);
  if (!points || basis.length === 0) return null;
  const order = [...Array(rows.length).keys()];
  const [c, s] = sums(points, order, 3, basis[0] as Basis) as unknown as [Direction, Direction];
  const normal: Direction = [c[1] * s[2] - c[2] * s[1], c[2] * s[0] - c[0] * s[2], c[0] * s[1] - c[1] * s[0]];
  return { share: parts(points, order, 3, basis)[0]?.share ?? 0, normal };
}

function centred(vectors: ArrayLike<number>, rows: readonly number[], dims: number): Float64Array | null {
  const points = Float64Array.from({ length: rows.length * dims }, (_, i) => {
    const row = rows[Math.floor(i / dims)] as number;
    return vectors[row * dims + (i % dims)] as number;
  });
  for (let axis = 0; axis < dims; axis++) {
    let mean = 0;
    for (let i = axis; i < points.length; i += dims) mean += (points[i] as number) / rows.length;
    for (let i = axis; i < points.length; i += dims) points[i] = (points[i] as number) - mean;
  }
  const square = points.reduce((sum, value) => sum + value * value, 0);
  return square > 0 && Number.isFinite(square) ? points : null;
}

interface Basis {
  readonly turns: number;
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** Half of p turns is the last that isn't another one seen backwards. */
function wavesOf(p: number): Basis[] {
  return Array.from({ length: Math.ceil(p / 2) - 1 }, (_, i) => {
    const angle = (a: number) => (2 * Math.PI * (i + 1) * a) / p;
    return {
      turns: i + 1,
      cosines: Float64Array.from({ length: p }, (_, a) => Math.cos(angle(a))),
      sines: Float64Array.from({ length: p }, (_, a) => Math.sin(angle(a))),
    };
  });
}

function sums(points: Float64Array, order: readonly number[], dims: number, { cosines, sines }: Basis): number[][] {
  const c: number[] = Array(dims).fill(0);
  const s: number[] = Array(dims).fill(0);
  for (const [a, place] of order.entries()) {
    for (let axis = 0; axis < dims; axis++) {
      const value = points[place * dims + axis] as number;
      c[axis] = (c[axis] as number) + value * (cosines[a] as number);
      s[axis] = (s[axis] as number) + value * (sines[a] as number);
    }
  }
  return [c, s];
}

/** The share of each wave: 2/p of the squares of its two sums, of the squares of all points (Parseval). */
function parts(points: Float64Array, order: readonly number[], dims: number, waves: readonly Basis[]): Part[] {
  const all = points.reduce((sum, value) => sum + value * value, 0);
  return waves.map((wave) => {
    const squares = sums(points, order, dims, wave)
      .flat()
      .reduce((sum, value) => sum + value * value, 0);
    return { turns: wave.turns, share: ((2 / order.length) * squares) / all };
  });
}
