/** What the person looks for, the rows that have it, and what to change when there are none. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { makeFinder, type Runner } from "../search/pattern_finder";
import { type Change, type Elsewhere, type Suggestion, suggestions } from "../search/relax";
import { findText, type SearchOptions, type Texts, wantedOf } from "../search/search";
import { startWorker } from "../search/start_worker";
import type { Embedding } from "../wire.gen";
import { vocabulary } from "../words/tokens";
import { endIsolation, isolated, showClassesOf, visible } from "./filters";
import { chooseEmbedding, embeddings } from "./runs";
import { cloud } from "./timeline";

export const query = signal("");
export const regex = signal(false);
export const matchCase = signal(false);

const options = (): SearchOptions => ({ regex: regex.value, matchCase: matchCase.value });
export const wanted = computed(() => wantedOf(query.value, options()));

const texts = computed<Texts | null>(() => {
  const now = cloud.value;
  if (!now) return null;
  const { display } = now.words;
  const named = now.parts.some(({ embedding }) => embedding.labels);
  const labels = named
    ? now.parts.flatMap(({ embedding, first, rows }) => embedding.labels ?? display.slice(first, first + rows))
    : null;
  return { labels, display, ids: now.ids };
});

/** Of a pattern, which is run elsewhere; `of` and `by` say what it was found in and by which pattern. */
interface PatternRows {
  readonly of: Texts;
  readonly by: string;
  readonly rows: readonly number[];
  readonly looked: number;
  readonly stopped: boolean;
}
const patternRows = signal<PatternRows | null>(null);
const patternKey = computed(() => {
  const now = wanted.value;
  return now.kind === "pattern" ? `/${now.source}/${now.flags}` : "";
});

const NOTHING: readonly number[] = [];
const textRows = computed<readonly number[]>(() => {
  const now = wanted.value;
  return now.kind === "text" && texts.value ? findText(texts.value, now.text, now.matchCase) : NOTHING;
});

/** All rows that fit, hidden ones too. While a pattern is run, those of the one before stay, so that nothing flickers. */
const matches = computed<readonly number[]>(() => {
  if (wanted.value.kind === "text") return textRows.value;
  if (wanted.value.kind !== "pattern" || patternRows.value?.of !== texts.value) return NOTHING;
  return patternRows.value?.rows ?? NOTHING;
});
/** Those that are shown. For a text the best come first. */
export const hits = computed<readonly number[]>(() => {
  const all = matches.value;
  const shown = all.filter((row) => visible.value[row] === 1);
  return shown.length === all.length ? all : shown;
});
export const hiddenHits = computed(() => matches.value.length - hits.value.length);

export const searching = computed(
  () =>
    wanted.value.kind === "pattern" &&
    texts.value !== null &&
    (patternRows.value?.of !== texts.value || patternRows.value?.by !== patternKey.value),
);
/** A pattern that took too long: how many rows it got through. */
export const stoppedAfter = computed<number | null>(() =>
  wanted.value.kind === "pattern" && !searching.value && patternRows.value?.stopped ? patternRows.value.looked : null,
);
export const broken = computed(() => (wanted.value.kind === "broken" ? wanted.value.why : null));
export const noMatch = computed(
  () => wanted.value.kind !== "nothing" && texts.value !== null && !searching.value && hits.value.length === 0,
);

export const relaxed = signal<readonly Suggestion[]>([]);
const NO_SUGGESTIONS: readonly Suggestion[] = [];

const TYPING_MS = 120;
const finder = makeFinder(() => startWorker() as unknown as Runner);

/** Runs patterns and works out what to suggest; returns what stops it. */
export function followSearch(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopPatterns = effect(() => {
    const [now, where, key] = [wanted.value, texts.value, patternKey.value];
    clearTimeout(timer);
    if (now.kind !== "pattern" || !where || !untracked(() => searching.value)) return;
    timer = setTimeout(async () => {
      const found = await finder.find(where, now.source, now.flags);
      if (texts.peek() === where && patternKey.peek() === key) patternRows.value = { of: where, by: key, ...found };
    }, TYPING_MS);
  });
  let turn = 0;
  const stopRelaxing = effect(() => {
    const mine = ++turn;
    const where = texts.value;
    const [now, found, others] = [wanted.value, matches.value, elsewhere.value];
    if (!noMatch.value || !where || stoppedAfter.value !== null) {
      relaxed.value = NO_SUGGESTIONS;
      return;
    }
    const given = options();
    const text = query.value;
    const run = async (other: Texts, source: string, flags: string) => {
      // The next pattern is waited for; another search would end this one.
      if (mine !== turn) return null;
      const search = await finder.find(other, source, flags);
      return search.stopped ? null : search.rows;
    };
    void suggestions(text, given, now, where, found, others, run).then((list) => {
      if (mine === turn) relaxed.value = list;
    });
  });
  return () => {
    clearTimeout(timer);
    turn++;
    stopPatterns();
    stopRelaxing();
    finder.stop();
  };
}

const textsOf = new WeakMap<Embedding, Texts>();
const elsewhere = computed<readonly Elsewhere[]>(() => {
  const shown = new Set(cloud.value?.parts.map(({ embedding }) => embedding.path));
  return embeddings.value.filter((one) => !shown.has(one.path)).map((one) => ({ path: one.path, texts: textsIn(one) }));
});

function textsIn(one: Embedding): Texts {
  const known = textsOf.get(one);
  if (known) return known;
  const ids = one.rows ?? Array.from({ length: one.shape[0] ?? 0 }, (_, row) => row);
  const made = { labels: one.labels, display: vocabulary(one.labels, ids).display, ids };
  textsOf.set(one, made);
  return made;
}

export function setQuery(text: string): void {
  query.value = text;
}
export const setRegex = (on: boolean) => {
  regex.value = on;
};
export const setMatchCase = (on: boolean) => {
  matchCase.value = on;
};

/** Does what a suggestion says. */
export function relax(change: Change): void {
  if (change.kind === "case") ignoreCase();
  else if (change.kind === "hidden") showMatches();
  else if (change.kind === "as text") regex.value = false;
  else if (change.kind === "as pattern") regex.value = true;
  else if (change.kind === "embedding") chooseEmbedding(change.path);
  else query.value = change.text;
}

function ignoreCase(): void {
  matchCase.value = false;
  const slashed = /^\/(.+)\/([a-z]*)$/s.exec(query.peek());
  if (slashed && !slashed[2]?.includes("i")) query.value = `${query.peek()}i`;
}

/** Shows the rows that fit but are hidden: their classes, and all rows where only some are isolated. */
export function showMatches(): void {
  const rows = matches.peek();
  showClassesOf(rows);
  if (isolated.peek() && rows.some((row) => visible.peek()[row] === 0)) endIsolation();
}
