/** Where a finding is seen: at which step, in which steps around it, in which layers and rows. Pure. */

import type { Embedding, Finding, Layer } from "../wire.gen";
import { type Tokens, tokensOf } from "../words/token_sets";

/** What the places of steps are told from: `SnapshotSet`, or the like of it. */
interface Places {
  readonly total: number;
  placeOf(step: number): number;
  stepAt(place: number): number;
}

/** Rows that stay behind, or end up somewhere, are seen best when it is all done. */
const SEEN_LAST: ReadonlySet<string> = new Set([
  "undertrained_tokens",
  "embedding_collapse",
  "anisotropy",
  "norm_drift",
]);
/** A jump is seen where it is highest. */
const SEEN_HIGHEST: ReadonlySet<string> = new Set(["spike", "spikes"]);
/** Share of the run: a finding of more than this is about all of it. */
const WHOLE = 0.9;
/** Around a finding so much is looped too: a share of it, within these shares of the run, at least some snapshots. */
const ROOM = { ofIt: 0.25, least: 0.02, most: 0.06, snapshots: 4 } as const;

/** The step that shows it best. */
export function stepToSee(finding: Finding): number {
  const { insight, first_step, last_step, evidence } = finding;
  if (SEEN_LAST.has(insight)) return last_step;
  const series = SEEN_HIGHEST.has(insight) ? evidence?.series[0] : undefined;
  if (!series) return first_step;
  let [found, highest] = [first_step, Number.NEGATIVE_INFINITY];
  for (const [i, step] of series.steps.entries()) {
    const value = series.values[i] ?? null;
    if (step < first_step || step > last_step || value === null || value <= highest) continue;
    [found, highest] = [step, value];
  }
  return found;
}

/** The first snapshot at or after a step, the last one of the run where it lies beyond. */
export function placeFrom(places: Places, step: number): number {
  return Math.max(0, Math.min(places.total - 1, Math.ceil(places.placeOf(step) - 1e-9)));
}

/** First and last step to be looped, with room on both sides; null = as good as the whole run. */
export function stepsToLoop(finding: Finding, places: Places): [number, number] | null {
  if (places.total < 3) return null;
  const [first, last] = [places.stepAt(0), places.stepAt(places.total - 1)];
  const long = finding.last_step - finding.first_step;
  if (long >= WHOLE * (last - first)) return null;
  const room = Math.max(ROOM.least * (last - first), Math.min(ROOM.ofIt * long, ROOM.most * (last - first)));
  const from = Math.min(finding.first_step - room, stepBeside(places, finding.first_step, -ROOM.snapshots));
  const to = Math.max(finding.last_step + room, stepBeside(places, finding.last_step, ROOM.snapshots));
  const [begin, end] = [Math.max(first, Math.round(from)), Math.min(last, Math.round(to))];
  return begin === first && end === last ? null : [begin, end];
}

function stepBeside(places: Places, step: number, snapshots: number): number {
  return places.stepAt(Math.min(places.total - 1, Math.max(0, Math.round(places.placeOf(step)) + snapshots)));
}

/** Places in the model record of the layers that it names, in its order. */
export function layersOf(finding: Finding, layers: readonly Layer[]): number[] {
  return finding.layers.map((path) => layers.findIndex((layer) => layer.path === path)).filter((place) => place >= 0);
}

/** The embedding whose rows it is about; null = it isn't about rows, or of more than embeddings. */
export function embeddingOf({ layers, tokens }: Finding, embeddings: readonly Embedding[]): Embedding | null {
  const named = embeddings.filter(({ path }) => layers.includes(path));
  const [token] = tokens;
  if (token === undefined) return layers.length > 0 && named.length === layers.length ? (named[0] ?? null) : null;
  return named[0] ?? embeddings.find((one) => one.labels?.includes(token)) ?? embeddings[0] ?? null;
}

/** Ids of the tokens that it names, by their labels, or by their ids where they have none. */
export function tokensIn(finding: Finding, embeddings: readonly Embedding[]): Tokens {
  const one = finding.tokens.length > 0 ? embeddingOf(finding, embeddings) : null;
  if (!one) return {};
  const named = new Set(finding.tokens);
  const count = one.rows?.length ?? one.shape[0] ?? 0;
  const ids = Array.from({ length: count }, (_, row) => one.rows?.[row] ?? row);
  const wanted = [...ids.keys()].filter((row) => named.has(one.labels?.[row] ?? String(row)));
  return tokensOf(wanted, [{ path: one.path, first: 0, ids }]);
}

/** Statistics that show it, the best first. */
const SHOWN_BY: Readonly<Record<string, readonly string[]>> = {
  spike: ["grad_norm"],
  vanishing_gradients: ["grad_rms", "grad_norm"],
  exploding_gradients: ["grad_rms", "grad_norm"],
  dead_units: ["grad_norm"],
  attention_collapse: ["weight_norm"],
  rank_collapse: ["stable_rank", "weight_norm"],
  embedding_collapse: ["stable_rank", "weight_norm"],
  norm_drift: ["weight_norm"],
  update_ratio: ["update_ratio"],
  undertrained_tokens: ["grad_norm"],
  non_finite: ["grad_nonfinite_count", "weight_nonfinite_count"],
};

/** Of those that were recorded; null = it is shown by none in particular. */
export const statOf = ({ insight }: Finding, recorded: readonly string[]): string | null =>
  SHOWN_BY[insight]?.find((stat) => recorded.includes(stat)) ?? null;
