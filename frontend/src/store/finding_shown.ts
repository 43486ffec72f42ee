/** The finding that a person looks at: opening it goes to its step, chooses what it is about and loops its steps. */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { sameFinding } from "../findings/keys";
import { stepsToLoop } from "../findings/where";
import type { Finding } from "../wire.gen";
import { askForPose, askModelBack, poses } from "./camera";
import { chooseTokens, chosenTokens } from "./chosen";
import { otherName, paneShown, setPaneShown } from "./compare";
import { chooseRowsOf, goToLayer, goToSteps, goToSubject, goToToken, loopStepsOf } from "./finding_visit";
import { findingKey, sideFindings } from "./insights";
import { layerPath, setLayerPath } from "./layers";
import { following, goLive, loopPart, playing, seekStep } from "./playback";
import { chooseEmbedding, embeddingPath, embeddings, runName } from "./runs";
import { select, selected } from "./selection";
import { loop } from "./settings";
import { side, sideName } from "./side";
import { setStat, stat } from "./statistics";
import { cloud, snapshots, step } from "./timeline";
import { setView, type View, view } from "./view";

/** run: null = of whichever comes first, from a link. */
const held = signal<{ readonly run: string | null; readonly key: string } | null>(null);
/** It stays open while the run grows. */
export const findingShown = computed<Finding | null>(() => {
  const now = held.value;
  if (now === null || (now.run !== null && now.run !== sideName.value)) return null;
  return sameFinding(now.key, sideFindings.value, findingKey);
});
/** Lists show all they have. */
export const wholeLists = signal(false);
export function showWholeLists(whole: boolean): void {
  wholeLists.value = whole;
}
/** The list of all findings is wanted where the inspector has no place of its own. */
export const findingsOpen = signal(false);

/** What was chosen and looped before, and what was set in place of it. */
interface Kept {
  readonly layer: string | null;
  readonly row: number | null;
  readonly tokens: typeof chosenTokens.value;
  readonly embedding: string | null;
  readonly stat: string;
  readonly loops: boolean;
  readonly part: typeof loopPart.value;
  readonly step: number | null;
  readonly following: boolean;
  readonly view: View;
  readonly side: typeof paneShown.value;
  readonly poses: typeof poses.value;
}
let before: Kept | null = null;
let after: Kept | null = null;
/** Its rows are still on their way. */
let awaited = false;

const asNow = (): Kept => ({
  layer: layerPath.peek(),
  row: selected.peek(),
  tokens: chosenTokens.peek(),
  embedding: embeddingPath.peek(),
  stat: stat.peek(),
  loops: loop.peek(),
  part: loopPart.peek(),
  step: step.peek(),
  following: following.peek(),
  view: view.peek(),
  side: paneShown.peek(),
  poses: poses.peek(),
});

/** What is chosen meanwhile belongs to the finding: it stays open. */
function within(act: () => void): void {
  batch(() => {
    act();
    after = asNow();
  });
}

/** Goes there in whichever view is on screen. which: of two runs that are compared, the one it is of. */
export function openFinding(finding: Finding, which: "a" | "b" = side.peek()): void {
  const run = which === "b" ? otherName.peek() : runName.peek();
  if (run === null) return;
  if (findingShown.peek() === null) before = asNow();
  within(() => {
    setPaneShown(which);
    held.value = { run, key: findingKey(finding) };
    findingsOpen.value = false;
    awaited = goToSubject(finding);
    goToSteps(finding);
  });
}

/** Back to where it was opened: view, camera and cursor stand there, and what was chosen and looped then is so again,
 * unless it was touched meanwhile. */
export function closeFinding(): void {
  const [old, set] = [before, after];
  const stayed = !playing.peek() && step.peek() === set?.step;
  // At once: a scene that saw the finding go first would not know what to go back from.
  batch(() => {
    if (!putFindingAway() || !old) return;
    if (set && view.peek() === set.view) setView(old.view);
    if (set && paneShown.peek() === set.side) setPaneShown(old.side);
    askModelBack();
    if (!stayed) return;
    if (old.following) goLive();
    else if (old.step !== null && old.step !== set?.step) seekStep(old.step);
  });
}

