/** What a query looks for and which rows have it. Pure; patterns are run by `run_pattern.ts`. */

export interface SearchOptions {
  /** The text is a regular expression. `/…/` is one anyway. */
  readonly regex: boolean;
  readonly matchCase: boolean;
}

export type Wanted =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string; readonly matchCase: boolean }
  | { readonly kind: "pattern"; readonly source: string; readonly flags: string }
  | { readonly kind: "broken"; readonly why: string };

/** The rows that are looked through; two objects mean two different lists. */
export interface Texts {
  /** What was logged; null = the rows have no names. */
  readonly labels: readonly string[] | null;
  /** The same as it is shown. */
  readonly display: readonly string[];
  readonly ids: readonly number[];
}

const SLASHED = /^\/(.+)\/([a-z]*)$/s;

export function wantedOf(query: string, { regex, matchCase }: SearchOptions): Wanted {
  if (query === "") return { kind: "nothing" };
  const slashed = SLASHED.exec(query);
  if (!slashed && !regex) return { kind: "text", text: query, matchCase };
  const source = slashed?.[1] ?? query;
  const asked = slashed ? (slashed[2] as string) : matchCase ? "" : "i";
  const unknown = [...asked].find((flag) => !"imsu".includes(flag));
  if (unknown) return { kind: "broken", why: `The flag “${unknown}” is none of i, m, s, u` };
  const flags = [...new Set(asked)].join("");
  // Classes such as \p{Lu} need the flag u, which some older patterns don't survive.
  for (const tried of flags.includes("u") ? [flags] : [`${flags}u`, flags]) {
    try {
      new RegExp(source, tried);
      return { kind: "pattern", source, flags: tried };
    } catch (error) {
      if (tried === flags) return { kind: "broken", why: whyBroken(error) };
    }
  }
  return { kind: "nothing" };
}

/** "Invalid regular expression: /(/: Unterminated group" → "Unterminated group". */
function whyBroken(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const said = message.slice(message.lastIndexOf(": ") + 1).trim();
  return said === "" ? "It is no regular expression" : said.charAt(0).toUpperCase() + said.slice(1);
}

interface Lowered {
  readonly labels: readonly string[];
  readonly display: readonly string[];
}
const lowered = new WeakMap<object, Lowered>();

/** Lower-cased once for a vocabulary, so that each key pressed costs only the looking. */
function lower(texts: Texts): Lowered {
  const known = lowered.get(texts);
  if (known) return known;
  const display = texts.display.map((text) => text.toLowerCase());
  const labels = texts.labels?.map((text) => text.toLowerCase()) ?? display;
  const made = { labels, display };
  lowered.set(texts, made);
  return made;
}

/** Rows whose label, as logged or as shown, has the text in it, or whose id it is: exact hits first, then other cases, starts, the
 * rest; within each, in order of rows. O(R). */
export function findText(texts: Texts, text: string, matchCase = false): number[] {
  const ranked: number[][] = [[], [], [], [], []];
  const shown = texts.display;
  const named = texts.labels ?? shown;
  const low = lower(texts);
  const wanted = text.toLowerCase();
  const [inLabels, inDisplay] = matchCase ? [named, shown] : [low.labels, low.display];
  const sought = matchCase ? text : wanted;
  const id = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  for (let row = 0; row < shown.length; row++) {
    const label = inLabels[row] as string;
    const display = inDisplay[row] as string;
    const found = label.includes(sought) || display.includes(sought);
    if (texts.ids[row] === id && named[row] !== text) ranked[1]?.push(row);
    else if (found) ranked[rankOf(named[row] as string, shown[row] as string, label, display, text, sought)]?.push(row);
  }
  return ranked.flat();
}

function rankOf(label: string, shown: string, low: string, lowShown: string, text: string, sought: string): number {
  if (label === text || shown === text || label.trim() === text) return 0;
  if (low === sought || lowShown === sought || low.trim() === sought) return 2;
  return low.trimStart().startsWith(sought) || low.startsWith(sought) || lowShown.startsWith(sought) ? 3 : 4;
}

/** The longest beginning of the text that is found somewhere, with what it finds; null = not even its first character is. */
export function longestFound(texts: Texts, text: string, matchCase = false): { text: string; rows: number[] } | null {
  const characters = [...text];
  let [low, high] = [0, characters.length];
  let best: { text: string; rows: number[] } | null = null;
  // What a longer beginning finds, a shorter one finds too.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const tried = characters.slice(0, middle).join("");
    const rows = findText(texts, tried, matchCase);
    if (rows.length > 0) [low, best] = [middle, { text: tried, rows }];
    else high = middle;
  }
  return best;
}
