/** Brings the pictures of the matrices, coarse to fine, within a bound of memory; near the cursor and ahead of it first. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, getThumbs } from "../api";
import { type HeatScale, heatScale } from "../heat/scale";
import { type Atlas, levelsOf, packAtlas } from "../scene/model/atlas";
import type { Faces } from "../scene/model/types";
import { playing } from "./playback";
import { layersModel as model, layersRun as run } from "./side";
import { around, leastWanted, nextThumb, outlineStride } from "./thumb_order";
import { cursorStep } from "./timeline";

const MOST_BYTES = 24 << 20;
const RETRY_MS = 3000;
/** A run that grows is asked for newer pictures after so long. */
const GROWTH_MS = 2000;
/** Cells that the scale is made of: of a few pictures spread over the run. */
const SCALE_PICTURES = 5;

/** The pictures of one run. */
interface ThumbSet {
  readonly run: string;
  readonly generation: number;
  readonly atlas: Atlas;
  /** All steps that have pictures. */
  steps: Float64Array;
  /** By step: what was recorded, and as levels of the scale. */
  readonly cells: Map<number, Float32Array>;
  readonly levels: Map<number, Uint8Array>;
}

const set = signal<ThumbSet | null>(null);
/** Grows with each picture that came or went. */
const version = signal(0);
/** One for the whole run: in playback nothing is rescaled. */
export const thumbScale = signal<HeatScale | null>(null);
/** This run has no pictures of its matrices. */
export const thumbsAbsent = signal(false);

const here = computed(() => {
  const now = set.value;
  return now && now.run === run.value?.run && now.generation === run.value.generation ? now : null;
});

/** The pictures beside the cursor that are here, null until there is one. */
export const faces = computed<Faces | null>(() => {
  version.value;
  const [now, scale] = [here.value, thumbScale.value];
  if (!now || !scale || now.cells.size === 0) return null;
  const step = cursorStep.value ?? now.steps.at(-1) ?? 0;
  let [before, after] = [-Infinity, Infinity];
  for (const at of now.cells.keys()) {
    if (at <= step && at > before) before = at;
    if (at >= step && at < after) after = at;
  }
  if (before === -Infinity) before = after;
  if (after === Infinity) after = before;
  const mix = after > before ? (step - before) / (after - before) : 0;
  return { atlas: now.atlas, before: levelsAt(now, before, scale), after: levelsAt(now, after, scale), mix };
});

/** The pictures that were recorded next to the cursor aren't here yet: what is drawn lies between farther ones. */
export const facesApproximate = computed(() => {
  version.value;
  const now = here.value;
  const beside = now && around(now.steps, cursorStep.value ?? Infinity);
  return beside ? beside.some((at) => !now?.cells.has(now.steps[at] as number)) : false;
});

/** Pictures held of all there are. */
export const thumbsHeld = computed<readonly [number, number]>(() => {
  version.value;
  return [here.value?.cells.size ?? 0, here.value?.steps.length ?? 0];
});

function levelsAt(now: ThumbSet, step: number, scale: HeatScale): Uint8Array {
  let found = now.levels.get(step);
  if (!found) {
    found = levelsOf(now.atlas, now.cells.get(step) as Float32Array, scale);
    now.levels.set(step, found);
  }
  return found;
}

/** Starts; returns what stops it. wanted: whether the pictures can be seen now. */
export function followThumbs(wanted: () => boolean): () => void {
  let controller: AbortController | null = null;
  let key = "";
  let wake = () => {};
  const stopRun = effect(() => {
    const info = run.value;
    const known = model.value;
    const ready = info !== null && known?.run === info.run && info.snapshots > 0;
    const next = ready ? `${info.run}\n${info.generation}\n${known.session_id}` : "";
    if (!wanted() || next === key) return;
    key = next;
    controller?.abort();
    untracked(forget);
    if (!ready) return;
    const mine = new AbortController();
    controller = mine;
    const { run: name, generation } = info;
    void untracked(() => keepUp(name, generation, wanted, (set) => (wake = set), mine.signal));
  });
  const stopCursor = effect(() => {
    cursorStep.value;
    playing.value;
    run.value?.snapshots;
    wanted();
    wake();
  });
  return () => {
    stopRun();
    stopCursor();
    controller?.abort();
  };
}

function forget(): void {
  set.value = null;
  thumbScale.value = null;
  thumbsAbsent.value = false;
  version.value++;
}

