/** Brings what the inspector tells of layers: the one it is about through the run, and all of them at the cursor. */

import { effect } from "@preact/signals";
import { getLayer, getStats } from "../api";
import type { Reply } from "../pvz1";
import type { LayerHeader } from "../wire.gen";
import { latest, PLAYING_MS, REST_MS } from "./latest";
import { type Course, coursesHere, keepCourse, keepSnapshot, snapshotNow } from "./layer_course";
import { layerSubject, layers } from "./layers";
import { followCells } from "./load_cells";
import { playing } from "./playback";
import { showing } from "./settings";
import { layersStep, layersModel as model, layersRun as run } from "./side";
import { stepColumns } from "./step_columns";
import { layersShown } from "./view";

/** More than twice as many as the inspector has px. */
const COLUMNS = 600;
const GROWTH_MS = 1500;

export function followLayer(): () => void {
  const stops = [followCourse(), followSnapshot(), followCells()];
  return () => {
    for (const stop of stops) stop();
  };
}

function followCourse(): () => void {
  const asker = latest(async (signal) => {
    const name = run.peek()?.run;
    const path = layers.peek()[layerSubject.peek() ?? -1]?.path;
    if (!name || !path || model.peek()?.run !== name) return;
    const course = courseOf(await getLayer({ run: name, path, columns: COLUMNS }, signal));
    if (!signal.aborted && run.peek()?.run === name) keepCourse(course);
  });
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    const path = layers.value[layerSubject.value ?? -1]?.path;
    if (!info || !path || known?.run !== info.run || !layersShown.value || !showing.value) return;
    const held = coursesHere.peek().has(path);
    asker.want(
      `${info.run} ${info.generation} ${known.session_id} ${path} ${info.snapshots}`,
      held ? GROWTH_MS : REST_MS,
    );
  });
  return () => {
    stop();
    asker.stop();
  };
}

function followSnapshot(): () => void {
  const asker = latest(async (signal) => {
    const name = run.peek()?.run;
    const step = layersStep();
    if (!name || step === null || model.peek()?.run !== name) return;
    const reply = await getStats({ run: name, from: step, to: step }, signal);
    if (signal.aborted || run.peek()?.run !== name) return;
    const { header } = reply;
    const values = reply.floats("stats");
    // At this step there may be embeddings alone.
    keepSnapshot({
      run: header.run,
      generation: header.generation,
      step,
      stats: header.stats,
      values:
        values.length > 0 ? values : new Float32Array(header.layers.length * header.stats.length).fill(Number.NaN),
      layers: header.layers.length,
    });
  });
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    const step = layersStep();
    if (!info || step === null || known?.run !== info.run || !layersShown.value || !showing.value) return;
    if (layerSubject.value === null) return;
    const key = `${info.run} ${info.generation} ${known.session_id} ${step}`;
    const far = snapshotNow.peek()?.run !== info.run;
    asker.want(key, playing.value ? PLAYING_MS : far ? 0 : REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}

export function courseOf(reply: Reply<LayerHeader>): Course {
  const { header } = reply;
  return { ...stepColumns(reply), path: header.path, stats: header.stats };
}
