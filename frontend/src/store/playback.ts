/** Moves the time cursor: playing, stepping, scrubbing, and following a run that is still growing. */

import { batch, computed, signal } from "@preact/signals";
import { advance } from "../time/playback_math";
import { loop, pace, reducedMotion, showing, speed } from "./settings";
import { cursorStep, ordinal, place, setPlace, snapshots, total } from "./timeline";

export const playing = signal(false);
/** The cursor stands on the newest snapshot and moves on with it. */
export const following = signal(false);
/** The part of the run that a loop repeats, as steps; null = all of it. A part without an end is still being marked. */
export const loopPart = signal<{ readonly first: number; readonly last: number | null } | null>(null);
export const atEnd = computed(() => total.value > 0 && ordinal.value >= total.value - 1);

const STEP_MS = 160;
/** To a snapshot that has just come: long enough for the eye to follow, short enough to be on time. */
const GROWTH_MS = 64;
/** How far ahead snapshots are worth having while playing. */
const AHEAD_SECS = 1.5;

let request = 0;
let clock = 0;
let played = 0;
let glide: { from: number; to: number; startedAt: number; lasts: number } | null = null;

export function play(): void {
  if (total.peek() < 2) return;
  batch(() => {
    glide = null;
    following.value = false;
    const [first, last] = loopPlaces();
    if (place.peek() >= last || place.peek() < first) setPlace(first);
    playing.value = true;
  });
  played = place.peek();
  clock = performance.now();
  schedule();
}

export function pause(): void {
  if (!playing.peek()) return;
  batch(() => {
    playing.value = false;
    setPlace(ordinal.peek());
  });
}

export function togglePlay(): void {
  if (playing.peek()) pause();
  else play();
}

/** Where playing begins and ends, as places. */
function loopPlaces(): [number, number] {
  const set = snapshots.peek();
  const part = loopPart.peek();
  const whole: [number, number] = [0, Math.max(0, total.peek() - 1)];
  if (!set || !loop.peek() || part === null || part.last === null) return whole;
  const [first, last] = [set.placeOf(part.first), set.placeOf(part.last)];
  return last > first ? [first, last] : whole;
}

/** Loops over these steps, in either order. */
export function loopOver(one: number, other: number): void {
  batch(() => {
    loopPart.value = { first: Math.min(one, other), last: Math.max(one, other) };
    loop.value = true;
  });
}

/** The cursor marks the beginning of the part to loop over, then its end; a third time, all of the run is looped again. */
export function markLoop(): void {
  const at = cursorStep.peek();
  const part = loopPart.peek();
  if (at === null) return;
  if (part === null) loopPart.value = { first: at, last: null };
  else if (part.last === null && part.first !== at) loopOver(part.first, at);
  else loopAll();
}

export function loopAll(): void {
  loopPart.value = null;
}

/** Where the cursor will be in a moment, if it goes on playing. */
export function placeAhead(): number {
  const set = snapshots.peek();
  if (!set || !playing.peek()) return place.peek();
  return advance(place.peek(), AHEAD_SECS, set, pace.peek(), speed.peek(), loop.peek(), ...loopPlaces()).place;
}

/** At once, to any place between the first and the last snapshot. */
export function seek(at: number): void {
  batch(() => {
    glide = null;
    playing.value = false;
    following.value = false;
    setPlace(at);
  });
}

/** To the snapshot nearest to a step. */
export function seekStep(step: number): void {
  const set = snapshots.peek();
  if (set) seek(set.nearest(step));
}

/** By whole snapshots, with a short motion between neighbours. */
export function stepBy(count: number): void {
  const start = glide ? Math.round(glide.to) : ordinal.peek();
  const target = Math.max(0, Math.min(total.peek() - 1, start + count));
  batch(() => {
    playing.value = false;
    following.value = false;
  });
  glideTo(target);
}

export function goLive(): void {
  batch(() => {
    playing.value = false;
    following.value = true;
  });
  glideTo(total.peek() - 1);
}

export function setFollowing(value: boolean): void {
  following.value = value;
}

/** Another cloud is shown: no motion of the old one goes on. Playing goes on in the same run, from the new place. */
export function settle(sameRun: boolean): void {
  glide = null;
  played = place.peek();
  if (!sameRun) {
    playing.value = false;
    loopPart.value = null;
  }
}

/** The run has grown: whoever follows it moves to its new end. */
export function followGrowth(): void {
  if (following.peek() && !playing.peek()) glideTo(total.peek() - 1, GROWTH_MS);
}

function glideTo(target: number, lasts = STEP_MS): void {
  if (target < 0) return;
  if (reducedMotion.peek() || !showing.peek() || Math.abs(target - place.peek()) > 50) {
    glide = null;
    setPlace(target);
    return;
  }
  glide = { from: place.peek(), to: target, startedAt: performance.now(), lasts };
  schedule();
}

function schedule(): void {
  if (request === 0) request = requestAnimationFrame(tick);
}

function tick(now: number): void {
  request = 0;
  if (glide) {
    const share = Math.min(1, Math.max(0, (now - glide.startedAt) / glide.lasts));
    setPlace(glide.from + (glide.to - glide.from) * share);
    if (share >= 1) glide = null;
    else schedule();
    return;
  }
  if (!playing.peek()) return;
  // A hidden tab stands still; when it shows again it goes on from where it was.
  const secs = showing.peek() ? Math.min(0.25, Math.max(0, (now - clock) / 1000)) : 0;
  clock = now;
  const set = snapshots.peek();
  if (!set) {
    pause();
    return;
  }
  const next = advance(played, secs, set, pace.peek(), speed.peek(), loop.peek(), ...loopPlaces());
  played = next.place;
  batch(() => {
    setPlace(reducedMotion.peek() ? Math.floor(next.place) : next.place);
    if (next.ended) playing.value = false;
  });
  if (!next.ended) schedule();
}
