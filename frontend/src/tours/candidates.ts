/** Groups of rows that the page can name without having looked at where they lie. Pure. */

import type { Table } from "./facts";

/** Two groups of rows, and what each is called in the middle of a sentence. */
export interface Candidate {
  readonly first: string;
  readonly second: string;
  /** [R]: 1 = the first group, 2 = the second, 0 = neither. */
  readonly sides: Uint8Array;
  /** Found by where they lie: that they stand apart is no news. */
  readonly byPlace?: boolean;
}

/** Fewer rows tell of themselves and of no group. */
export const FEWEST = 4;

/** All that this table's labels, ids and counts allow; those by place last. */
export function candidatesOf(table: Table): Candidate[] {
  const named = table.isPosition ? byPosition(table) : [...byClass(table), ...byNumber(table), ...byCount(table)];
  return [...named, ...byCluster(table)].filter(
    ({ sides }) => sizeOf(sides, 1) >= FEWEST && sizeOf(sides, 2) >= FEWEST,
  );
}

export const rowsOf = (sides: Uint8Array, side: 1 | 2): number[] =>
  [...sides.keys()].filter((row) => sides[row] === side);

function sizeOf(sides: Uint8Array, side: 1 | 2): number {
  let count = 0;
  for (const one of sides) if (one === side) count++;
  return count;
}

type Side = (row: number) => 0 | 1 | 2;

function made(table: Table, first: string, second: string, side: Side): Candidate {
  return { first, second, sides: Uint8Array.from({ length: table.rows }, (_, row) => side(row)) };
}

/** Places of the classes in both lists of `token_classes`. */
const [VOWEL, CONSONANT, UPPER, PUNCTUATION, SPACE, DIGIT, OTHER] = [0, 1, 2, 3, 4, 5, 7];
const LETTERS = [VOWEL, CONSONANT, UPPER];

function byClass(table: Table): Candidate[] {
  if (table.labels === null || table.classes.length < OTHER) return [];
  const of = (row: number) => table.classOf[row] as number;
  const between = (first: string, second: string, mine: readonly number[], theirs: readonly number[]) =>
    made(table, first, second, (row) => (mine.includes(of(row)) ? 1 : theirs.includes(of(row)) ? 2 : 0));
  const signs = [PUNCTUATION, SPACE, DIGIT];
  if (table.classes[VOWEL]?.name === "lower-case vowel") {
    return [
      between("lower-case vowels", "consonants", [VOWEL], [CONSONANT]),
      between("upper-case letters", "lower-case letters", [UPPER], [VOWEL, CONSONANT]),
      between("letters", "signs, digits and spaces", LETTERS, signs),
      between("digits", "letters", [DIGIT], LETTERS),
    ];
  }
  return [
    between("pieces that begin a word", "pieces that continue one", [VOWEL], [CONSONANT]),
    between("capitalized pieces", "pieces in lower case", [UPPER], [VOWEL, CONSONANT]),
    between("punctuation", "words", [PUNCTUATION, SPACE], LETTERS),
    between("numbers", "words", [DIGIT], LETTERS),
  ];
}

/** Labels that are whole numbers, as of a model that calculates. */
function byNumber(table: Table): Candidate[] {
  const values = (table.labels ?? []).map((label) => (/^\d+$/.test(label.trim()) ? Number(label) : Number.NaN));
  const known = values.filter((value) => !Number.isNaN(value)).sort((one, other) => one - other);
  if (known.length < 2 * FEWEST || known.length < values.length / 2) return [];
  const middle = known[known.length >> 1] as number;
  const value = (row: number) => values[row] as number;
  return [
    made(table, "even numbers", "odd numbers", (row) => (Number.isNaN(value(row)) ? 0 : value(row) % 2 === 0 ? 1 : 2)),
    made(table, `numbers below ${middle}`, `numbers from ${middle} on`, (row) =>
      Number.isNaN(value(row)) ? 0 : value(row) < middle ? 1 : 2,
    ),
  ];
}

function byCount(table: Table): Candidate[] {
  const { counts } = table;
  if (!counts) return [];
  const known = Array.from(counts)
    .filter(Number.isFinite)
    .sort((one, other) => one - other);
  const middle = known[known.length >> 1];
  if (middle === undefined || known[0] === known.at(-1)) return [];
  const side: Side = (row) => (Number.isFinite(counts[row]) ? ((counts[row] as number) >= middle ? 1 : 2) : 0);
  return [made(table, "the more frequent half of the tokens", "the rarer half", side)];
}

function byPosition(table: Table): Candidate[] {
  const middle = table.whole / 2;
  return [
    made(table, "the first half of the positions", "the second half", (row) =>
      (table.ids[row] as number) < middle ? 1 : 2,
    ),
  ];
}

/** Each of the server's groups against all others. */
function byCluster(table: Table): Candidate[] {
  const { clusters } = table;
  if (!clusters) return [];
  const count = Math.max(-1, ...Array.from(clusters)) + 1;
  return Array.from({ length: count }, (_, cluster) => ({
    ...made(table, `group ${cluster + 1}`, "all other rows", (row) =>
      (clusters[row] as number) < 0 ? 0 : clusters[row] === cluster ? 1 : 2,
    ),
    byPlace: true,
  }));
}
