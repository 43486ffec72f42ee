/** What a tour is computed from: this run's own data, as the server sent it. null = the run has none, or it did not come. Pure. */

import { commonPrefix, withShortNames } from "../findings/sentence";
import type { Clipping } from "../training/clipping";
import type { Finding, Layer, Phase } from "../wire.gen";
import type { TokenClass } from "../words/tokens";

/** Points in order of step. */
export interface Series {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** One statistic of all layers over the run, [L, C]; NaN = not measured. */
export interface Grid {
  /** Of each column, its first snapshot. */
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** 1 = entries that aren't finite, [L, C]. */
  readonly broken?: ArrayLike<number>;
  readonly layers: number;
  /** Every column is one snapshot; otherwise each is the mean of several. */
  readonly exact: boolean;
}

/** The sampled rows of one embedding at a few of its snapshots, as the joint projection draws them. */
export interface Table {
  readonly path: string;
  readonly isPosition: boolean;
  /** Rows of the whole embedding, and numbers of each. */
  readonly whole: number;
  readonly dims: number;
  readonly rows: number;
  readonly ids: readonly number[];
  readonly names: readonly string[];
  /** As the legend has them; `classOf` is [R]. */
  readonly classes: readonly TokenClass[];
  readonly classOf: ArrayLike<number>;
  /** Labels as they were logged, null = unnamed. */
  readonly labels: readonly string[] | null;
  /** Times in the training text, null = not logged. */
  readonly counts: ArrayLike<number> | null;
  readonly steps: readonly number[];
  /** One [R * 3] for each step. */
  readonly positions: readonly ArrayLike<number>[];
  /** Share of the variance over the run along the three directions drawn. */
  readonly ratios: readonly number[];
  /** That are drawn. */
  readonly axes: 2 | 3;
  /** Share of each snapshot's own variance that is drawn, [T]; NaN = unknown. */
  readonly shown: ArrayLike<number>;
  /** Groups the server found at the last step, [R], -1 = none. */
  readonly clusters: ArrayLike<number> | null;
}

/** The ten nearest rows of some rows, by cosine in the whole space, at one step. */
export interface Neighbours {
  readonly step: number;
  readonly rows: readonly number[];
  /** [r * k], -1 = none. */
  readonly near: ArrayLike<number>;
  readonly k: number;
}

/** The rows of the numbers 0 … p - 1 at one step, [p * D]. */
export interface NumberVectors {
  readonly step: number;
  readonly vectors: ArrayLike<number>;
  readonly count: number;
  readonly dims: number;
}

export interface Facts {
  readonly run: string;
  readonly live: boolean;
  readonly snapshots: number;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly layers: readonly Layer[];
  /** Token embeddings before others. */
  readonly tables: readonly Table[];
  readonly train: Series | null;
  readonly validation: Series | null;
  /** Norm of the whole gradient as the script logs it. */
  readonly gradTotal: Series | null;
  readonly clipping: Clipping | null;
  readonly phases: readonly Phase[] | null;
  /** The worst first. */
  readonly findings: readonly Finding[] | null;
  readonly gradNorm: Grid | null;
  readonly weightNorm: Grid | null;
  /** Of a model that calculates: when it knew its data by heart, and at the end. */
  readonly numbers: { readonly before: NumberVectors; readonly after: NumberVectors } | null;
  /** What was asked for and did not come. */
  readonly missing: ReadonlySet<Asked>;
}

export type Asked = "positions" | "insights" | "gradients" | "weights" | "loss" | "neighbours" | "clusters";

const WORDS: Readonly<Record<Asked, string>> = {
  positions: "The positions of the points",
  insights: "The phases and findings",
  gradients: "The gradient norms",
  weights: "The weight norms",
  loss: "The loss curves",
  neighbours: "The nearest neighbours",
  clusters: "The groups of rows",
};

/** Why a card can't be had. */
export const didNotCome = (what: Asked) => `${WORDS[what]} did not come from the server.`;

/** Layers in a text as the page writes them: without what the names of all begin with. */
export const shortName = ({ layers }: Pick<Facts, "layers">, text: string): string =>
  withShortNames(text, commonPrefix(layers));

/** Rows that can be drawn, of [R * 3]. */
export function finiteRows(positions: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < positions.length; i += 3) if (Number.isFinite(positions[i])) count++;
  return count;
}

/** Index of the point at or before a step, -1 = none. */
export function indexAt(steps: ArrayLike<number>, step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Value at or before a step; NaN = none. */
export function valueAt(of: Series | null, step: number): number {
  return of?.values[indexAt(of.steps, step)] ?? Number.NaN;
}

/** Index of the step nearest to one; -1 = there is none. */
export function nearestIndex(steps: ArrayLike<number>, step: number): number {
  const before = indexAt(steps, step);
  if (before < 0) return steps.length > 0 ? 0 : -1;
  if (before + 1 >= steps.length) return before;
  return step - (steps[before] as number) <= (steps[before + 1] as number) - step ? before : before + 1;
}
