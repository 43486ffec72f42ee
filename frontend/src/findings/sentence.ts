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

/** Of a sentence: words, or a token by its label. */
export type Piece = { readonly words: string } | { readonly token: string };

/** As Python's repr writes it, for what a vocabulary has. */
function quoted(token: string): string {
  const mark = token.includes("'") && !token.includes('"') ? '"' : "'";
  const inner = token.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return mark + (mark === "'" ? inner.replace(/'/g, "\\'") : inner) + mark;
}

/** The tokens that a sentence quotes by themselves: "','" in a row of such can't be read. */
export function piecesOf(sentence: string, tokens: readonly string[]): Piece[] {
  const labels = new Map(tokens.map((token) => [quoted(token), token]));
  if (labels.size === 0) return [{ words: sentence }];
  const pattern = [...labels.keys()]
    .sort((one, other) => other.length - one.length)
    .map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|");
  return sentence
    .split(new RegExp(`(${pattern})`))
    .filter((part) => part !== "")
    .map((part) => {
      const token = labels.get(part);
      return token === undefined ? { words: part } : { token };
    });
}
