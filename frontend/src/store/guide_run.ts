/** A guided tour on its way: from card to card, waiting for what each tells of, and back to where the person was. */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type { GuideId } from "../tours/names";
import { guidesOf, WHY_NOT } from "../tours/offers";
import { type Card, type Guide, isCard, secsOf } from "../tours/tour";
import { chooseRows } from "./chosen";
import { gather } from "./guide_facts";
import { type Held, hold, restore } from "./guide_held";
import { ring } from "./guide_marks";
import { moveTime, showCard } from "./guide_show";
import { endHint, guideRunning, guideWanted, leftHere, openGuides, rememberLeft, wantGuide } from "./guides";
import { pause } from "./playback";
import { model, run, runName } from "./runs";
import { openFilters, openHelp, openSettings } from "./settings";
import { snapshots } from "./timeline";

/** Tours that apply to the run, as it was when it was looked at. */
interface Offers {
  readonly key: string;
  readonly run: string;
  readonly guides: readonly Guide[];
}

const known = signal<Offers | null>(null);
/** null = the run is still being looked at. */
export const offers = computed(() => (known.value?.run === runName.value ? known.value.guides : null));
/** What stands in the way of looking at it. */
export const guideProblem = signal<string | null>(null);
/** Why the tour that was asked for isn't among the offers. */
export const notOffered = signal<string | null>(null);

export interface Running {
  readonly guide: Guide;
  readonly run: string;
  /** Place among all cards. */
  readonly at: number;
  readonly card: Card;
  /** What the card tells of is on screen. */
  readonly ready: boolean;
  /** Why cards just before this one are missing. */
  readonly leftOut: readonly string[];
}

export const running = signal<Running | null>(null);

let held: Held | null = null;
let looking: AbortController | null = null;
let trip: AbortController | null = null;

/** Looks at the run, unless it is as it was at the last look. */
export async function lookAtRun(): Promise<readonly Guide[] | null> {
  const info = run.peek();
  const record = model.peek();
  if (!info || record?.run !== info.run) return null;
  const key = `${info.run} ${info.generation} ${info.snapshots} ${record.session_id}`;
  if (known.peek()?.key === key) return known.peek()?.guides ?? null;
  looking?.abort();
  const mine = new AbortController();
  looking = mine;
  guideProblem.value = null;
  try {
    const { facts, found } = await gather(info, record, mine.signal);
    const guides = guidesOf(facts, found);
    // What did not come may come the next time.
    known.value = { key: facts.missing.size > 0 ? "" : key, run: info.run, guides };
    return guides;
  } catch (error) {
    if (mine.signal.aborted) return null;
    console.warn(error);
    guideProblem.value = error instanceof Error ? error.message : String(error);
    return null;
  }
}

/** Begins a tour, or goes on where it was left. */
export async function startGuide(id: GuideId): Promise<void> {
  const guides = await lookAtRun();
  const guide = guides?.find((one) => one.id === id);
  if (!guide || !run.peek()) {
    // What didn't come isn't told from what isn't there.
    const whole = known.peek()?.key !== "";
    notOffered.value = guides && whole ? WHY_NOT[id] : null;
    if (guides && !whole) guideProblem.value = "Not all that this tour needs came from the server.";
    openGuides(true);
    return;
  }
  const left = leftHere.peek().find((one) => one.guide === id);
  const place = left ? guide.cards.findIndex((card) => card.key === left.key) : 0;
  begin(guide, Math.max(0, place));
}

/** From its first card, wherever it was left. */
export async function startAnew(id: GuideId): Promise<void> {
  const name = runName.peek();
  if (name !== null) rememberLeft(name, id, null);
  await startGuide(id);
}

export function closeOffers(): void {
  notOffered.value = null;
  openGuides(false);
}

function begin(guide: Guide, at: number): void {
  held ??= hold();
  batch(() => {
    notOffered.value = null;
    pause();
    openGuides(false);
    openHelp(false);
    openSettings(false);
    openFilters(false);
    endHint();
    guideRunning.value = guide.id;
  });
  void goTo(guide, at, 1, []);
}