async function keepUp(
  name: string,
  generation: number,
  wanted: () => boolean,
  onSleep: (wake: () => void) => void,
  signal: AbortSignal,
): Promise<void> {
  let asked = -1;
  let askedAt = 0;
  while (!signal.aborted) {
    const now = set.peek();
    const snapshots = run.peek()?.snapshots ?? 0;
    const grown = asked >= 0 && snapshots !== asked;
    const next = now ? nextStep(now) : null;
    const early = grown && performance.now() - askedAt < GROWTH_MS;
    const asking = now === null && !thumbsAbsent.peek();
    if (!asking && (!wanted() || (next === null && (!grown || early)))) {
      await nap(onSleep, early && wanted() ? GROWTH_MS : 0, signal);
      continue;
    }
    try {
      // Without a step the last pictures come, and with them the list of all.
      const reply = await getThumbs(name, next, signal);
      if (signal.aborted) return;
      if (next === null) {
        asked = snapshots;
        askedAt = performance.now();
      }
      const { header } = reply;
      if (header.step === null || header.thumbs.length === 0) {
        thumbsAbsent.value = true;
        continue;
      }
      thumbsAbsent.value = false;
      const into = set.peek() ?? begun(name, generation, header.thumbs);
      into.steps = reply.numbers("steps");
      into.cells.set(header.step, reply.floats("cells").slice());
      letGo(into);
      rescale(into);
      version.value++;
    } catch (error) {
      if (signal.aborted) return;
      // The connection's own notice tells of a lost server; a run without a model record has no pictures.
      if (error instanceof ApiError && error.status === 404) thumbsAbsent.value = true;
      await slept(RETRY_MS, signal);
    }
  }
}

/** Until there is a reason to look again, or for `most` ms where that isn't 0. Thousands of naps share one signal: none may leave
 * a listener behind. */
function nap(onSleep: (wake: () => void) => void, most: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    let timer = 0;
    const wake = () => {
      window.clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      onSleep(() => {});
      done();
    };
    if (most > 0) timer = window.setTimeout(wake, most);
    signal.addEventListener("abort", wake);
    onSleep(wake);
  });
}

function begun(name: string, generation: number, grids: Parameters<typeof packAtlas>[0]): ThumbSet {
  const made: ThumbSet = {
    run: name,
    generation,
    atlas: packAtlas(grids),
    steps: new Float64Array(0),
    cells: new Map(),
    levels: new Map(),
  };
  set.value = made;
  return made;
}

const cursorIn = (now: ThumbSet) => around(now.steps, cursorStep.peek() ?? Infinity) ?? ([0, 0] as const);

/** How many pictures fit: their values, and their levels beside them. */
function roomIn(now: ThumbSet): number {
  const cells = now.cells.values().next().value?.length ?? 1;
  return Math.max(24, Math.floor(MOST_BYTES / (cells * 4 + now.atlas.width * now.atlas.height)));
}

function nextStep(now: ThumbSet): number | null {
  const has = (at: number) => now.cells.has(now.steps[at] as number);
  const at = nextThumb(now.steps.length, has, cursorIn(now), playing.peek(), now.cells.size, roomIn(now));
  return at === null ? null : (now.steps[at] as number);
}

function letGo(now: ThumbSet): void {
  const places = new Map(Array.from(now.steps, (step, at) => [step, at]));
  while (now.cells.size > roomIn(now)) {
    const held = [...now.cells.keys()].map((step) => places.get(step) ?? -1);
    const at = leastWanted(held, now.steps.length, cursorIn(now), now.cells.size, roomIn(now));
    if (at === null) return;
    now.cells.delete(now.steps[at] as number);
    now.levels.delete(now.steps[at] as number);
  }
}

/** Fixed once a few pictures spread over the run are here; a run that grows doesn't change it. */
function rescale(now: ThumbSet): void {
  const stride = outlineStride(now.steps.length) * Math.ceil(16 / SCALE_PICTURES);
  const wanted = Array.from(now.steps).filter((_, at) => at % stride === 0 || at === now.steps.length - 1);
  const have = wanted.filter((step) => now.cells.has(step));
  const known = scaleFrom.get(now) ?? 0;
  if (have.length <= known || known >= SCALE_PICTURES) return;
  scaleFrom.set(now, have.length);
  const parts = have.map((step) => now.cells.get(step) as Float32Array);
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  thumbScale.value = heatScale(all, true);
  now.levels.clear();
}
const scaleFrom = new WeakMap<ThumbSet, number>();

function slept(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = window.setTimeout(done, ms);
    signal.addEventListener(
      "abort",
      () => {
        window.clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}
