/** Named groups of tokens as they are remembered and linked: by run, and found again in another run with the same vocabulary. Pure. */

import { escaped, NONE, readTokens, sizeOf, type Tokens, unescaped, writeTokens } from "./token_sets";

export interface Group {
  readonly name: string;
  /** Index into the group colours. */
  readonly color: number;
  readonly tokens: Tokens;
}

export const MOST_GROUPS = 8;
export const LONGEST_NAME = 40;
/** Runs whose groups are remembered; the one changed longest ago goes first. */
const MOST_RUNS = 24;
const PROBES = 64;
/** An address longer than this is cut off somewhere on its way. */
const LONGEST_LINK = 4000;

/** What is needed to know an embedding again. */
export interface Named {
  readonly path: string;
  readonly shape: readonly number[];
  readonly rows: readonly number[] | null;
  readonly labels: readonly string[] | null;
}

/** A vocabulary's size and some of its labels, by id. */
interface Fingerprint {
  readonly size: number;
  readonly labels: readonly (readonly [number, string])[];
}

export interface Remembered {
  readonly run: string;
  readonly groups: readonly Group[];
  readonly vocabularies: Readonly<Record<string, Fingerprint>>;
}

/** The run's own groups, else those changed last in a run with the same vocabulary; of each the tokens whose vocabulary is the same. */
export function recall(memory: readonly Remembered[], run: string, embeddings: readonly Named[]): readonly Group[] {
  const own = memory.find((entry) => entry.run === run);
  // Removed on purpose, unless they were those of another model.
  if (own?.groups.length === 0 && embeddings.some((one) => agrees(own.vocabularies[one.path], one))) return [];
  for (const entry of own ? [own, ...memory] : memory) {
    const known = new Set(
      embeddings.filter((one) => agrees(entry.vocabularies[one.path], one)).map(({ path }) => path),
    );
    const groups = entry.groups
      .map((group) => ({ ...group, tokens: onlyOf(group.tokens, known) }))
      .filter(({ tokens }) => sizeOf(tokens) > 0);
    if (groups.length > 0) return groups;
  }
  return [];
}

function onlyOf(tokens: Tokens, paths: ReadonlySet<string>): Tokens {
  return Object.fromEntries(Object.entries(tokens).filter(([path]) => paths.has(path)));
}

/** The memory with these groups of the run in it, changed last first. */
export function remember(
  memory: readonly Remembered[],
  run: string,
  embeddings: readonly Named[],
  groups: readonly Group[],
): Remembered[] {
  const vocabularies = Object.fromEntries(embeddings.map((one) => [one.path, fingerprint(one)]));
  return [{ run, groups, vocabularies }, ...memory.filter((entry) => entry.run !== run)].slice(0, MOST_RUNS);
}

function fingerprint(one: Named): Fingerprint {
  const labels = one.labels ?? [];
  const stride = Math.max(1, Math.floor(labels.length / PROBES));
  const places = Array.from({ length: Math.min(PROBES, labels.length) }, (_, i) => i * stride);
  return { size: one.shape[0] ?? 0, labels: places.map((i) => [one.rows?.[i] ?? i, labels[i] as string]) };
}

/** Sampled rows may be others than before: no label may differ where both have one. */
function agrees(known: Fingerprint | undefined, one: Named): boolean {
  if (!known || known.size !== one.shape[0] || known.labels.length > 0 !== (one.labels !== null)) return false;
  if (!one.labels) return true;
  const placeOf = one.rows ? new Map(one.rows.map((id, place) => [id, place])) : null;
  const both = known.labels
    .map(([id, label]) => [label, one.labels?.[placeOf ? (placeOf.get(id) ?? -1) : id]] as const)
    .filter(([, now]) => now !== undefined);
  return both.every(([before, now]) => before === now);
}

/** What the browser kept; whatever isn't as it was written is left out. */
export function parseMemory(text: string | null): Remembered[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isRemembered) : [];
}

function isRemembered(value: unknown): value is Remembered {
  const entry = value as Partial<Remembered> | null;
  return (
    typeof entry?.run === "string" &&
    Array.isArray(entry.groups) &&
    entry.groups.length <= MOST_GROUPS &&
    entry.groups.every(isGroup) &&
    Object.values(entry.vocabularies ?? { missing: null }).every(isFingerprint)
  );
}

function isGroup(value: unknown): value is Group {
  const group = value as Partial<Group> | null;
  return (
    typeof group?.name === "string" &&
    Number.isInteger(group.color) &&
    typeof group.tokens === "object" &&
    Object.values(group.tokens ?? { missing: null }).every((ids) => Array.isArray(ids) && ids.every(Number.isInteger))
  );
}

function isFingerprint(value: unknown): value is Fingerprint {
  const print = value as Partial<Fingerprint> | null;
  return (
    typeof print?.size === "number" && Array.isArray(print.labels) && print.labels.every((one) => Array.isArray(one))
  );
}

/** "vowels~0~39.43;…": name, colour, tokens. Groups for which the address has no room are left out. main: the path of the embedding
 * that is written without one. */
export function writeGroups(groups: readonly Group[], main: string): string {
  let text = "";
  for (const group of groups) {
    const one = `${escaped(group.name)}~${group.color}~${writeTokens(group.tokens, main)}`;
    if (text.length + one.length < LONGEST_LINK) text += (text && ";") + one;
  }
  return text;
}

export function readGroups(text: string, main: string): Group[] {
  const groups: Group[] = [];
  for (const part of text.split(";").slice(0, MOST_GROUPS)) {
    const [name = "", color = "", ids = ""] = part.split("~");
    const tokens = ids === "" ? NONE : readTokens(ids, main);
    const named = unescaped(name).slice(0, LONGEST_NAME);
    if (named === "" || !/^[0-7]$/.test(color) || sizeOf(tokens) === 0) continue;
    groups.push({ name: named, color: Number(color), tokens });
  }
  return groups;
}
