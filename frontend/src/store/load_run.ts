/** Brings the run on screen: its model record, its loss curves, its cloud; again when they change. */

import { effect, untracked } from "@preact/signals";
import { ApiError, getModel, getScalars, getScalarTags } from "../api";
import type { Embedding } from "../wire.gen";
import { type Curve, setCurves } from "./curves";
import { loadCloud, stopLoading, wakeLoader } from "./load_cloud";
import { followSteps } from "./load_steps";
import { following, loopOver } from "./playback";
import { type Asked, beside, embedding, model, partsLayout, run, runName, setModel, setProblem } from "./runs";
import { forgetRows, select, selected } from "./selection";
import { setProjection, showing } from "./settings";
import { cloud, ordinal, type Part, sameParts, showCloud, step } from "./timeline";
import { followTour } from "./tour";
import { followUmap, linear } from "./umap";

/** What a link asked for; used once, by the next cloud. */
export interface Wanted {
  embedding: string | null;
  step: number | null;
  row: number | null;
  /** Steps to loop over. */
  part: readonly [number, number] | null;
}

const CURVE_POINTS = 2000;
const CURVE_MS = 1500;
const RETRY_MS = 2000;

export function followRun(wanted: Wanted): () => void {
  const stops = [
    followModel(wanted),
    followCurves(),
    followUmap(),
    followTour(),
    followCloud(wanted),
    followSteps(wanted),
  ];
  // Other snapshots are worth having when the cursor moved or the run grew.
  stops.push(
    effect(() => {
      ordinal.value;
      run.value;
      wakeLoader();
    }),
  );
  return () => {
    for (const stop of stops) stop();
    stopLoading();
  };
}

function followModel(wanted: Wanted): () => void {
  let controller: AbortController | null = null;
  let last = "";
  const stop = effect(() => {
    const info = run.value;
    // Without a model record the snapshots say themselves what they are of; without both there is nothing to ask for.
    const any = info !== null && (info.sessions > 0 || info.snapshots > 0);
    const key = info && any ? `${info.run} ${info.sessions} ${info.generation}` : "";
    if (key === last) return;
    last = key;
    controller?.abort();
    if (!info || !any) return;
    const mine = new AbortController();
    controller = mine;
    void untracked(() => readModel(info.run, wanted, mine.signal));
  });
  return () => {
    stop();
    controller?.abort();
  };
}

async function readModel(name: string, wanted: Wanted, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const record = await getModel(name, signal);
      if (signal.aborted) return;
      setModel(record, wanted.embedding);
      setProblem("model", null);
      return;
    } catch (error) {
      if (signal.aborted) return;
      tell("model", error);
      await rest(RETRY_MS, signal);
    }
  }
}

function followCloud(wanted: Wanted): () => void {
  let key = "";
  return effect(() => {
    const one = embedding.value;
    const name = runName.value;
    if (!one || !name || model.value?.run !== name) {
      if (key !== "" && (name === null || !key.startsWith(`${name}\n`))) {
        key = "";
        untracked(() => {
          stopLoading();
          forgetRows();
          showCloud(null, 0, null);
        });
      }
      return;
    }
    // A new session of the same run may have sampled other rows.
    const other = beside.value && { embedding: beside.value, layout: partsLayout.value };
    const second = other ? `${other.embedding.path}\n${other.layout}` : "";
    const next = `${name}\n${one.path}\n${model.value.session_id}\n${linear.value}\n${second}`;
    if (next === key) return;
    key = next;
    untracked(() => {
      const link = { ...wanted };
      wanted.embedding = wanted.step = wanted.row = wanted.part = null;
      const before = cloud.peek();
      const same = before?.run === name;
      const together = other ? [one, other.embedding] : [one];
      if (before && !(same && keepsRows(before.parts, together))) forgetRows();
      // Another embedding or session of the same run keeps the step, or goes on following the end.
      const at = link.step ?? (same && !following.peek() ? step.peek() : null);
      const rows = together.reduce((sum, part) => sum + (part.rows?.length ?? part.shape[0] ?? 0), 0);
      if (link.row !== null && link.row < rows) select(link.row);
      const chosen = linear.peek();
      const hooks = {
        shown: () => {
          setProblem("cloud", null);
          if (link.part) loopOver(...link.part);
          link.part = null;
        },
        failed: async (error: unknown, signal: AbortSignal) => {
          // A step of another run, or of before a restart: the whole run instead.
          if (chosen.startsWith("step:") && error instanceof ApiError && error.status === 404) setProjection("joint");
          else {
            // The steps alone are shown meanwhile, and begin where the link says.
            wanted.step ??= cloud.peek() ? null : link.step;
            tell("cloud", error);
          }
          await rest(RETRY_MS, signal);
          return true;
        },
      };
      void loadCloud(name, one, at, hooks, chosen, other);
    });
  });
}

