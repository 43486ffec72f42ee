/** Sets of tokens that outlive the rows on screen: ids by the embedding they belong to. Pure. */

/** Embedding path → ids, ascending, each once; no path without ids. */
export type Tokens = Readonly<Record<string, readonly number[]>>;

/** The rows of one embedding on screen: row first + i is its id ids[i]. */
export interface RowsOf {
  readonly path: string;
  readonly first: number;
  readonly ids: readonly number[];
}

export const NONE: Tokens = {};

export function tokensOf(rows: Iterable<number>, parts: readonly RowsOf[]): Tokens {
  const ids = new Map<string, number[]>();
  for (const row of new Set(rows)) {
    const part = parts.findLast((one) => one.first <= row);
    const id = part?.ids[row - part.first];
    if (!part || id === undefined) continue;
    const list = ids.get(part.path);
    if (list) list.push(id);
    else ids.set(part.path, [id]);
  }
  return tidy(ids);
}

/** Rows of those tokens that are on screen, ascending. */
export function rowsOf(tokens: Tokens, parts: readonly RowsOf[]): number[] {
  const rows: number[] = [];
  for (const part of parts) {
    const wanted = new Set(tokens[part.path]);
    if (wanted.size === 0) continue;
    for (let i = 0; i < part.ids.length; i++) if (wanted.has(part.ids[i] as number)) rows.push(part.first + i);
  }
  return rows;
}

export function sizeOf(tokens: Tokens): number {
  return Object.values(tokens).reduce((sum, ids) => sum + ids.length, 0);
}

export const union = (one: Tokens, other: Tokens) => combine(one, other, (a, b) => a || b);
export const without = (one: Tokens, other: Tokens) => combine(one, other, (a, b) => a && !b);
export const common = (one: Tokens, other: Tokens) => combine(one, other, (a, b) => a && b);

export function same(one: Tokens, other: Tokens): boolean {
  return sizeOf(one) === sizeOf(other) && sizeOf(common(one, other)) === sizeOf(one);
}

function combine(one: Tokens, other: Tokens, keep: (a: boolean, b: boolean) => boolean): Tokens {
  const ids = new Map<string, number[]>();
  for (const path of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const [a, b] = [new Set(one[path]), new Set(other[path])];
    const either = [...new Set([...a, ...b])];
    ids.set(
      path,
      either.filter((id) => keep(a.has(id), b.has(id))),
    );
  }
  return tidy(ids);
}

function tidy(ids: ReadonlyMap<string, number[]>): Tokens {
  const full = [...ids].filter(([, list]) => list.length > 0);
  return Object.fromEntries(full.map(([path, list]) => [path, list.sort((a, b) => a - b)]));
}

/** "1-5.9@transformer.wpe,0-3": ranges joined by dots, embeddings by commas; that of `main` without its path. */
export function writeTokens(tokens: Tokens, main: string): string {
  const written = Object.entries(tokens).map(([path, ids]) => (path === main ? "" : `${escaped(path)}@`) + ranges(ids));
  return written.join(",");
}

/** What `writeTokens` wrote; anything else in it is passed over. */
export function readTokens(text: string, main: string): Tokens {
  const ids = new Map<string, number[]>();
  for (const part of text.split(",")) {
    const at = part.indexOf("@");
    const path = at < 0 ? main : unescaped(part.slice(0, at));
    if (path === "") continue;
    ids.set(path, [...new Set([...(ids.get(path) ?? []), ...idsIn(part.slice(at + 1))])]);
  }
  return tidy(ids);
}

/** More than any vocabulary that is drawn: a link can't ask for a list without an end. */
const MOST_IDS = 200_000;

function idsIn(text: string): number[] {
  const ids: number[] = [];
  for (const range of text.split(".")) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range);
    if (!match) continue;
    const [low, high] = [Number(match[1]), Number(match[2] ?? match[1])];
    for (let id = low; id <= high && ids.length < MOST_IDS; id++) ids.push(id);
  }
  return ids;
}

function ranges(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < ids.length; ) {
    let last = i;
    while (ids[last + 1] === (ids[last] as number) + 1) last++;
    parts.push(last > i ? `${ids[i]}-${ids[last]}` : `${ids[i]}`);
    i = last + 1;
  }
  return parts.join(".");
}

/** Free of the signs that part what is written: , ; @ ~ and those of an address. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll("~", "%7E");
}

export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
