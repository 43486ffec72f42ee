/** The labels and classes of several embeddings in one picture. Pure. */

import type { Embedding } from "../wire.gen";
import { type Vocabulary, vocabulary } from "../words/tokens";

export interface NamedRows {
  readonly embedding: Embedding;
  readonly rows: number;
  readonly ids: readonly number[];
}

/** As `vocabulary` has it for one embedding. In a picture of several, rows without labels are a class of their own and
 * say what they are: position 7 is no digit. */
export function joinedVocabulary(parts: readonly NamedRows[]): Vocabulary {
  const own = parts.map(({ embedding, ids }) => vocabulary(embedding.labels, ids));
  if (own.length === 1) return own[0] as Vocabulary;
  const classes = own.flatMap((words, i) => (parts[i]?.embedding.labels ? words.classes : [classOf(parts[i])]));
  const indices = new Uint8Array(parts.reduce((sum, part) => sum + part.rows, 0));
  let [row, before] = [0, 0];
  for (const [i, words] of own.entries()) {
    for (const index of words.classOf) indices[row++] = before + index;
    before += parts[i]?.embedding.labels ? words.classes.length : 1;
  }
  const display = own.flatMap((words, i) =>
    parts[i]?.embedding.labels ? words.display : words.display.map((id) => `${shortName(parts[i])}${id}`),
  );
  return { ...(own[0] as Vocabulary), classes, classOf: indices, display };
}

const isPosition = (part: NamedRows | undefined) => part?.embedding.role === "position_embedding";
const shortName = (part: NamedRows | undefined) => (isPosition(part) ? "pos" : "id");

/** Vermilion for positions: no class of letters or of word pieces that fill a picture has it. */
const classOf = (part: NamedRows | undefined) =>
  isPosition(part) ? { name: "position", short: "position", color: 6 } : { name: "token", short: "token", color: 1 };

/** Rows of each part that has an order, in that order: positions, by their ids. */
export function coursesOf(
  parts: readonly { readonly embedding: Embedding; readonly first: number; readonly rows: number }[],
  ids: readonly number[],
): (readonly number[])[] {
  return parts
    .filter((part) => part.embedding.role === "position_embedding" && part.rows > 1)
    .map((part) =>
      Array.from({ length: part.rows }, (_, i) => part.first + i).sort(
        (one, other) => (ids[one] as number) - (ids[other] as number),
      ),
    );
}
