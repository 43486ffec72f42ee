/** Wires the store to the server, the host and the browser; the only place that knows the order of things. */

import { batch, effect, untracked } from "@preact/signals";
import { getRuns } from "../api";
import { observeQuery, observeTheme } from "../colors/theme";
import { takeFocus } from "../focus";
import { follow } from "../live";
import { linkTo, onUrl, readUrl, writeUrl } from "../url_state";
import { followComparison } from "./compare_follow";
import { followFinding } from "./finding_shown";
import { followGroups } from "./groups";
import { followLarge } from "./large_chart";
import { applyState, type LinkPart, readState } from "./link";
import { type Awaited, linkParts, nothingAwaited } from "./link_parts";
import { followBandCounts } from "./load_band_counts";
import { followClusters } from "./load_clusters";
import { followInsights } from "./load_insights";
import { followLayer } from "./load_layer";
import { followNumbers } from "./load_numbers";
import { followProbe } from "./load_probe";
import { followRows } from "./load_rows";
import { followRun } from "./load_run";
import { followStatistics } from "./load_statistics";
import { followTraining } from "./load_training";
import { goLive, loopAll, loopOver, playing, seekStep } from "./playback";
import { borrowSettings, rememberSettings, restoreSettings } from "./remembered";
import {
  applyUpdates,
  chooseEmbedding,
  chooseRun,
  embeddings,
  indexing,
  leaveRun,
  missRun,
  runName,
  runs,
  setConnection,
  setProblem,
  setRuns,
} from "./runs";
import { followSearch } from "./search";
import { select } from "./selection";
import { setReducedMotion, setShowing, setTheme, setWidth, showing } from "./settings";
import { paintBy } from "./statistics";
import { snapshots, timeOf } from "./timeline";
import { layersShown, view } from "./view";

const URL_MS = 400;

let askAgain: () => void = () => {};

let linked: readonly LinkPart[] = [];

/** The address that shows somebody else what is on screen here. */
export function currentLink(): string {
  return linkTo(untracked(() => readState(linked)));
}

/** Asks the server at once what there is. */
export function checkAgain(): void {
  askAgain();
}

/** root: the element the page is drawn in. Everything ends with `signal`. */
export function start(root: HTMLElement, signal: AbortSignal): void {
  const stops: (() => void)[] = [];
  signal.addEventListener("abort", () => {
    for (const stop of stops) stop();
  });
  restoreSettings();
  const awaited = nothingAwaited();
  const parts = linkParts(awaited);
  linked = parts;
  const link = readUrl();
  lastUrl = written(link);
  applyState(parts, link);
  if (parts.some((part) => link.has(part.key))) borrowSettings();
  stops.push(rememberSettings());
  observeTheme(setTheme, signal);
  observeQuery("(prefers-reduced-motion: reduce)", setReducedMotion, signal);
  stops.push(observeFrame(root, signal));
  stops.push(
    effect(() => {
      if (showing.value) takeFocus();
    }),
  );
  stops.push(chooseFirstRun(awaited.run));
  stops.push(
    followRun(awaited),
    followRows(),
    followSearch(),
    followGroups(),
    followNumbers(),
    followClusters(),
    followLayer(),
    followProbe(() => layersShown.value),
    followLarge(),
    followTraining(),
    followInsights(),
    followBandCounts(),
    followComparison(),
    followFinding(),
    followStatistics(() => view.value === "heat" || (view.value === "layers" && paintBy.value === "stat")),
    keepUrl(parts),
    followServer(signal),
  );
  onUrl(() => openLink(parts, awaited), signal);
}

/** What another link says is taken over, and what it doesn't say is as at the start. */
function openLink(parts: readonly LinkPart[], awaited: Awaited): void {
  const link = readUrl();
  // The host goes back to the address of its tab by itself, whenever the tab is shown again.
  if (!parts.some((part) => link.has(part.key)) || written(link) === lastUrl) return;
  lastUrl = written(link);
  // At once: each part alone might ask the server for a picture that nobody wants.
  batch(() => {
    Object.assign(awaited, nothingAwaited());
    applyState(parts, link);
    borrowSettings();
    const { run, embedding } = awaited;
    if (run !== null && run !== runName.peek()) {
      // Whichever run comes takes over the rest.
      if (runs.peek().some((info) => info.run === run)) chooseRun(run);
      else missRun(run);
    }
    if (embeddings.peek().some((one) => one.path === embedding)) chooseEmbedding(embedding as string);
  });
  if (awaited.run !== null && awaited.run !== timeOf.peek() && awaited.run === runName.peek()) return;
  // Still awaited: no other cloud came that would have taken it.
  const { step, row, part } = awaited;
  awaited.step = awaited.row = awaited.part = null;
  if (step !== null) seekStep(step);
  else if (!link.has("step")) goLive();
  if (row !== null || !link.has("row")) select(row);
  if (part) loopOver(...part);
  else if (!link.has("finding")) loopAll();
}

/** As the address says it now: what was read from it or written to it last. */
let lastUrl = "";
const written = (state: ReadonlyMap<string, string>) => JSON.stringify([...state]);

/** The host keeps the frame of a tab that is not shown, with a height of 0. */
function observeFrame(root: HTMLElement, signal: AbortSignal): () => void {
  const tell = () => {
    const { clientWidth, clientHeight } = root;
    if (clientWidth > 0) setWidth(clientWidth);
    setShowing(clientHeight > 0 && !document.hidden);
  };
  const observer = new ResizeObserver(tell);
  observer.observe(root);
  document.addEventListener("visibilitychange", tell, { signal });
  tell();
  return () => observer.disconnect();
}

/** The run of the link, else the one that was written last; again when the one on screen is gone. */
function chooseFirstRun(wanted: string | null): () => void {
  return effect(() => {
    const list = runs.value;
    const name = runName.value;
    if (list.length === 0 && name !== null) untracked(leaveRun);
    if (list.length === 0 || list.some((info) => info.run === name)) return;
    const asked = name === null ? list.find((info) => info.run === wanted) : undefined;
    // The run of the link may only not have been reached yet.
    if (name === null && wanted !== null && !asked && indexing.value?.done === false) return;
    const newest = [...list].sort((one, other) => (other.last_wall_time ?? 0) - (one.last_wall_time ?? 0))[0];
    const chosen = asked ?? newest;
    const missing = name ?? (asked ? null : wanted);
    if (chosen) untracked(() => chooseRun(chosen.run, missing));
  });
}

function followServer(signal: AbortSignal): () => void {
  const live = follow({ onUpdates: applyUpdates, onState: setConnection });
  let first = true;
  async function ask(): Promise<void> {
    try {
      setRuns(await getRuns(signal));
      setProblem("runs", null);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Error) setProblem("runs", error.message);
    }
    if (!signal.aborted && showing.peek()) live.open();
  }
  askAgain = () => void ask();
  const stop = effect(() => {
    if (!showing.value) {
      live.close();
      return;
    }
    if (first) untracked(() => void ask());
    else untracked(() => live.open());
    first = false;
  });
  return () => {
    stop();
    live.close();
    askAgain = () => {};
  };
}

/** The address says what is on screen: written a moment after it changed, never while playing or hidden. */
function keepUrl(parts: readonly LinkPart[]): () => void {
  let timer = 0;
  const stop = effect(() => {
    const state = readState(parts);
    if (!snapshots.value || playing.value || !showing.value) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (!showing.peek()) return;
      writeUrl(state);
      lastUrl = written(state);
    }, URL_MS);
  });
  return () => {
    stop();
    window.clearTimeout(timer);
  };
}
