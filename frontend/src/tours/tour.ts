/** What a guided tour is: cards, each with what it says of the run and what is to be seen meanwhile. Pure. */

import type { Finding } from "../wire.gen";
import type { GuideId } from "./names";

/** Rows of the embedding on screen that are ringed, and what they are called. */
export interface Ringed {
  readonly name: string;
  readonly rows: readonly number[];
}

/** From where the cloud is looked at; degrees. */
export interface Angles {
  readonly azimuth: number;
  readonly elevation: number;
}

/** What the page is made to show; what is absent stays as it is. */
export interface Show {
  readonly view?: "embeddings" | "layers" | "heat";
  readonly embedding?: string;
  readonly step?: number;
  /** The cursor moves from here to `step`. */
  readonly from?: number;
  readonly select?: number | null;
  /** At most two. */
  readonly groups?: readonly Ringed[];
  readonly camera?: Angles | "fit";
  readonly stat?: string;
  readonly layer?: string | null;
  readonly finding?: Finding;
  /** What stands in full in the inspector is to be read: on a phone its sheet opens. */
  readonly details?: boolean;
}

export interface Card {
  /** Stays the same while the run grows. */
  readonly key: string;
  readonly title: string;
  /** A paragraph each. */
  readonly text: readonly string[];
  /** What is lit: the first of these that is on screen. */
  readonly at: string;
  readonly show: Show;
}

/** A card that can't be had, and why: "The gradient norms did not come." */
export interface LeftOut {
  readonly key: string;
  readonly leftOut: string;
}

export interface Guide {
  readonly id: GuideId;
  readonly title: string;
  /** What it will show of this run. */
  readonly about: string;
  readonly cards: readonly (Card | LeftOut)[];
}

export const isCard = (one: Card | LeftOut): one is Card => !("leftOut" in one);

/** Reading takes about as long: four words a second and a look at each card. */
const WORDS_PER_SEC = 4;
const LOOK_SECS = 2;

/** How long it takes, in seconds: all words, and a look at each card while what it tells of moves. */
export function readingSecs(cards: readonly (Card | LeftOut)[]): number {
  const shown = cards.filter(isCard);
  const words = shown.reduce((sum, card) => sum + [card.title, ...card.text].join(" ").split(/\s+/).length, 0);
  return words / WORDS_PER_SEC + shown.length * LOOK_SECS;
}

/** The same as it is told, to the next ten. */
export const secsOf = (cards: readonly (Card | LeftOut)[]): number =>
  Math.max(10, Math.round(readingSecs(cards) / 10) * 10);

/** What is lit where; several are tried in turn. */
export const PLACES = {
  cloud: '[data-view="embeddings"]',
  layers: '[data-view="layers"]',
  heat: '[data-view="heat"]',
  time: ".dock",
  verdict: ".verdict, .dock",
  inspector: ".inspector, .sheet",
  chart: '[aria-label="Evidence"], .inspector, .sheet',
  views: ".view-switch",
} as const;

export const quoted = (name: string) => `“${name}”`;

/** "a, b and c", at most `most` of them. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
