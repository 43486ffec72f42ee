/** What was chosen besides the one selected row: with the lasso, with Shift, from a search, as a group. */

import { computed, signal } from "@preact/signals";
import type { Choice } from "../scene/types";
import { common, NONE, type RowsOf, rowsOf, type Tokens, tokensOf, union, without } from "../words/token_sets";
import { type Cloud, cloud } from "./timeline";

/** By ids, so that another projection or session keeps it. */
export const chosenTokens = signal<Tokens>(NONE);

const known = new WeakMap<Cloud, readonly RowsOf[]>();

/** The embeddings on screen with their rows' ids. */
export function shownParts(now: Cloud): readonly RowsOf[] {
  const held = known.get(now);
  if (held) return held;
  const parts = now.parts.map(({ embedding, first, rows }) => ({
    path: embedding.path,
    first,
    ids: now.ids.slice(first, first + rows),
  }));
  known.set(now, parts);
  return parts;
}

/** Rows on screen of a set of tokens. */
export const rowsOnScreen = (tokens: Tokens): readonly number[] => {
  const now = cloud.value;
  return now && tokens !== NONE ? rowsOf(tokens, shownParts(now)) : NO_ROWS;
};
const NO_ROWS: readonly number[] = [];

export const tokensOnScreen = (rows: Iterable<number>): Tokens => {
  const now = cloud.peek();
  return now ? tokensOf(rows, shownParts(now)) : NONE;
};

/** The chosen rows on screen, ascending. */
export const chosen = computed<readonly number[]>(() => rowsOnScreen(chosenTokens.value));

export function chooseTokens(tokens: Tokens, choice: Choice = "replace"): void {
  const before = chosenTokens.peek();
  chosenTokens.value =
    choice === "replace" ? tokens : choice === "add" ? union(before, tokens) : without(before, tokens);
}

export function chooseRows(rows: Iterable<number>, choice: Choice = "replace"): void {
  chooseTokens(tokensOnScreen(rows), choice);
}

/** Only what is in both stays chosen. */
export function chooseCommon(tokens: Tokens): void {
  chosenTokens.value = common(chosenTokens.peek(), tokens);
}

export function chooseNothing(): void {
  chosenTokens.value = NONE;
}
