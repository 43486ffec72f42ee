/** How large each layer's face is. Pure. */

import { type Layer, WIDTH } from "./types";

/** Nothing is thinner, or it could neither be seen nor hit. */
export const THINNEST = 6;
/** Taller faces are cut, and said to be: a vocabulary of 50,000 would be taller than all blocks together are wide. */
export const TALLEST = 5.2 * WIDTH;

export interface Face {
  readonly width: number;
  readonly height: number;
  readonly transposed: boolean;
  readonly cut: boolean;
  readonly upright: boolean;
}

/** The width of the residual stream: the side that most matrices of blocks have; 0 where there is no matrix. */
export function modelWidth(layers: readonly Layer[]): number {
  const votes = new Map<number, number>();
  for (const { shape, role, block } of layers) {
    if (shape.length === 1 && role === "norm") add(votes, shape[0] as number, 2);
    if (shape.length !== 2) continue;
    const weight = block === null ? 1 : 2;
    for (const side of new Set(shape)) add(votes, side, weight);
    if (role.endsWith("_embedding")) add(votes, shape[1] as number, 2);
  }
  let [best, most] = [0, 0];
  for (const [side, count] of votes) if (count > most || (count === most && side < best)) [best, most] = [side, count];
  return best;
}

function add(votes: Map<number, number>, side: number, weight: number): void {
  votes.set(side, (votes.get(side) ?? 0) + weight);
}

/** One weight is WIDTH / model units wide and high; a vector is a bar as long as it has entries. */
export function faceOf(layer: Layer, model: number): Face {
  const scale = WIDTH / Math.max(1, model);
  const [down, across] = sides(layer.shape);
  if (layer.shape.length < 2) {
    return {
      width: bounded(across * scale, 2 * WIDTH),
      height: THINNEST,
      transposed: false,
      cut: false,
      upright: false,
    };
  }
  const transposed = across !== model && down === model;
  const [height, width] = transposed ? [across, down] : [down, across];
  return {
    width: bounded(width * scale, 2.5 * WIDTH),
    height: bounded(height * scale, TALLEST),
    transposed,
    cut: height * scale > TALLEST || width * scale > 2.5 * WIDTH,
    upright: false,
  };
}

/** The same set up across the stream, as the last norm and the head are: the side of the stream goes up. */
export function uprightFace(layer: Layer, model: number): Face {
  const scale = WIDTH / Math.max(1, model);
  const [down, across] = sides(layer.shape);
  if (layer.shape.length < 2)
    return {
      width: THINNEST,
      height: bounded(across * scale, 2 * WIDTH),
      transposed: false,
      cut: false,
      upright: true,
    };
  const lying = down !== model || across === model;
  const [height, width] = lying ? [across, down] : [down, across];
  return {
    width: bounded(width * scale, 2.5 * WIDTH),
    height: bounded(height * scale, TALLEST),
    transposed: lying,
    cut: width * scale > 2.5 * WIDTH || height * scale > TALLEST,
    upright: true,
  };
}

/** Rows and columns; a kernel of more dimensions is seen as its outputs by all the rest. */
function sides(shape: readonly number[]): [number, number] {
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [1, shape[0] as number];
  return [shape[0] as number, shape.slice(1).reduce((all, side) => all * side, 1)];
}

function bounded(size: number, most: number): number {
  return Math.max(THINNEST, Math.min(most, size));
}
