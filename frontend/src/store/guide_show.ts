/** Makes the page show what a card of a tour tells of, and says when it is there. */

import { batch } from "@preact/signals";
import type { Card, Show } from "../tours/tour";
import { chooseNothing } from "./chosen";
import { compareWith } from "./compare";
import { showAll } from "./filters";
import { openFinding, putFindingAway } from "./finding_shown";
import { ring } from "./guide_marks";
import { pause, until } from "./guide_wait";
import { wholeHeat } from "./heat_view";
import { setLayerPath, showAllLayers } from "./layers";
import { seek, seekStep } from "./playback";
import { borrowSettings } from "./remembered";
import { chooseEmbedding, embeddingPath, embeddings, setWith } from "./runs";
import { select } from "./selection";
import { reducedMotion, setColorBy, setMode, setProjection, setTool } from "./settings";
import { openSheet } from "./sheet";
import { heatRange, setHeatRange, setPaintBy, setStat, stats } from "./statistics";
import { approximate, cloud, snapshots } from "./timeline";
import { setView } from "./view";

/** A look at where the cursor starts, and how long it then moves. */
const LOOK_MS = 700;
const MOVE_MS = 2400;

/** null = all is there; else what did not come. */
export async function showCard(card: Card, signal: AbortSignal): Promise<string | null> {
  const { show } = card;
  apply(show);
  const asked = show.embedding ?? (show.finding ? embeddingPath.peek() : null);
  // Also a finding may have brought another embedding: its cloud would take the cursor along.
  if (asked !== null && cloud.peek() !== null && !(await until(() => isShown(asked), signal))) {
    return "The points did not come";
  }
  // Only now: other rows have come with another embedding.
  batch(() => chooseRows(show));
  const first = show.from !== undefined && !reducedMotion.peek() ? show.from : show.step;
  if (first !== undefined) seekStep(first);
  if (show.view === "embeddings" && !(await until(isHere, signal))) return "The snapshot did not come";
  const { stat } = show;
  if (stat !== undefined && stats.peek().includes(stat)) {
    if (!(await until(() => wholeHeat.value?.stat === stat, signal))) return "The statistics did not come";
  }
  return null;
}

/** The cursor moves where the card tells of a time; nothing moves where motion is not wanted. */
export async function moveTime({ from, step }: Show, signal: AbortSignal): Promise<void> {
  const set = snapshots.peek();
  if (from === undefined || step === undefined || !set || reducedMotion.peek()) return;
  await pause(LOOK_MS, signal);
  const [begin, end] = [set.placeOf(from), set.nearest(step)];
  const started = performance.now();
  while (!signal.aborted) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    if (signal.aborted) return;
    const share = Math.min(1, Math.max(0, (now - started) / MOVE_MS));
    seek(begin + (end - begin) * share);
    if (share === 1) return;
  }
}

function apply(show: Show): void {
  batch(() => {
    // Two runs side by side have no room for a tour of one.
    compareWith(null);
    setTool("turn");
    openSheet(show.details ?? false);
    if (show.view) setView(show.view);
    if (show.embedding !== undefined && embeddings.peek().some((one) => one.path === show.embedding)) {
      setWith(null);
      chooseEmbedding(show.embedding);
      setProjection("joint");
      setMode("3d");
      setColorBy("class");
      showAll();
    }
    if (show.stat !== undefined) setStat(show.stat);
    if (show.view === "layers") setPaintBy(show.stat === undefined ? "weights" : "stat");
    if (show.view === "heat" && heatRange.peek() !== null) setHeatRange(null);
    if (show.view === "layers" || show.view === "heat") showAllLayers();
    if (show.finding) openFinding(show.finding);
    else putFindingAway();
    if (show.layer !== undefined) setLayerPath(show.layer);
    // Nobody set these for good.
    borrowSettings();
  });
}

function chooseRows(show: Show): void {
  if (show.groups) {
    chooseNothing();
    ring(show.embedding ?? null, show.groups);
  } else ring(null);
  if (show.select !== undefined) {
    chooseNothing();
    select(show.select);
  }
}

const isShown = (path: string): boolean => {
  const now = cloud.value;
  return now?.embedding.path === path;
};

/** The snapshot at the cursor, where there are points. */
const isHere = (): boolean => cloud.value === null || !approximate.value;
