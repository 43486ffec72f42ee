/** All that the address carries, in its order. A new part of the view gets its line here. */

import { askForPose, keepPose, poseFrom, poses, poseText } from "./camera";
import { choiceParts } from "./choice_link";
import { compareParts } from "./compare_link";
import { findingPart } from "./finding_link";
import { guideFrom, guideRunning, wantGuide } from "./guides";
import { layerParts } from "./layer_link";
import { choicePart, type LinkPart } from "./link";
import type { Wanted } from "./load_run";
import { following, loopPart } from "./playback";
import { SETTINGS } from "./remembered";
import { beside, embeddingPath, runName, setLayout, setWith, wantedLayout } from "./runs";
import { selected } from "./selection";
import { isProjection, loop, mode, projection, setProjection } from "./settings";
import { step } from "./timeline";

/** What can be shown only once the run is here: kept until the loader takes it. */
export interface Awaited extends Wanted {
  run: string | null;
}

export const nothingAwaited = (): Awaited => ({
  run: null,
  embedding: null,
  step: null,
  row: null,
  part: null,
});

export function linkParts(awaited: Awaited): readonly LinkPart[] {
  return [
    {
      key: "run",
      read: () => runName.value ?? undefined,
      write: (text) => {
        awaited.run = text;
      },
    },
    {
      key: "embedding",
      read: () => embeddingPath.value ?? undefined,
      write: (text) => {
        awaited.embedding = text;
      },
    },
    ...layerParts(),
    ...compareParts(),
    findingPart(),
    {
      key: "tour",
      read: () => guideRunning.value ?? undefined,
      write: (text) => wantGuide(guideFrom(text)),
      clear: () => wantGuide(null),
    },
    {
      key: "with",
      read: () => beside.value?.path,
      write: setWith,
      clear: () => setWith(null),
    },
    {
      key: "layout",
      read: () => (beside.value && wantedLayout.value === "apart" ? "apart" : undefined),
      write: (text) => {
        if (text === "apart") setLayout(text);
      },
      clear: () => setLayout("together"),
    },
    {
      key: "step",
      read: () => (following.value || step.value === null ? undefined : String(step.value)),
      write: (text) => {
        awaited.step = wholeNumber(text);
      },
    },
    {
      key: "row",
      read: () => (selected.value === null ? undefined : String(selected.value)),
      write: (text) => {
        awaited.row = wholeNumber(text);
      },
    },
    choicePart("color", SETTINGS.colorBy),
    choicePart("size", SETTINGS.sizeBy),
    choicePart("palette", SETTINGS.palette),
    {
      key: "projection",
      read: () => (projection.value === "joint" ? undefined : projection.value),
      write: (text) => {
        if (isProjection(text)) setProjection(text);
      },
      clear: () => setProjection("joint"),
    },
    choicePart("view", SETTINGS.mode),
    {
      key: "camera",
      read: () => {
        const pose = poses.value[mode.value];
        return pose === null ? undefined : poseText(pose);
      },
      write: (text) => {
        const pose = poseFrom(text);
        if (pose !== null) keepPose(pose);
        askForPose();
      },
      clear: () => {
        keepPose(null);
        askForPose();
      },
    },
    choicePart("labels", SETTINGS.labelMode),
    choicePart("points", SETTINGS.pointScale),
    choicePart("trails", SETTINGS.trails),
    choicePart("trailrows", SETTINGS.trailRows),
    choicePart("order", SETTINGS.positionOrder),
    choicePart("pace", SETTINGS.pace),
    choicePart("speed", SETTINGS.speed),
    choicePart("loop", SETTINGS.loop),
    {
      key: "part",
      read: () => {
        const part = loop.value ? loopPart.value : null;
        return part === null || part.last === null ? undefined : `${Math.round(part.first)}~${Math.round(part.last)}`;
      },
      write: (text) => {
        const [, first, last] = /^(\d{1,15})~(\d{1,15})$/.exec(text) ?? [];
        awaited.part = first && last && Number(first) < Number(last) ? [Number(first), Number(last)] : null;
      },
    },
    ...choiceParts(() => awaited.embedding ?? ""),
  ];
}

function wholeNumber(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
}
