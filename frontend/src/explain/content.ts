/** What the explanations are made of: one entry for each thing that the page shows. Pure; the words are in explanations.json. */

export interface Entry {
  readonly name: string;
  /** What it is; what is healthy, or how to read it. {row} and {block} stand for what is looked at. */
  readonly says: readonly [string, string];
  /** The healthy range in words; absent = there is none, see `why`. */
  readonly healthy?: string;
  /** Ends of that range, where they are the same for everything. */
  readonly low?: number;
  readonly high?: number;
  /** Why the range is where it is, or why there is none; absent = what holds for all of its kind. */
  readonly why?: string;
  readonly source: string;
  readonly formula?: string;
  /** What people do. */
  readonly people?: string;
}

export interface Kind {
  readonly name: string;
  /** Why things of this kind have no healthy range. */
  readonly noRange: string;
  /** Nobody would look for one here: it isn't said. */
  readonly plain?: boolean;
  /** What a formula is called where it is the rule by which the thing is told. */
  readonly formulaName?: string;
}

export interface Content {
  readonly kinds: Readonly<Record<string, Kind>>;
  /** By key, "kind:name". */
  readonly entries: Readonly<Record<string, Entry>>;
}

/** An entry with all that its kind says for it. */
export interface Explanation extends Entry {
  readonly key: string;
  readonly kind: string;
  readonly why: string;
  readonly plain: boolean;
  readonly formulaName: string;
}

export const kindOfKey = (key: string): string => key.slice(0, key.indexOf(":"));

/** null = there is no such entry. */
export function explanationOf(content: Content, key: string): Explanation | null {
  const entry = content.entries[key];
  const kind = content.kinds[kindOfKey(key)];
  if (!entry || !kind) return null;
  const why = entry.why ?? (entry.healthy ? "" : kind.noRange);
  const plain = (kind.plain ?? false) && !entry.healthy;
  return { ...entry, key, kind: kind.name, why, plain, formulaName: kind.formulaName ?? "Formula" };
}

/** What stands in braces, by what is looked at; "the block" and "a token" where that is nothing in particular. */
export interface Filling {
  readonly row?: string;
  readonly block?: string;
}

export const filled = (sentence: string, { row = "a token", block = "the block" }: Filling = {}): string =>
  sentence.replaceAll("{row}", row).replaceAll("{block}", block);

/** The name of a thing whose explanation isn't here yet: "stat:grad_norm" becomes "grad norm". */
export const plainName = (key: string): string => key.slice(key.indexOf(":") + 1).replaceAll("_", " ");

/** Entries in which each word of what is looked for stands somewhere, by kind, in the order of the file. */
export function found(content: Content, wanted: string): { kind: string; of: Explanation[] }[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Explanation[]>();
  for (const key of Object.keys(content.entries)) {
    const one = explanationOf(content, key);
    if (!one) continue;
    const text = [one.name, ...one.says, one.healthy ?? "", one.source, one.kind, one.people ?? ""]
      .join(" ")
      .toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const group = groups.get(one.kind) ?? [];
    groups.set(one.kind, group);
    group.push(one);
  }
  return [...groups].map(([kind, of]) => ({ kind, of }));
}
