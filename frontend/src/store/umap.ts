/** UMAP of one step: asks the server for it, waits while it is made, shows it instead of the snapshots, which stay loaded
 * beneath it. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, getUmap } from "../api";
import type { Reply } from "../pvz1";
import type { UmapHeader, UmapState } from "../wire.gen";
import { beside, embedding, runName } from "./runs";
import { type Linear, projection, setProjection } from "./settings";
import { cloud, setStill, still } from "./timeline";

const POLL_MS = 400;
const RETRY_MS = 2000;

export interface UmapTask {
  readonly step: number;
  readonly state: "running" | "failed" | "missing";
  /** 0 to 1. */
  readonly progress: number;
  readonly message: string;
}

/** What is being made, or why it can't be; null = nothing is, or it is on screen. */
export const umapTask = signal<UmapTask | null>(null);

/** The step that a UMAP is wanted of. */
export const umapStep = computed(() => {
  const chosen = projection.value;
  return chosen.startsWith("umap:") ? Number(chosen.slice(5)) : null;
});

let lastLinear: Linear = "joint";
/** The projection of the snapshots: the one chosen, or beneath a UMAP the one before it. */
export const linear = computed<Linear>(() => {
  const chosen = projection.value;
  if (!chosen.startsWith("umap:")) lastLinear = chosen as Linear;
  return lastLinear;
});

const tries = signal(0);

export const showUmap = (step: number) => setProjection(`umap:${step}`);
export const tryUmapAgain = () => {
  tries.value++;
};

/** Back to the picture that stands: an earlier UMAP, or the snapshots. */
export function cancelUmap(): void {
  const shown = still.peek();
  setProjection(shown ? `umap:${shown.step}` : linear.peek());
}

/** Starts; returns what stops it. */
export function followUmap(): () => void {
  let controller: AbortController | null = null;
  let last = "";
  const stop = effect(() => {
    const step = umapStep.value;
    linear.value;
    const [run, path] = [runName.value, embedding.value?.path];
    // Of two embeddings there is none. And the points are eased from a picture, which must be there.
    const now = cloud.value;
    const here = now !== null && now.run === run && now.embedding.path === path && now.parts.length === 1;
    if (step === null || beside.value !== null || run === null || path === undefined) {
      last = "";
      controller?.abort();
      untracked(() => {
        umapTask.value = null;
        if (still.peek()) setStill(null);
        if (step !== null && beside.peek() !== null) setProjection(linear.peek());
      });
      return;
    }
    const key = `${run}\n${path}\n${step}\n${now?.generation}\n${tries.value}`;
    if (!here || key === last) return;
    last = key;
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    untracked(() => void make(run, path, step, mine.signal));
  });
  return () => {
    stop();
    controller?.abort();
  };
}

async function make(run: string, path: string, step: number, signal: AbortSignal): Promise<void> {
  if (still.peek()?.step === step && cloud.peek()?.set.rows === still.peek()?.of.rows && still.peek()?.run === run) {
    umapTask.value = null;
    return;
  }
  const tell = (state: UmapTask["state"], progress = 0, message = "") => {
    umapTask.value = { step, state, progress, message };
  };
  tell("running");
  while (!signal.aborted) {
    try {
      const reply = await getUmap(run, path, step, signal);
      if (signal.aborted) return;
      if (!isState(reply)) return show(reply, run, step);
      tell(reply.state, reply.progress ?? 0, reply.message ?? "");
      if (reply.state !== "running") return;
      await rest(POLL_MS);
    } catch (error) {
      if (signal.aborted) return;
      // The connection's own notice tells of a server that does not answer.
      if (!(error instanceof ApiError) || error.status !== 0) {
        return tell("failed", 0, error instanceof Error ? error.message : String(error));
      }
      await rest(RETRY_MS);
    }
  }
}

const isState = (reply: UmapState | Reply<UmapHeader>): reply is UmapState => "state" in reply;

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As large as the snapshots beneath: the camera stays where it is. */
function show(reply: Reply<UmapHeader>, run: string, step: number): void {
  const now = cloud.peek();
  if (!now) return;
  const scale = (now.basis.radius > 0 ? now.basis.radius : 1) / (reply.header.radius > 0 ? reply.header.radius : 1);
  const positions = reply.floats("positions").map((value) => value * scale);
  umapTask.value = null;
  setStill({ positions, step, run, of: now.set });
}
