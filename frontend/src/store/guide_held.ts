/** What the person had on screen before a tour began, and how it comes back. */

import { batch } from "@preact/signals";
import { askForPose, poses } from "./camera";
import { chooseTokens, chosenTokens } from "./chosen";
import { compareWith, otherName } from "./compare";
import { hiddenClasses, isolated } from "./filters";
import { putFindingAway } from "./finding_shown";
import { ring } from "./guide_marks";
import { until } from "./guide_wait";
import { blockRange, hiddenKinds, layerPath, layerPinned, layerQuery } from "./layers";
import { following, goLive, loopPart, seekStep } from "./playback";
import { borrowSettings } from "./remembered";
import { embeddingPath, runName, withPath } from "./runs";
import { query } from "./search";
import { pinned, selected } from "./selection";
import { colorBy, loop, mode, projection, tool } from "./settings";
import { sheetOpen } from "./sheet";
import { heatRange, paintBy, stat } from "./statistics";
import { cloud, step } from "./timeline";
import { view } from "./view";

/** Set back as they were, in this order. */
const SIGNALS = [
  view,
  embeddingPath,
  withPath,
  projection,
  mode,
  tool,
  poses,
  colorBy,
  hiddenClasses,
  isolated,
  query,
  stat,
  paintBy,
  heatRange,
  layerPath,
  layerPinned,
  layerQuery,
  hiddenKinds,
  blockRange,
  loop,
  loopPart,
  sheetOpen,
] as const;

export interface Held {
  readonly run: string | null;
  readonly values: readonly unknown[];
  readonly step: number | null;
  readonly following: boolean;
  readonly selected: number | null;
  readonly pinned: boolean;
  readonly tokens: typeof chosenTokens.value;
  readonly other: string | null;
}

export function hold(): Held {
  return {
    run: runName.peek(),
    values: SIGNALS.map((one) => one.peek()),
    step: step.peek(),
    following: following.peek(),
    selected: selected.peek(),
    pinned: pinned.peek(),
    tokens: chosenTokens.peek(),
    other: otherName.peek(),
  };
}

/** Of another run nothing is set back: that is looked at now. */
export async function restore(held: Held): Promise<void> {
  ring(null);
  putFindingAway();
  if (held.run !== runName.peek()) return;
  batch(() => {
    for (const [i, one] of SIGNALS.entries()) (one as { value: unknown }).value = held.values[i];
    askForPose();
    // What a tour changed is nobody's wish for the next time.
    borrowSettings();
  });
  if (held.other !== null) compareWith(held.other);
  const path = embeddingPath.peek();
  // Rows are those of the embedding that comes back.
  await until(() => path === null || cloud.value?.embedding.path === path, null);
  if (held.run !== runName.peek()) return;
  batch(() => {
    if (held.following) goLive();
    else if (held.step !== null) seekStep(held.step);
    chooseTokens(held.tokens);
    selected.value = held.selected;
    pinned.value = held.pinned;
  });
}
