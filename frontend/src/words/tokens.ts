/** What a token label looks like on screen and which class it belongs to. Pure. */

import type { Rgb, Theme } from "../scene/types";
import { readable, spellingOf } from "./byte_labels";
import {
  CHARACTER_CLASSES,
  characterClass,
  GREY,
  PIECE_CLASSES,
  pieceClassifier,
  type TokenClass,
} from "./token_classes";

export type { TokenClass };

/** [dark, light, light as text]: at least 3:1 on the canvas and 10 apart (CIEDE2000) for every kind of colour vision. */
const CLASS_COLORS: readonly (readonly [string, string, string])[] = [
  ["#17B989", "#00835C", "#00795A"],
  ["#79CCFF", "#0379D1", "#0A6AA3"],
  ["#ECA728", "#CC7B07", "#8A5600"],
  ["#D28EC0", "#BA5798", "#A23F78"],
  ["#F6EC6B", "#756D00", "#6B5E00"],
  ["#987EF5", "#593AAF", "#593AAF"],
  ["#ED6742", "#882C19", "#882C19"],
  ["#959598", "#6A6D72", "#5C626B"],
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
/** Control and format characters, halves of a pair, what no font has; not the joiner that emoji are made with. */
const UNSEEN = /(?!\u200d)\p{C}/u;

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** The label to draw: space ␣, newline ↵, tab ⇥, signs that nothing is seen of as their codes; long pieces are cut. */
export function displayLabel(label: string): string {
  let text = "";
  for (const character of label) text += VISIBLE[character] ?? (UNSEEN.test(character) ? codeOf(character) : character);
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
  if (!labels) {
    return { classes: UNNAMED, classOf: new Uint8Array(ids.length), display: ids.map(String) };
  }
  const characters = labels.filter((label) => [...label].length <= 1).length;
  if (characters >= labels.length * 0.9) {
    return {
      classes: CHARACTER_CLASSES,
      classOf: Uint8Array.from(labels, characterClass),
      display: labels.map(displayLabel),
    };
  }
  const spelling = spellingOf(labels);
  return {
    classes: PIECE_CLASSES,
    classOf: Uint8Array.from(labels, pieceClassifier(labels, spelling)),
    display: labels.map((label) => displayLabel(readable(label, spelling))),
  };
}
