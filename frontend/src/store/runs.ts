/** The runs of the logdir, the one on screen, its model record, and whether the server still answers. */

import { batch, computed, signal } from "@preact/signals";
import type { LiveState } from "../live";
import type { Embedding, Loading, Model, RunInfo, Runs, Updates } from "../wire.gen";
import { saved } from "./saved";

export const runs = signal<readonly RunInfo[]>([]);
export const otherRuns = signal<readonly string[]>([]);
/** What keeps part of the logdir from being read just now, a sentence each. */
export const notices = signal<readonly string[]>([]);
export const indexing = signal<Loading | null>(null);
/** The server has said which runs there are. */
export const answered = signal(false);
export const connection = signal<LiveState>({ kind: "connecting" });
/** Date.now() of the server's last word. */
export const heardAt = signal(0);
/** What was asked for when something went wrong. */
export type Asked = "runs" | "model" | "cloud" | "curves";
/** Requests that failed for a reason of their own (not the connection): the server's sentences. */
export const problems = signal<ReadonlyMap<Asked, string>>(new Map());

export const runName = signal<string | null>(null);
/** The run that was asked for, by a link or before it vanished, where another is shown in its place. */
export const missingRun = signal<string | null>(null);
export const model = signal<Model | null>(null);
export const embeddingPath = signal<string | null>(null);
/** Another embedding in the same picture. */
export const withPath = signal<string | null>(null);
export type PartsLayout = "together" | "apart";
/** As the person wants it; `partsLayout` is what can be had. */
export const wantedLayout = signal<PartsLayout>("together");

export const run = computed<RunInfo | null>(() => runs.value.find((info) => info.run === runName.value) ?? null);
export const runOrdinal = computed(() => runs.value.findIndex((info) => info.run === runName.value));
export const embeddings = computed<readonly Embedding[]>(() => model.value?.embeddings ?? []);
export const embedding = computed<Embedding | null>(
  () => embeddings.value.find((candidate) => candidate.path === embeddingPath.value) ?? null,
);

export const beside = computed<Embedding | null>(() =>
  withPath.value === embeddingPath.value
    ? null
    : (embeddings.value.find((candidate) => candidate.path === withPath.value) ?? null),
);
/** Why two embeddings can't have one basis; null = they can. */
export const onlyApart = computed<string | null>(() => {
  const [one, other] = [embedding.value, beside.value];
  if (!one || !other) return null;
  if (one.shape[1] !== other.shape[1]) {
    return `${one.path} has ${one.shape[1]} dimensions, ${other.path} has ${other.shape[1]}: they have no space in common.`;
  }
  if (one.directions === null && other.directions === null) return null;
  return "They were recorded in bases of their own: they have no space in common.";
});
export const partsLayout = computed<PartsLayout>(() => (onlyApart.value === null ? wantedLayout.value : "apart"));

export function setRuns(reply: Runs): void {
  batch(() => {
    runs.value = sorted(reply.runs);
    otherRuns.value = reply.other_runs;
    setNotices(reply.notices);
    indexing.value = reply.loading;
    answered.value = true;
    heardAt.value = Date.now();
  });
}

/** whole: runs that the message doesn't name are gone. */
export function applyUpdates(updates: Updates, whole: boolean): void {
  batch(() => {
    const changed = new Map(updates.runs.map((info) => [info.run, info]));
    const gone = new Set(updates.removed);
    if (whole) runs.value = sorted(updates.runs);
    else if (changed.size > 0 || gone.size > 0) {
      const kept = runs.value.filter((info) => !gone.has(info.run) && !changed.has(info.run));
      runs.value = sorted([...kept, ...changed.values()]);
    }
    if (updates.other_runs) otherRuns.value = updates.other_runs;
    setNotices(updates.notices);
    indexing.value = updates.loading;
    answered.value = true;
    heardAt.value = Date.now();
  });
}

/** A server of an earlier version says nothing of them. */
function setNotices(sentences: readonly string[] = []): void {
  if (sentences.join("\n") !== notices.peek().join("\n")) notices.value = sentences;
}

