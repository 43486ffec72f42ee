/** Which row of one run is which row of another: by what a token is called, else by its id. Pure. */

import { integer } from "../format";

/** The rows of one run's picture, an embedding after the other. */
export interface MatchedRows {
  readonly parts: readonly {
    readonly embedding: { readonly path: string; readonly role: string; readonly labels: readonly string[] | null };
    readonly first: number;
    readonly rows: number;
  }[];
  /** Token or position id per row. */
  readonly ids: readonly number[];
}

export interface Matching {
  /** Of each row of A the row of B, -1 = B has none. */
  readonly toB: Int32Array;
  readonly toA: Int32Array;
  /** Rows that are in both. */
  readonly common: number;
  /** Rows that are in one of them only. */
  readonly others: number;
}

/** Ids mean the same in both only where both have the same vocabulary; what a token is called always does. */
export function matchRows(a: MatchedRows, b: MatchedRows): Matching {
  const toB = new Int32Array(a.ids.length).fill(-1);
  const toA = new Int32Array(b.ids.length).fill(-1);
  let common = 0;
  for (const one of a.parts) {
    const other = counterpart(one, b.parts);
    if (!other) continue;
    const [keysA, keysB] = keysOf(one, a.ids, other, b.ids);
    const places = new Map(keysB.map((key, i) => [key, i]));
    for (const [i, key] of keysA.entries()) {
      const there = places.get(key);
      if (there === undefined) continue;
      // A key that stands twice belongs to the first that asks.
      places.delete(key);
      toB[one.first + i] = other.first + there;
      toA[other.first + there] = one.first + i;
      common += 1;
    }
  }
  return { toB, toA, common, others: toB.length + toA.length - 2 * common };
}

/** The embedding of the same path, else the only one that does the same. */
export function counterpart<T extends { readonly embedding: { readonly path: string; readonly role: string } }>(
  of: { readonly embedding: { readonly path: string; readonly role: string } },
  among: readonly T[],
): T | null {
  const same = among.find(({ embedding }) => embedding.path === of.embedding.path);
  if (same) return same;
  const alike = among.filter(({ embedding }) => embedding.role === of.embedding.role);
  return alike.length === 1 && of.embedding.role !== "other" ? (alike[0] as T) : null;
}

/** Why two samples can't be drawn along the same axes, as the server would say; null = they can. */
export function whyApart(of: Sampled, other: Sampled): string | null {
  if (of.shape[1] !== other.shape[1])
    return `it has ${integer(of.shape[1])} dimensions, there it has ${integer(other.shape[1])}`;
  const [rows, there] = [countOf(of), countOf(other)];
  if (rows !== there) return `${integer(rows)} rows were sampled, there ${integer(there)}`;
  if (!alike(of.rows, other.rows)) return "other rows were sampled there";
  if (of.labels && other.labels && !alike(of.labels, other.labels)) return "its rows have other labels there";
  return null;
}

interface Sampled {
  readonly shape: readonly number[];
  readonly rows: readonly number[] | null;
  readonly labels: readonly string[] | null;
}

const countOf = ({ rows, shape }: Sampled) => rows?.length ?? shape[0] ?? 0;

const alike = <T>(one: readonly T[] | null, other: readonly T[] | null) =>
  one === other ||
  (one !== null && other !== null && one.length === other.length && one.every((each, i) => each === other[i]));

type Part = MatchedRows["parts"][number];
type Key = string | number;

function keysOf(a: Part, idsA: readonly number[], b: Part, idsB: readonly number[]): [Key[], Key[]] {
  const [labelsA, labelsB] = [a.embedding.labels, b.embedding.labels];
  if (labelsA && labelsB && differ(labelsA) && differ(labelsB)) return [[...labelsA], [...labelsB]];
  return [idsA.slice(a.first, a.first + a.rows), idsB.slice(b.first, b.first + b.rows)];
}

const differ = (labels: readonly string[]) => new Set(labels).size === labels.length;

/** null = nothing is hidden. */
export function hiddenSentence({ common, others }: Matching, noun: string): string | null {
  if (others === 0) return null;
  if (common === 0) return `No ${noun} is in both runs.`;
  const are = common === 1 ? `1 ${noun} is` : `${integer(common)} ${noun}s are`;
  return `${are} in both runs. The other ${others === 1 ? "one is" : `${integer(others)} are`} hidden.`;
}

/** What belongs to A's rows, given to B's: `width` values a row; rows that A hasn't stay as `make` made them. */
export function carried<T extends Float32Array | Uint8Array>(
  values: T,
  toA: Int32Array,
  width: number,
  make: (length: number) => T,
): T {
  const found = make(toA.length * width);
  for (let row = 0; row < toA.length; row += 1) {
    const from = toA[row] as number;
    if (from < 0) continue;
    for (let c = 0; c < width; c += 1) found[row * width + c] = values[from * width + c] as number;
  }
  return found;
}

/** Rows of A as rows of B; those that B hasn't are left out. */
export function rowsThere(rows: readonly number[], toB: Int32Array): number[] {
  return rows.map((row) => toB[row] ?? -1).filter((row) => row >= 0);
}