/** The same, and the cursor stays. false = none was open. */
export function putFindingAway(): boolean {
  if (held.peek() === null) return false;
  const [now, old, set] = [asNow(), before, after];
  batch(() => {
    forget();
    if (!old || !set) return;
    if (now.layer === set.layer) setLayerPath(old.layer);
    if (now.stat === set.stat) setStat(old.stat);
    if (now.embedding === set.embedding && old.embedding !== null && old.embedding !== set.embedding) {
      chooseEmbedding(old.embedding);
      poses.value = old.poses;
      askForPose();
    } else if (now.row === set.row && now.tokens === set.tokens) {
      chooseTokens(old.tokens);
      select(old.row);
    }
    if (now.part === set.part && now.loops === set.loops) {
      loopPart.value = old.part;
      loop.value = old.loops;
    }
  });
  return true;
}

function forget(): void {
  held.value = null;
  findingsOpen.value = false;
  before = after = null;
  awaited = false;
}

/** The one after the one that is open in the list, which begins with the worst, or the one before; round and round. */
export function openNext(direction: 1 | -1): void {
  const all = sideFindings.peek();
  if (all.length === 0) return;
  const shown = findingShown.peek();
  const at = shown === null ? -1 : all.indexOf(shown);
  const next = at < 0 ? (direction > 0 ? 0 : all.length - 1) : (at + direction + all.length) % all.length;
  openFinding(all[next] as Finding);
}

/** The other run's findings, and its layers: the one that is open is put away first. */
export function showSide(which: "a" | "b"): void {
  if (which === paneShown.peek()) return;
  batch(() => {
    const listed = findingsOpen.peek();
    putFindingAway();
    setPaneShown(which);
    findingsOpen.value = listed;
    after = listed ? asNow() : null;
  });
}

/** The list of all findings: beside the views it stands anyway, while nothing is chosen. */
export function openFindings(open = true): void {
  batch(() => {
    if (open) closeFinding();
    findingsOpen.value = open;
    after = open ? asNow() : null;
  });
}

/** The steps that would be looped, and whether they are; null = it is about all of the run. */
export const findingLoop = computed(() => {
  const [finding, set] = [findingShown.value, snapshots.value];
  const steps = finding && set ? stepsToLoop(finding, set) : null;
  if (!steps) return null;
  const part = loopPart.value;
  return { steps, on: loop.value && part?.first === steps[0] && part.last === steps[1] };
});

export const loopFinding = (finding: Finding) => within(() => loopStepsOf(finding));
export const showLayerOf = (path: string) => within(() => goToLayer(path));
export const showFindingIn = (finding: Finding, next: View) =>
  within(() => {
    setView(next);
    awaited = goToSubject(finding);
  });
export const showTokenOf = (finding: Finding, label: string) => within(() => goToToken(finding, label));

/** From a link: `key` of the finding, of the run that the link names. */
export function awaitFinding(key: string | null): void {
  batch(() => {
    forget();
    held.value = key === null ? null : { run: null, key };
  });
}
/** What a link says: also while its run, or what goes on in it, is still on its way. */
export const findingWanted = computed(() => {
  const now = held.value;
  if (now === null || (now.run !== null && now.run !== sideName.value)) return null;
  return findingShown.value ? findingKey(findingShown.value) : now.run === null ? now.key : null;
});

export function followFinding(): () => void {
  const stops = [effect(leaveOnChoice), effect(chooseAwaited), effect(takeLinked)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** What is chosen by hand is what is looked at next. */
function leaveOnChoice(): void {
  const [layer, row, tokens] = [layerPath.value, selected.value, chosenTokens.value];
  if (!after || awaited) return;
  // What a link chooses comes with the rows, not by hand.
  if (held.peek() !== null && embeddings.peek().length > 0 && !cloud.peek()) {
    after = asNow();
    return;
  }
  if (layer !== after.layer || row !== after.row || tokens !== after.tokens) batch(forget);
}

function chooseAwaited(): void {
  const [now, finding] = [cloud.value, findingShown.value];
  if (!awaited || !now || !finding || !now.parts.some((part) => finding.layers.includes(part.embedding.path))) return;
  untracked(() =>
    within(() => {
      chooseRowsOf(finding);
      awaited = false;
    }),
  );
}

/** A link that says no step means: go there. With one it shows what it was made from. */
function takeLinked(): void {
  const [now, finding, set] = [held.value, findingShown.value, snapshots.value];
  if (now?.run !== null || !finding || !set) return;
  untracked(() => {
    if (following.peek()) openFinding(finding);
    else
      within(() => {
        held.value = { run: sideName.peek(), key: findingKey(finding) };
        if (loop.peek()) loopStepsOf(finding);
      });
  });
}
