/** The sentence of a finding with names of layers as the page writes them: without what all of them begin with. Pure. */

import type { Layer } from "../wire.gen";

/** "transformer." of "transformer.h.0.ln_1" and all the others; "" = nothing. */
export function commonPrefix(layers: readonly Pick<Layer, "path">[]): string {
  const [first = [], ...others] = layers.map(({ path }) => path.split(".").slice(0, -1));
  let common = 0;
  while (common < first.length && others.every((parts) => parts[common] === first[common])) common++;
  return first
    .slice(0, common)
    .map((part) => `${part}.`)
    .join("");
}

/** Where a sentence ends with the same word it stays: a name goes on after its point. */
export function withShortNames(sentence: string, prefix: string): string {
  if (prefix === "") return sentence;
  const escaped = prefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return sentence.replace(new RegExp(`(?<![\\w.])${escaped}(?=\\w)`, "g"), "");
}
