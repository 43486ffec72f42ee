/** Moves the time cursor: playing, stepping, scrubbing, and following a run that is still growing. */

import { batch, computed, signal } from "@preact/signals";
import { advance } from "../playback_math";
import { loop, reducedMotion, showing, speed } from "./settings";
import { cloud, ordinal, place, setPlace, total } from "./timeline";

export const playing = signal(false);
/** The cursor stands on the newest snapshot and moves on with it. */
export const following = signal(false);
export const atEnd = computed(() => total.value > 0 && ordinal.value >= total.value - 1);

const STEP_MS = 160;
/** To a snapshot that has just come: long enough for the eye to follow, short enough to be on time. */
const GROWTH_MS = 64;

let request = 0;
let clock = 0;
let played = 0;
let glide: { from: number; to: number; startedAt: number; lasts: number } | null = null;

export function play(): void {
  if (total.peek() < 2) return;
  batch(() => {
    glide = null;
    following.value = false;
    if (place.peek() >= total.peek() - 1) setPlace(0);
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
  const set = cloud.peek()?.set;
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
  if (!sameRun) playing.value = false;
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
  const next = advance(played, secs, total.peek(), speed.peek(), loop.peek());
  played = next.place;
  batch(() => {
    setPlace(reducedMotion.peek() ? Math.floor(next.place) : next.place);
    if (next.ended) playing.value = false;
  });
  if (!next.ended) schedule();
}
