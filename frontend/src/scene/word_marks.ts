/** Which word a stamp shows: a picture made of lines writes it, where the screen copies its px. */

import type { Stamp } from "./stamps";

export interface Word {
  readonly stamp: Stamp;
  readonly text: string;
  /** As a canvas has it. */
  readonly font: string;
  /** Of the letters alone, and their baseline below the box's upper edge; CSS px. */
  readonly width: number;
  readonly baseline: number;
  readonly color: string;
  readonly halo: { readonly color: string; readonly width: number } | null;
  readonly pill: { readonly color: string; readonly corner: number } | null;
}

const words = new WeakMap<object, Word>();

export function noteWord(word: Word): Stamp {
  words.set(word.stamp.image, word);
  return word.stamp;
}

export const wordOf = (image: object): Word | undefined => words.get(image);
