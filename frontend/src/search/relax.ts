/** What to change about a search that found nothing, and how much that would find. Pure. */

import { findText, longestFound, type SearchOptions, type Texts, type Wanted } from "./search";

export type Change =
  | { readonly kind: "case" }
  | { readonly kind: "hidden" }
  | { readonly kind: "as text" }
  | { readonly kind: "as pattern" }
  | { readonly kind: "trim"; readonly text: string }
  | { readonly kind: "embedding"; readonly path: string }
  | { readonly kind: "shorter"; readonly text: string };

export interface Suggestion {
  readonly change: Change;
  readonly found: number;
}

/** Another embedding of the run that could be looked through. */
export interface Elsewhere {
  readonly path: string;
  readonly texts: Texts;
}

/** Rows that fit a pattern; null = it took too long to say. */
export type FindPattern = (texts: Texts, source: string, flags: string) => Promise<readonly number[] | null>;

/** matches: rows of `texts` that fit as it is, all of them hidden. Most useful first; what would find nothing is left out. */
export async function suggestions(
  query: string,
  options: SearchOptions,
  wanted: Wanted,
  texts: Texts,
  matches: readonly number[],
  elsewhere: readonly Elsewhere[],
  findPattern: FindPattern,
): Promise<Suggestion[]> {
  const found: Suggestion[] = [];
  const suggest = (change: Change, rows: readonly number[] | null) => {
    if (rows && rows.length > 0) found.push({ change, found: rows.length });
  };
  const find = async (where: Texts) => {
    if (wanted.kind === "text") return findText(where, wanted.text, wanted.matchCase);
    return wanted.kind === "pattern" ? await findPattern(where, wanted.source, wanted.flags) : [];
  };
  suggest({ kind: "hidden" }, matches);
  // Of the rest, each is asked only where the search as it is finds nothing at all.
  if (matches.length === 0) {
    if (wanted.kind === "text" && wanted.matchCase) suggest({ kind: "case" }, findText(texts, wanted.text));
    if (wanted.kind === "pattern" && !wanted.flags.includes("i")) {
      suggest({ kind: "case" }, await findPattern(texts, wanted.source, `${wanted.flags}i`));
    }
    const trimmed = query.trim();
    if (wanted.kind === "text" && trimmed !== query && trimmed !== "") {
      suggest({ kind: "trim", text: trimmed }, findText(texts, trimmed, wanted.matchCase));
    }
    if (wanted.kind === "pattern" || wanted.kind === "broken") {
      suggest({ kind: "as text" }, findText(texts, query, options.matchCase));
    }
    const flags = options.matchCase ? "" : "i";
    if (wanted.kind === "text" && looksLikePattern(query) && isPattern(query, flags)) {
      suggest({ kind: "as pattern" }, await findPattern(texts, query, flags));
    }
  }
  for (const { path, texts: other } of elsewhere) suggest({ kind: "embedding", path }, await find(other));
  if (found.length === 0 && wanted.kind === "text") {
    const shorter = longestFound(texts, wanted.text, wanted.matchCase);
    if (shorter) suggest({ kind: "shorter", text: shorter.text }, shorter.rows);
  }
  return found;
}

/** Signs that hardly anybody looks for together with others as they are. */
const looksLikePattern = (text: string) => text.length > 1 && /[\^$*+?|\\[\]().]/.test(text);

function isPattern(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}