/** Rows keep their numbers where one embedding comes beside another, or goes from there; what was chosen of it goes too. */
function keepsRows(before: readonly Part[], next: readonly Embedding[]): boolean {
  if (sameParts(before, next)) return true;
  const [first] = before;
  const joins = before.length === 1 || next.length === 1;
  return joins && first?.embedding.path === next[0]?.path && (selected.peek() ?? 0) < (first?.rows ?? 0);
}

function followCurves(): () => void {
  let controller: AbortController | null = null;
  let timer = 0;
  let last = "";
  let lastRun = "";
  const stop = effect(() => {
    const info = run.value;
    if (!info) {
      controller?.abort();
      last = "";
      untracked(() => setCurves(null, null, false));
      return;
    }
    if (!showing.value) return;
    const key = `${info.run} ${info.last_wall_time} ${info.snapshots} ${info.last_step} ${info.generation} ${info.live}`;
    if (key === last) return;
    last = key;
    const other = info.run !== lastRun;
    lastRun = info.run;
    if (other) {
      controller?.abort();
      window.clearTimeout(timer);
      timer = 0;
      untracked(() => setCurves(null, null, false));
    }
    if (timer !== 0) return;
    timer = window.setTimeout(
      () => {
        timer = 0;
        controller?.abort();
        controller = new AbortController();
        void readCurves(info.run, controller.signal);
      },
      other ? 0 : CURVE_MS,
    );
  });
  return () => {
    stop();
    window.clearTimeout(timer);
    controller?.abort();
  };
}

async function readCurves(name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const tags = await getScalarTags(name, signal);
      const [train, validation] = await Promise.all([
        readCurve(name, tags.train, signal),
        readCurve(name, tags.validation, signal),
      ]);
      if (signal.aborted) return;
      setCurves(train, validation, true);
      setProblem("curves", null);
      return;
    } catch (error) {
      if (signal.aborted) return;
      tell("curves", error);
      await rest(RETRY_MS, signal);
    }
  }
}

export async function readCurve(
  name: string,
  tag: string | null,
  signal: AbortSignal,
  points = CURVE_POINTS,
): Promise<Curve | null> {
  if (tag === null) return null;
  const reply = await getScalars(name, tag, points, signal);
  return {
    tag,
    steps: reply.numbers("steps"),
    wallTimes: reply.numbers("wall_times"),
    values: reply.numbers("values"),
  };
}

function tell(asked: Asked, error: unknown): void {
  // No answer at all is told by the connection's own notice.
  if (error instanceof ApiError && error.status === 0) return;
  setProblem(asked, error instanceof Error ? error.message : String(error));
}

const resting = new Set<() => void>();

/** Whatever failed is asked for again at once. */
export function tryAgain(): void {
  for (const wake of resting) wake();
}

export function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      window.clearTimeout(timer);
      resting.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = window.setTimeout(wake, ms);
    resting.add(wake);
    signal.addEventListener("abort", wake);
  });
}
