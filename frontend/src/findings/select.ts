/** Which findings a place of the page tells of: those that name a layer or a token, those of a moment. Pure. */

import type { Finding, Layer } from "../wire.gen";
import { levelOf } from "./severity";

/** Share of the run for which a finding is still marked after its last step: one of a single step could not be seen. */
export const LINGERS = 0.02;
/** What is only worth knowing marks nothing: a healthy run shows no marks. */
const LEAST_MARKED = levelOf("watch");
/** Share of the layers: what names more of them is of the whole model, and its marks would hide the one that is sick. */
const MOST_MARKED = 0.9;

export const naming = (all: readonly Finding[], path: string): Finding[] =>
  all.filter((one) => one.layers.includes(path));

/** path: of the embedding that the tokens are of. A finding that names no embedding means the first that has the label. */
export const namingToken = (all: readonly Finding[], label: string, path: string): Finding[] =>
  all.filter((one) => one.tokens.includes(label) && (one.layers.length === 0 || one.layers.includes(path)));

/** Begun, and not long over. length: steps of the run. */
export function isLive(finding: Finding, step: number, length: number): boolean {
  return finding.first_step <= step && step <= finding.last_step + Math.max(1, LINGERS * length);
}

/** What is found at or before a step, and what comes later. atEnd: a last step that no snapshot reached counts as
 * reached with the last snapshot. */
export function parted(
  all: readonly Finding[],
  step: number | null,
  atEnd: boolean,
): { readonly soFar: readonly Finding[]; readonly later: readonly Finding[] } {
  if (atEnd) return { soFar: all, later: [] };
  if (step === null) return { soFar: [], later: [] };
  return {
    soFar: all.filter((one) => one.first_step <= step),
    later: all.filter((one) => one.first_step > step),
  };
}

/** Those of one moment that mark layers. count: layers of the model. */
export const markingLayers = (live: readonly Finding[], count: number): Finding[] =>
  live.filter(
    ({ severity, layers }) =>
      layers.length > 0 && layers.length <= MOST_MARKED * count && levelOf(severity) >= LEAST_MARKED,
  );

/** Of each layer the level of the worst that marks it, 0 = nothing. [L] */
export function levelsOf(live: readonly Finding[], layers: readonly Layer[]): Uint8Array {
  const levels = new Uint8Array(layers.length);
  const worst = new Map<string, number>();
  for (const { severity, layers: paths } of markingLayers(live, layers.length)) {
    for (const path of paths) worst.set(path, Math.max(levelOf(severity), worst.get(path) ?? 0));
  }
  if (worst.size > 0) for (const [place, { path }] of layers.entries()) levels[place] = worst.get(path) ?? 0;
  return levels;
}

/** Those of one moment that mark tokens. */
export const markingTokens = (live: readonly Finding[]): Finding[] =>
  live.filter((one) => one.tokens.length > 0 && levelOf(one.severity) >= LEAST_MARKED);
