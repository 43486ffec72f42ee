/** What a token label looks like on screen and which class it belongs to. Pure. */

import type { Rgb, Theme } from "./scene/types";

export interface TokenClass {
  readonly name: string;
  /** Where there is little room. */
  readonly short: string;
  /** Index into the class colours. */
  readonly color: number;
}

const GREY = 7;

/** [dark, light, light as text]: distinguishable for colour-blind readers, at least 3:1 on the canvas. */
const CLASS_COLORS: readonly (readonly [string, string, string])[] = [
  ["#2FC39A", "#008A66", "#00795A"],
  ["#62BDF2", "#0A76B8", "#0A6AA3"],
  ["#F0A92B", "#D98A00", "#8A5600"],
  ["#DD8FBB", "#B9588E", "#A23F78"],
  ["#F5EC6A", "#A39100", "#6B5E00"],
  ["#B9A2F0", "#7A55C7", "#6A45B5"],
  ["#FF9A7A", "#C4532B", "#A8431F"],
  ["#A3A8B0", "#6D737C", "#5C626B"],
];

const CHARACTER_CLASSES: readonly TokenClass[] = [
  { name: "lower-case vowel", short: "vowel", color: 0 },
  { name: "consonant", short: "consonant", color: 1 },
  { name: "upper case", short: "upper case", color: 2 },
  { name: "punctuation, digit", short: "punctuation", color: 3 },
  { name: "whitespace", short: "space", color: 4 },
  { name: "other", short: "other", color: GREY },
];

const PIECE_CLASSES: readonly TokenClass[] = [
  { name: "word start", short: "word start", color: 0 },
  { name: "continuation", short: "continuation", color: 1 },
  { name: "capitalized", short: "capitalized", color: 2 },
  { name: "punctuation", short: "punctuation", color: 3 },
  { name: "whitespace", short: "space", color: 4 },
  { name: "digits", short: "digits", color: 5 },
  { name: "special", short: "special", color: 6 },
  { name: "other", short: "other", color: GREY },
];

const UNNAMED: readonly TokenClass[] = [{ name: "token", short: "token", color: 1 }];

export function classColor(tokenClass: TokenClass, theme: Theme): string {
  const colors = CLASS_COLORS[tokenClass.color] ?? (CLASS_COLORS[GREY] as (typeof CLASS_COLORS)[number]);
  return theme === "dark" ? colors[0] : colors[1];
}

export function classTextColor(tokenClass: TokenClass, theme: Theme): string {
  const colors = CLASS_COLORS[tokenClass.color] ?? (CLASS_COLORS[GREY] as (typeof CLASS_COLORS)[number]);
  return theme === "dark" ? colors[0] : colors[2];
}

export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

const VISIBLE: Record<string, string> = { " ": "␣", Ġ: "␣", "▁": "␣", "\n": "↵", Ċ: "↵", "\t": "⇥", ĉ: "⇥", "\r": "␍" };
const LONGEST = 18;

/** The label to draw: space ␣, newline ↵, tab ⇥, other control characters as a code; long pieces are cut. */
export function displayLabel(label: string): string {
  let text = "";
  for (const character of label) {
    const code = character.codePointAt(0) ?? 0;
    text += VISIBLE[character] ?? (code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, "0")}` : character);
  }
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join("")}…` : text;
}

export interface Vocabulary {
  readonly classes: readonly TokenClass[];
  /** Index into `classes` per row. */
  readonly classOf: Uint8Array;
  readonly display: readonly string[];
}

/** Classes and display labels of a sample. labels null = unnamed rows, shown by their ids. */
export function vocabulary(labels: readonly string[] | null, ids: readonly number[]): Vocabulary {
  if (!labels) return { classes: UNNAMED, classOf: new Uint8Array(ids.length), display: ids.map(String) };
  const display = labels.map(displayLabel);
  const characters = labels.filter((label) => [...label].length <= 1).length;
  if (characters >= labels.length * 0.9) {
    return { classes: CHARACTER_CLASSES, classOf: Uint8Array.from(labels, characterClass), display };
  }
  const wordPieces = labels.some((label) => /^##./.test(label));
  const starts = labels.some((label) => /^[ Ġ▁]./.test(label));
  const classOf = Uint8Array.from(labels, (label) => pieceClass(label, wordPieces || !starts));
  return { classes: PIECE_CLASSES, classOf, display };
}

function characterClass(label: string): number {
  if (/^\s+$/u.test(label)) return 4;
  if (/^[aeiouäöüáàâéèêíìîóòôúùû]$/u.test(label)) return 0;
  if (/^\p{Lu}$/u.test(label)) return 2;
  if (/^\p{Ll}$/u.test(label)) return 1;
  if (/^[\p{P}\p{S}\p{N}]$/u.test(label)) return 3;
  return 5;
}

/** startIsBare: a word's first piece has no mark (WordPiece); otherwise it begins with a space or a sign for one. */
function pieceClass(label: string, startIsBare: boolean): number {
  if (/^(<\|.*\|>|<[^<>\s]{1,24}>|\[[A-Z]{2,8}\d*\])$/.test(label)) return 6;
  if (/^[\sĠĊĉ▁]+$/u.test(label)) return 4;
  const continues = startIsBare ? /^##/.test(label) : !/^[\sĠ▁]/u.test(label);
  const text = label.replace(/^([\sĠ▁]+|##)/u, "");
  if (/^\p{N}+$/u.test(text)) return 5;
  if (/^[\p{P}\p{S}]+$/u.test(text)) return 3;
  if (/^\p{Lu}/u.test(text)) return 2;
  if (/^[\p{L}\p{M}'’]+$/u.test(text)) return continues ? 1 : 0;
  return 7;
}

/** Rows whose label or id fits the query: exact hits first, then starts, then contains; at most `limit`. */
export function search(
  query: string,
  labels: readonly string[] | null,
  display: readonly string[],
  ids: readonly number[],
  limit = 200,
): number[] {
  if (query === "") return [];
  const wanted = query.toLowerCase();
  const ranked: [number, number][] = [];
  for (let row = 0; row < ids.length; row++) {
    const label = labels?.[row] ?? "";
    const shown = display[row] ?? "";
    const texts = [label, label.trim(), shown];
    let rank = Number.POSITIVE_INFINITY;
    if (texts.includes(query)) rank = 0;
    else if (String(ids[row]) === query) rank = 1;
    else if (texts.some((text) => text.toLowerCase() === wanted)) rank = 2;
    else if (texts.some((text) => text.toLowerCase().startsWith(wanted))) rank = 3;
    else if (texts.some((text) => text.toLowerCase().includes(wanted))) rank = 4;
    if (rank < 5) ranked.push([rank, row]);
  }
  ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return ranked.slice(0, limit).map(([, row]) => row);
}
