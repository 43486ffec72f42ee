// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** A grand tour: three directions wander through the space of several components, at an even angular speed, from one random
 * choice to the next on the shortest way. Pure.
 *
 * Asimov, "The grand tour", SIAM J. Sci. Stat. Comput. 6 (1985); the way between two planes, by their principal angles, is
 * that of Buja, Cook, Asimov and Hurley, "Computational methods for high-dimensional rotations", Handbook of Statistics 24
 * (2005). Nothing spins within the space that is drawn: only what comes into it and leaves it moves. */

export const AXES = 3;

/** A direction is a column: weight of component d in axis a at [d * 3 + a]; columns are orthonormal. */
export type Frame = Float64Array;

/** The first three components themselves. */
export function firstThree(dims: number): Frame {
  const frame = new Float64Array(dims * AXES);
  for (let axis = 0; axis < AXES; axis++) frame[axis * AXES + axis] = 1;
  return frame;
}

/** Below this cosine the way to a target is all but arbitrary: another one is drawn. */
const LEAST_COSINE = 0.05;
const NO_ANGLE = 1e-9;

export class GrandTour {
  readonly dims: number;
  /** Where it is now; the same array for ever. */
  readonly frame: Frame;
  #random: () => number;
  /** Principal directions of the leg's start, where they lead, [dims * 3] each, and their angles. */
  #start: Frame;
  #ahead: Frame;
  #angles = new Float64Array(AXES);
  /** Eigenvectors of the leg in terms of the axes drawn, [3 * 3], columns. */
  #turn = new Float64Array(AXES * AXES);
  #length = 0;
  #walked = 0;

  /** dims > 3; the way depends on `seed` alone. It begins with the first three components. */
  constructor(dims: number, seed: number) {
    this.dims = dims;
    this.frame = firstThree(dims);
    this.#start = new Float64Array(dims * AXES);
    this.#ahead = new Float64Array(dims * AXES);
    this.#random = seeded(seed);
    this.#aim();
  }

  /** Walks on by an angle in radians: the length of the way on the manifold of planes. */
  advance(angle: number): void {
    if (this.dims <= AXES) return;
    let left = angle;
    while (left >= this.#length - this.#walked) {
      left -= this.#length - this.#walked;
      this.#stand(1);
      this.#aim();
    }
    this.#walked += left;
    this.#stand(this.#walked / this.#length);
  }

  /** To where it is heading. */
  next(): void {
    this.advance(this.#length - this.#walked);
  }

  #stand(share: number): void {
    for (let d = 0; d < this.dims; d++) {
      const at = d * AXES;
      for (let axis = 0; axis < AXES; axis++) {
        let weight = 0;
        for (let i = 0; i < AXES; i++) {
          const angle = this.#angles[i]! * share;
          const moved = this.#start[at + i]! * Math.cos(angle) + this.#ahead[at + i]! * Math.sin(angle);
          weight += moved * this.#turn[axis * AXES + i]!;
        }
        this.frame[at + axis] = weight;
      }
    }
  }

