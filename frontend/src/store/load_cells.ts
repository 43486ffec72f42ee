/** Brings the cells of the matrices' pictures at the cursor, for the distribution in the inspector. */

import { effect, signal } from "@preact/signals";
import { getThumbs } from "../api";
import type { ThumbGrid } from "../wire.gen";
import { indexAt } from "./curves";
import { latest, PLAYING_MS, REST_MS } from "./latest";
import { layerSubject } from "./layers";
import { playing } from "./playback";
import { showing } from "./settings";
import { layersStep, layersModel as model, layersRun as run } from "./side";
import { layersShown } from "./view";

interface Cells {
  readonly run: string;
  readonly generation: number;
  /** Of the pictures, at or before the cursor. null = this run has none. */
  readonly step: number | null;
  readonly steps: Float64Array;
  readonly grids: readonly ThumbGrid[];
  readonly values: Float32Array;
}

const cells = signal<Cells | null>(null);

/** Sizes of the cells of a layer's picture, with its step; null = it has none, or it isn't here yet. */
export function cellsOf(layer: number): { step: number; values: Float32Array } | null {
  const now = cells.value;
  if (!now || now.step === null || now.run !== run.value?.run || now.generation !== run.value.generation) return null;
  let first = 0;
  for (const grid of now.grids) {
    const count = grid.rows * grid.columns;
    if (grid.layer === layer) return { step: now.step, values: now.values.subarray(first, first + count) };
    first += count;
  }
  return null;
}

/** Most steps have no pictures of their own: those that are here stand for all steps up to the next. */
function isHeld(now: Cells | null, name: string, generation: number, step: number): boolean {
  if (!now || now.run !== name || now.generation !== generation || now.step === null) return false;
  return now.steps[Math.max(0, indexAt(now.steps, step))] === now.step && step <= (now.steps.at(-1) as number);
}

export function followCells(): () => void {
  const asker = latest(async (signal) => {
    const info = run.peek();
    const step = layersStep();
    if (!info || step === null || model.peek()?.run !== info.run) return;
    if (isHeld(cells.peek(), info.run, info.generation, step)) return;
    const reply = await getThumbs(info.run, step, signal);
    if (signal.aborted || run.peek()?.run !== info.run) return;
    const { header } = reply;
    cells.value = {
      run: header.run,
      generation: header.generation,
      step: header.step,
      steps: reply.numbers("steps"),
      grids: header.thumbs,
      values: reply.floats("cells"),
    };
  });
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    const step = layersStep();
    if (!info || step === null || known?.run !== info.run || !layersShown.value || !showing.value) return;
    if (layerSubject.value === null) return;
    asker.want(`${info.run} ${info.generation} ${known.session_id} ${step}`, playing.value ? PLAYING_MS : REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}
