/** The grand tour on screen: lets the directions drawn wander, on its own clock and not on that of the run. */

import { computed, effect, signal } from "@preact/signals";
import { wholePercent } from "../format";
import { firstThree, GrandTour, heaviest, sharesAlong } from "../time/tour_math";
import { reducedMotion } from "./settings";
import { cloud, easeFromHere, morph, setFrame, still } from "./timeline";
import { embeddingsSeen } from "./view";

/** Radians a second at 1×: a quarter turn in six. */
const PACE = 0.26;
const SEED = 1985;
/** The axes' names are read, not watched. */
const NAMES_MS = 250;

/** The person lets it wander; it does where motion is wanted at all. */
export const wandering = signal(true);
export const tourSpeed = signal(1);
/** The cloud on screen has more directions than are drawn. */
export const touring = computed(() => (cloud.value?.set.width ?? 0) > 3 && still.value === null);
export const tourNames = signal<readonly [string, string, string] | null>(null);

let tour: GrandTour | null = null;

export const toggleWandering = () => {
  wandering.value = !wandering.value;
};
export const setTourSpeed = (value: number) => {
  tourSpeed.value = value;
};

/** On to where it is heading, at once: eased in where motion is wanted. */
export function nextView(): void {
  if (!tour || !touring.peek()) return;
  if (!reducedMotion.peek()) easeFromHere();
  tour.next();
  setFrame(tour.frame);
  tellNames();
}

/** Starts; returns what stops it. */
export function followTour(): () => void {
  let request = 0;
  let clock = 0;
  let named = 0;
  const tick = (now: number) => {
    request = 0;
    if (!tour) return;
    tour.advance(Math.min(0.1, Math.max(0, (now - clock) / 1000)) * PACE * tourSpeed.peek());
    clock = now;
    if (now - named >= NAMES_MS) {
      named = now;
      tellNames();
    }
    request = requestAnimationFrame(tick);
    setFrame(tour.frame);
  };
  const stops = [
    effect(() => {
      const dims = cloud.value?.set.width ?? 3;
      if (dims <= 3) {
        tour = null;
        tourNames.value = null;
        return;
      }
      // Another basis of as many dimensions goes on where the last one was.
      if (tour?.dims !== dims) {
        tour = new GrandTour(dims, SEED);
        setFrame(firstThree(dims));
      }
      tellNames();
    }),
    effect(() => {
      const goes =
        touring.value && wandering.value && embeddingsSeen.value && !reducedMotion.value && morph.value === null;
      cancelAnimationFrame(request);
      request = 0;
      if (!goes) {
        tellNames();
        return;
      }
      clock = performance.now();
      request = requestAnimationFrame(tick);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    cancelAnimationFrame(request);
  };
}

function tellNames(): void {
  const basis = cloud.peek()?.basis;
  const frame = tour?.frame;
  if (!basis || !frame) return;
  const shares = sharesAlong(frame, basis.variance_ratios);
  const name = basis.aligned ? "Axis" : "PC";
  const names = [0, 1, 2].map((axis) => {
    return `${name} ${heaviest(frame, axis).join(" + ")} · ${wholePercent(shares[axis])}`;
  }) as [string, string, string];
  if (names.some((text, axis) => text !== tourNames.peek()?.[axis])) tourNames.value = names;
}