function sorted(list: readonly RunInfo[]): RunInfo[] {
  return [...list].sort((one, other) => one.run.localeCompare(other.run, undefined, { numeric: true }));
}

export function setConnection(state: LiveState): void {
  connection.value = state;
}

/** null = it was answered. */
export function setProblem(asked: Asked, sentence: string | null): void {
  if ((problems.peek().get(asked) ?? null) === sentence) return;
  const next = new Map(problems.peek());
  if (sentence === null) next.delete(asked);
  else next.set(asked, sentence);
  problems.value = next;
}

export function chooseRun(name: string, insteadOf: string | null = null): void {
  if (name === runName.value) return;
  batch(() => {
    runName.value = name;
    missingRun.value = insteadOf;
    model.value = null;
    problems.value = new Map();
  });
}

/** The run that a link asked for isn't there. */
export function missRun(name: string): void {
  missingRun.value = name;
}

export function forgetMissingRun(): void {
  missingRun.value = null;
}

/** There is no run left to show. */
export function leaveRun(): void {
  batch(() => {
    runName.value = null;
    missingRun.value = null;
    model.value = null;
    embeddingPath.value = null;
    problems.value = new Map();
  });
}

/** The same embedding stays chosen when the new model has it. */
export function setModel(record: Model, wanted: string | null): void {
  batch(() => {
    model.value = record;
    const has = (path: string | null) => record.embeddings.some((candidate) => candidate.path === path);
    if (wanted !== null && has(wanted)) embeddingPath.value = wanted;
    else if (!has(embeddingPath.value)) {
      const tokens = record.embeddings.find((candidate) => candidate.role === "token_embedding");
      embeddingPath.value = (tokens ?? record.embeddings[0])?.path ?? null;
    }
    if (!has(withPath.value)) withPath.value = null;
  });
}

export function chooseEmbedding(path: string): void {
  batch(() => {
    embeddingPath.value = path;
    if (withPath.value === path) withPath.value = null;
  });
}

/** Shows an embedding beside the other, or takes it away. One always stays, and a third takes the second's place. */
export function toggleEmbedding(path: string): void {
  batch(() => {
    const [one, other] = [embeddingPath.value, beside.value?.path ?? null];
    // A file keeps each picture alone.
    if (saved.peek()) embeddingPath.value = path;
    else if (path === other) withPath.value = null;
    else if (path === one) {
      if (other === null) return;
      embeddingPath.value = other;
      withPath.value = null;
    } else {
      // In the order of the model: tokens before positions, however they were ticked.
      const shown = embeddings.value.filter((candidate) => candidate.path === one || candidate.path === path);
      embeddingPath.value = shown[0]?.path ?? path;
      withPath.value = shown[1]?.path ?? null;
    }
  });
}

export const setWith = (path: string | null) => {
  withPath.value = saved.peek() ? null : path;
};

export const setLayout = (value: PartsLayout) => {
  wantedLayout.value = value;
};

export function embeddingName(one: Embedding): string {
  if (one.role === "token_embedding") return "Token embeddings";
  if (one.role === "position_embedding") return "Position embeddings";
  return one.path;
}

export const nounOf = (one: Embedding | null) => (one?.role === "position_embedding" ? "position" : "token");

/** What a row is called: "token" or "position", "row" where both are shown. */
export const rowNoun = computed(() => {
  const noun = nounOf(embedding.value);
  return beside.value && nounOf(beside.value) !== noun ? "row" : noun;
});

/** What is on screen: "Token embeddings", "Token and position embeddings". */
export const pictureName = computed<string | null>(() => {
  const [one, other] = [embedding.value, beside.value];
  if (!one) return null;
  if (!other) return embeddingName(one);
  const [first, second] = [embeddingName(one), embeddingName(other)];
  const ending = " embeddings";
  if (!first.endsWith(ending) || !second.endsWith(ending)) return `${first} and ${second}`;
  return `${first.slice(0, -ending.length)} and ${second.toLowerCase()}`;
});