  /** Sets out from where it is to another random choice. */
  #aim(): void {
    if (this.dims <= AXES) return;
    // Thousands of legs would add up their rounding.
    orthonormalize(this.frame, this.dims);
    this.#walked = 0;
    do this.#length = this.#way(randomFrame(this.dims, this.#random));
    while (!(this.#length > 0.3));
  }

  /** The shortest way to the space of `target`; its length, or NaN where it isn't told. */
  #way(target: Frame): number {
    const { dims, frame } = this;
    const cosines = new Float64Array(AXES * AXES);
    for (let a = 0; a < AXES; a++) {
      for (let b = 0; b < AXES; b++) {
        let sum = 0;
        for (let d = 0; d < dims; d++) sum += frame[d * AXES + a]! * target[d * AXES + b]!;
        cosines[a * AXES + b] = sum;
      }
    }
    const squares = new Float64Array(AXES * AXES);
    for (let a = 0; a < AXES; a++) {
      for (let b = 0; b < AXES; b++) {
        for (let k = 0; k < AXES; k++) squares[a * AXES + b]! += cosines[a * AXES + k]! * cosines[b * AXES + k]!;
      }
    }
    eigenvectors(squares, this.#turn);
    let length = 0;
    for (let i = 0; i < AXES; i++) {
      // Where the i-th principal direction stands, and where it lands in the target's space.
      const land = [0, 0, 0];
      for (let b = 0; b < AXES; b++) {
        for (let a = 0; a < AXES; a++) land[b]! += this.#turn[a * AXES + i]! * cosines[a * AXES + b]!;
      }
      const cosine = Math.min(1, Math.hypot(...land));
      if (cosine < LEAST_COSINE) return Number.NaN;
      let sine = 0;
      for (let d = 0; d < dims; d++) {
        const at = d * AXES;
        let from = 0;
        let to = 0;
        for (let a = 0; a < AXES; a++) {
          from += frame[at + a]! * this.#turn[a * AXES + i]!;
          to += (target[at + a]! * land[a]!) / cosine;
        }
        this.#start[at + i] = from;
        this.#ahead[at + i] = to - cosine * from;
        sine += (to - cosine * from) ** 2;
      }
      sine = Math.sqrt(sine);
      const angle = Math.atan2(sine, cosine);
      this.#angles[i] = angle > NO_ANGLE ? angle : 0;
      for (let d = 0; d < dims; d++) this.#ahead[d * AXES + i]! /= angle > NO_ANGLE ? sine : 1;
      length += this.#angles[i]! ** 2;
    }
    return Math.sqrt(length);
  }
}

/** Eigenvectors of a symmetric 3 × 3 matrix as the columns of `vectors`, by Jacobi's rotations; `matrix` is used up. */
function eigenvectors(matrix: Float64Array, vectors: Float64Array): void {
  vectors.fill(0);
  for (let i = 0; i < AXES; i++) vectors[i * AXES + i] = 1;
  for (let sweep = 0; sweep < 12; sweep++) {
    for (let p = 0; p < AXES - 1; p++) {
      for (let q = p + 1; q < AXES; q++) {
        const off = matrix[p * AXES + q]!;
        if (Math.abs(off) < 1e-15) continue;
        const angle = 0.5 * Math.atan2(2 * off, matrix[p * AXES + p]! - matrix[q * AXES + q]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < AXES; k++) rotate(matrix, k * AXES + p, k * AXES + q, c, s);
        for (let k = 0; k < AXES; k++) rotate(matrix, p * AXES + k, q * AXES + k, c, s);
        for (let k = 0; k < AXES; k++) rotate(vectors, k * AXES + p, k * AXES + q, c, s);
      }
    }
  }
}

function rotate(values: Float64Array, one: number, other: number, c: number, s: number): void {
  const [a, b] = [values[one]!, values[other]!];
  values[one] = c * a + s * b;
  values[other] = c * b - s * a;
}

/** Gram and Schmidt's, in place; false where the columns don't span three dimensions. */
function orthonormalize(frame: Frame, dims: number): boolean {
  for (let a = 0; a < AXES; a++) {
    for (let b = 0; b < a; b++) {
      let dot = 0;
      for (let d = 0; d < dims; d++) dot += frame[d * AXES + a]! * frame[d * AXES + b]!;
      for (let d = 0; d < dims; d++) frame[d * AXES + a]! -= dot * frame[d * AXES + b]!;
    }
    let length = 0;
    for (let d = 0; d < dims; d++) length += frame[d * AXES + a]! ** 2;
    length = Math.sqrt(length);
    if (length < 1e-6) return false;
    for (let d = 0; d < dims; d++) frame[d * AXES + a]! /= length;
  }
  return true;
}

/** Evenly distributed: normal numbers know no direction. */
function randomFrame(dims: number, random: () => number): Frame {
  const frame = new Float64Array(dims * AXES);
  do {
    for (let i = 0; i < frame.length; i++) {
      frame[i] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    }
  } while (!orthonormalize(frame, dims));
  return frame;
}

/** Numbers in [0, 1) by Marsaglia's xorshift (2003) on 32 bits. */
function seeded(seed: number): () => number {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The rows of two snapshots [rows * dims], mixed and drawn along a frame's axes into `out` [rows * 3]. */
export function drawAlong(
  out: Float32Array,
  from: Float32Array,
  to: Float32Array,
  mix: number,
  dims: number,
  frame: Frame,
): void {
  const rows = out.length / AXES;
  for (let row = 0; row < rows; row++) {
    const at = row * dims;
    let [x, y, z] = [0, 0, 0];
    for (let d = 0; d < dims; d++) {
      const a = from[at + d]!;
      const value = a + (to[at + d]! - a) * mix;
      x += value * frame[d * AXES]!;
      y += value * frame[d * AXES + 1]!;
      z += value * frame[d * AXES + 2]!;
    }
    out[row * AXES] = x;
    out[row * AXES + 1] = y;
    out[row * AXES + 2] = z;
  }
}

/** Share of the variance along each axis, the components having `ratios` of it and no correlation. */
export function sharesAlong(frame: Frame, ratios: readonly number[]): [number, number, number] {
  return [0, 1, 2].map((axis) =>
    ratios.reduce((sum, ratio, d) => sum + ratio * (frame[d * AXES + axis] ?? 0) ** 2, 0),
  ) as [number, number, number];
}

/** The components an axis is mostly made of, numbered from 1, the heaviest first: as few as make up half of it, three at
 * most. */
export function heaviest(frame: Frame, axis: number): number[] {
  const weights = Array.from({ length: frame.length / AXES }, (_, d) => frame[d * AXES + axis]! ** 2);
  const order = weights.map((_, d) => d).sort((one, other) => weights[other]! - weights[one]!);
  let sum = 0;
  const found: number[] = [];
  for (const d of order.slice(0, 3)) {
    if (sum >= 0.5) break;
    sum += weights[d]!;
    found.push(d + 1);
  }
  return found;
}