async function goTo(guide: Guide, at: number, direction: 1 | -1, leftOut: readonly string[]): Promise<void> {
  trip?.abort();
  const mine = new AbortController();
  trip = mine;
  const name = runName.peek() as string;
  const said = [...leftOut];
  for (let place = at; place >= 0; place += direction) {
    const card = guide.cards[place];
    if (!card) break;
    if (!isCard(card)) {
      said.push(card.leftOut);
      continue;
    }
    running.value = { guide, run: name, at: place, card, ready: false, leftOut: [...said] };
    const failed = await showCard(card, mine.signal);
    if (mine.signal.aborted) return;
    if (failed !== null) {
      said.push(`“${card.title}” is left out: ${failed.charAt(0).toLowerCase()}${failed.slice(1)}.`);
      continue;
    }
    running.value = { guide, run: name, at: place, card, ready: true, leftOut: [...said] };
    remember(guide, place);
    await moveTime(card.show, mine.signal);
    return;
  }
  // Before the first card that can be had, or behind the last.
  if (direction === -1) void goTo(guide, at + 1, 1, said);
  else void leaveGuide(false);
}

function remember(guide: Guide, place: number): void {
  const name = runName.peek();
  const cards = guide.cards.filter(isCard);
  const card = guide.cards[place];
  if (name === null || !card) return;
  const before = cards.findIndex((one) => one.key === card.key);
  const whole = before === 0 || before === cards.length - 1;
  // Nobody goes on from the first card or the last.
  rememberLeft(name, guide.id, whole ? null : { key: card.key, before, of: cards.length });
}

const near = (direction: 1 | -1): number | null => {
  const now = running.peek();
  if (!now) return null;
  for (let place = now.at + direction; now.guide.cards[place]; place += direction)
    if (isCard(now.guide.cards[place] as Card)) return place;
  return null;
};

export const isLast = computed(() => running.value !== null && near(1) === null);
export const isFirst = computed(() => running.value !== null && near(-1) === null);

/** "2 of 5", of the cards that can be had. */
export const placeSaid = computed(() => {
  const now = running.value;
  if (!now) return "";
  const cards = now.guide.cards.filter(isCard);
  return `${cards.findIndex((one) => one.key === now.card.key) + 1} of ${cards.length}`;
});

/** Step of the snapshot that stands for the one a card tells of; null = they are the same. */
export const standsFor = computed<number | null>(() => {
  const wanted = running.value?.card.show.step;
  const set = snapshots.value;
  if (wanted === undefined || !set) return null;
  const shown = set.knownStep(set.nearest(wanted));
  return Number.isNaN(shown) || shown === wanted ? null : shown;
});

export function nextCard(): void {
  const now = running.peek();
  if (!now) return;
  if (near(1) === null) void leaveGuide(true);
  else void goTo(now.guide, now.at + 1, 1, []);
}

export function lastCard(): void {
  const now = running.peek();
  if (now && near(-1) !== null) void goTo(now.guide, now.at - 1, -1, []);
}

/** back: to what was on screen before; else what the tour shows stays. */
export async function leaveGuide(back: boolean): Promise<void> {
  const now = running.peek();
  const before = held;
  trip?.abort();
  held = trip = null;
  batch(() => {
    running.value = null;
    guideRunning.value = null;
    ring(null);
    // The first group stays chosen where the tour's rings go.
    const [group] = now?.card.show.groups ?? [];
    if (!back && group) chooseRows(group.rows);
  });
  if (back && before) await restore(before);
}

export const lengthOf = (guide: Guide): string => {
  const cards = guide.cards.filter(isCard).length;
  return `${cards} steps, about ${secsOf(guide.cards)} s`;
};

/** Begins what a link or the list asked for once its run is here; a tour ends where another run is looked at. */
export function followGuides(): () => void {
  return effect(() => {
    const name = runName.value;
    const now = running.value;
    if (now && now.run !== name) untracked(() => void leaveGuide(false));
    const id = guideWanted.value;
    const ready = model.value?.run === name && run.value !== null && (snapshots.value?.loaded ?? 0) > 0;
    if (id === null || !ready) return;
    untracked(() => {
      wantGuide(null);
      void startGuide(id);
    });
  });
}
