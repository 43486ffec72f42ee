/** Which class a token belongs to, by the vocabulary it comes from. Pure. */

import { type Spelling, textOf } from "./byte_labels";

export interface TokenClass {
  readonly name: string;
  /** Where there is little room. */
  readonly short: string;
  /** Index into the class colours. */
  readonly color: number;
}

/** What is left when the colours have run out. */
export const GREY = 7;

export const CHARACTER_CLASSES: readonly TokenClass[] = [
  { name: "lower-case vowel", short: "vowel", color: 0 },
  { name: "consonant", short: "consonant", color: 1 },
  { name: "upper case", short: "upper case", color: 2 },
  { name: "punctuation", short: "punctuation", color: 3 },
  { name: "whitespace", short: "space", color: 4 },
  { name: "digit", short: "digit", color: 5 },
  { name: "special", short: "special", color: 6 },
  { name: "byte, other", short: "byte, other", color: GREY },
];

export const PIECE_CLASSES: readonly TokenClass[] = [
  { name: "word start", short: "word start", color: 0 },
  { name: "continuation", short: "continuation", color: 1 },
  { name: "capitalized", short: "capitalized", color: 2 },
  { name: "punctuation", short: "punctuation", color: 3 },
  { name: "whitespace", short: "space", color: 4 },
  { name: "digits", short: "digits", color: 5 },
  { name: "special", short: "special", color: 6 },
  { name: "byte, other", short: "byte, other", color: GREY },
];

/** Places in both lists. */
const [VOWEL, CONSONANT, UPPER, PUNCTUATION, SPACE, DIGIT, SPECIAL, OTHER] = [0, 1, 2, 3, 4, 5, 6, 7];
const [START, CONTINUATION] = [VOWEL, CONSONANT];

/** `<|endoftext|>`, `</s>`, `[CLS]`, `[unused12]`, `<extra_id_3>`; not `<0x0A>`. An id without a text is none of the language either. */
const NAMED = /^(?:<\|[^|]*\|>|<\/?[^<>\s\d][^<>\s]{0,30}>|\[\/?(?:[A-Z]{2,12}|unused)_?\d*\])$/;
const special = (label: string) => label === "" || NAMED.test(label);

export function characterClass(label: string): number {
  if (special(label)) return SPECIAL;
  const text = textOf(label, "text");
  if (text === null) return OTHER;
  if (/^\s+$/u.test(text)) return SPACE;
  if (/^[aeiouäöüáàâéèêíìîóòôúùû]$/u.test(text)) return VOWEL;
  if (/^\p{Lu}$/u.test(text)) return UPPER;
  if (/^\p{Ll}$/u.test(text)) return CONSONANT;
  if (/^\p{N}$/u.test(text)) return DIGIT;
  if (/^[\p{P}\p{S}]+$/u.test(text)) return PUNCTUATION;
  return OTHER;
}

/** Of a vocabulary of pieces, a function of the label. A word's first piece begins with a space or a sign for one; in WordPiece it is
 * bare and the others begin with ##. */
export function pieceClassifier(labels: readonly string[], spelling: Spelling): (label: string) => number {
  const startIsBare =
    labels.some((label) => /^##./.test(label)) || !labels.some((label) => /^(?:b['"])?[ Ġ▁]./.test(label));
  return (label) => {
    if (special(label)) return SPECIAL;
    const text = textOf(label, spelling);
    if (text === null) return OTHER;
    if (special(text)) return SPECIAL;
    if (/^[\sĠĊĉ▁]+$/u.test(text)) return SPACE;
    const continues = startIsBare ? /^##/.test(text) : !/^[\sĠ▁]/u.test(text);
    const word = text.replace(/^(?:[\sĠ▁]+|##(?=.))/u, "");
    if (/^[\p{P}\p{S}\p{M}\u200d]+$/u.test(word)) return PUNCTUATION;
    if (/^[\p{N}\p{P}\p{S}]+$/u.test(word)) return DIGIT;
    const letter = /\p{L}/u.exec(word)?.[0];
    if (letter === undefined) return OTHER;
    if (/\p{Lu}/u.test(letter)) return UPPER;
    return continues ? CONTINUATION : START;
  };
}
