/** Going to a finding in whichever view is on screen: its layer, its rows, its steps. */

import { embeddingOf, layersOf, placeFrom, statOf, stepsToLoop, stepToSee, tokensIn } from "../findings/where";
import type { Finding, Layer } from "../wire.gen";
import { chooseNothing, chooseTokens, rowsOnScreen } from "./chosen";
import { showAll, visible } from "./filters";
import { showGroup } from "./group_shown";
import { layers, setLayerPath, showAllLayers, shownLayers } from "./layers";
import { loopAll, loopOver, play, playing, seek } from "./playback";
import { chooseEmbedding, embeddings } from "./runs";
import { select } from "./selection";
import { sideLayers } from "./side";
import { heatRange, setHeatRange, setStat, stats } from "./statistics";
import { cloud, snapshots } from "./timeline";
import { view } from "./view";

/** The cursor stands where it is seen best, and its steps are looped. Nothing begins to play; what played goes on. */
export function goToSteps(finding: Finding): void {
  const set = snapshots.peek();
  if (!set || set.total === 0) return;
  const goesOn = playing.peek();
  seek(placeFrom(set, stepToSee(finding)));
  loopStepsOf(finding);
  if (goesOn) play();
}

/** All of the run where it is about all of it. */
export function loopStepsOf(finding: Finding): void {
  const set = snapshots.peek();
  const steps = set && stepsToLoop(finding, set);
  if (steps) loopOver(...steps);
  else loopAll();
}

/** By its path: the run beside may have other layers, in another order. */
export function goToLayer(path: string): void {
  const place = layers.peek().findIndex((layer) => layer.path === path);
  if (place >= 0 && !shownLayers.peek().includes(place)) showAllLayers();
  setLayerPath(path);
}

/** true = its rows are to be chosen as soon as they are on screen. */
export function goToSubject(finding: Finding): boolean {
  const named = sideLayers.peek();
  const [place] = layersOf(finding, named);
  if (place !== undefined) goToLayer((named[place] as Layer).path);
  if (view.peek() === "heat") goToCells(finding);
  const one = embeddingOf(finding, embeddings.peek());
  if (!one) return false;
  const there = cloud.peek()?.parts.some((part) => part.embedding.path === one.path) ?? false;
  if (there) chooseRowsOf(finding);
  else if (view.peek() === "embeddings") {
    chooseEmbedding(one.path);
    return true;
  }
  return false;
}

/** The heat map shows the statistic that it is told from, and its steps. */
function goToCells(finding: Finding): void {
  const stat = statOf(finding, stats.peek());
  if (stat !== null) setStat(stat);
  const range = heatRange.peek();
  if (range && (finding.first_step < range[0] || stepToSee(finding) > range[1])) setHeatRange(null);
}

/** One is selected, several are chosen together. Those that are filtered out are shown again. */
export function chooseRowsOf(finding: Finding): void {
  const tokens = tokensIn(finding, embeddings.peek());
  const rows = rowsOnScreen(tokens);
  const [row] = rows;
  if (row === undefined) return;
  if (rows.some((one) => visible.peek()[one] === 0)) showAll();
  if (rows.length === 1) {
    chooseNothing();
    select(row);
  } else {
    select(null);
    chooseTokens(tokens);
    showGroup();
  }
}

/** One token of it, by its label. */
export function goToToken(finding: Finding, label: string): void {
  const [row] = rowsOnScreen(tokensIn({ ...finding, tokens: [label] }, embeddings.peek()));
  if (row !== undefined) select(row);
}
