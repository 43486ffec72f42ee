/** Of two runs that are compared, the one whose layers and findings are shown. Where nothing is compared there is only the one. */

import { computed } from "@preact/signals";
import type { Layer, Model, RunInfo } from "../wire.gen";
import { comparing, other, otherModel, otherName, otherStep, paneShown } from "./compare";
import { exactStep } from "./latest";
import { model, run, runName } from "./runs";
import { view } from "./view";

export const side = computed<"a" | "b">(() => (comparing.value ? paneShown.value : "a"));
export const sideName = computed(() => (side.value === "b" ? otherName.value : runName.value));
/** Its record; null = not here yet. */
export const sideModel = computed<Model | null>(() => (side.value === "b" ? hereOf(other.value) : model.value));

const hereOf = (info: RunInfo | null) => (otherModel.value?.run === info?.run ? otherModel.value : null);

/** The layers view shows one model at a time; the clouds and the heat map have room for both. */
const ofOther = computed(() => side.value === "b" && view.value === "layers");
export const layersRun = computed<RunInfo | null>(() => (ofOther.value ? other.value : run.value));
export const layersModel = computed<Model | null>(() => (ofOther.value ? hereOf(other.value) : model.value));

/** The step of that run's snapshot nearest to the cursor, once it is certain. */
export const layersStep = (): number | null => (ofOther.value ? otherStep.value : exactStep());

const NONE: readonly Layer[] = [];
/** What its findings name. */
export const sideLayers = computed<readonly Layer[]>(() => sideModel.value?.layers ?? NONE);
/** "A", "B"; "" where nothing is compared. */
export const sideLetter = computed(() => (comparing.value ? side.value.toUpperCase() : ""));
