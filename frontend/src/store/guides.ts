/** Guided tours, as far as the page knows of them before one is begun: asked for, running, and where one was left. The rest comes later. */

import { batch, computed, signal } from "@preact/signals";
import { GUIDE_IDS, type GuideId } from "../tours/names";
import { runName } from "./runs";
import { openHelp } from "./settings";

const KEY = "paramviz.guides";
/** Runs whose tours are remembered; the one left longest ago goes first. */
const MOST_LEFT = 40;

/** The list of tours is wanted. */
export const guidesOpen = signal(false);
/** A tour that is to be begun as soon as its run is here: by a link, or from the list. */
export const guideWanted = signal<GuideId | null>(null);
/** The one that is on screen. */
export const guideRunning = signal<GuideId | null>(null);

/** Where a tour of a run was left. */
export interface Left {
  readonly run: string;
  readonly guide: GuideId;
  /** Of its card. */
  readonly key: string;
  /** Cards before it, and all: as they were counted then. */
  readonly before: number;
  readonly of: number;
}

interface Memory {
  readonly left: readonly Left[];
  readonly hint: boolean;
}

const memory = signal<Memory>(recalled());

/** Whoever has seen a tour, or doesn't want to, isn't told again that there are any. */
export const hintWanted = computed(() => memory.value.hint && guideRunning.value === null);
/** Of the run on screen. */
export const leftHere = computed(() => memory.value.left.filter((one) => one.run === runName.value));

export function openGuides(open: boolean): void {
  batch(() => {
    guidesOpen.value = open;
    if (open) openHelp(false);
  });
}

export function wantGuide(id: GuideId | null): void {
  guideWanted.value = id;
}

/** From a link; anything that is no tour is passed over. */
export function guideFrom(text: string): GuideId | null {
  return GUIDE_IDS.find((id) => id === text) ?? null;
}

export function endHint(): void {
  if (memory.peek().hint) keep({ ...memory.peek(), hint: false });
}

/** null: it was seen to its end. */
export function rememberLeft(run: string, guide: GuideId, place: Omit<Left, "run" | "guide"> | null): void {
  const others = memory.peek().left.filter((one) => one.run !== run || one.guide !== guide);
  const left = place ? [{ run, guide, ...place }, ...others] : others;
  keep({ left: left.slice(0, MOST_LEFT), hint: false });
}

function keep(next: Memory): void {
  memory.value = next;
  try {
    window.localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // storage is off: they last as long as the page
  }
}

function recalled(): Memory {
  const nothing = { left: [], hint: true };
  try {
    const found = JSON.parse(window.localStorage.getItem(KEY) ?? "null") as Partial<Memory> | null;
    if (!found || !Array.isArray(found.left)) return nothing;
    return { left: found.left.filter(isLeft).slice(0, MOST_LEFT), hint: found.hint !== false };
  } catch {
    return nothing;
  }
}

function isLeft(value: unknown): value is Left {
  const one = value as Partial<Left> | null;
  return (
    typeof one?.run === "string" &&
    typeof one.key === "string" &&
    GUIDE_IDS.includes(one.guide as GuideId) &&
    Number.isInteger(one.before) &&
    Number.isInteger(one.of)
  );
}
