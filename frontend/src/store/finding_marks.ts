/** What of the findings is told and marked at the cursor: in lists, on layers, on tokens. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { isLive, levelsOf, markingLayers, markingTokens, naming, namingToken, parted } from "../findings/select";
import { commonPrefix, withShortNames } from "../findings/sentence";
import { SEVERITY_NAMES, severityColor, severityOf } from "../findings/severity";
import { titleOf } from "../findings/titles";
import { tokensIn } from "../findings/where";
import { plural } from "../format";
import type { Mark } from "../scene/types";
import type { Finding } from "../wire.gen";
import { rgb } from "../words/tokens";
import { rowsOnScreen } from "./chosen";
import { other, otherAtEnd, otherStep } from "./compare";
import { findingShown } from "./finding_shown";
import { findings, otherFindings } from "./insights";
import { layers } from "./layers";
import { atEnd } from "./playback";
import { embeddings } from "./runs";
import { theme } from "./settings";
import { side } from "./side";
import { cloud, partOf, step, stepRange } from "./timeline";
import { view } from "./view";

/** With names of layers as they are written here. */
const prefix = computed(() => commonPrefix(layers.value.filter((layer, i) => i === 0 || layer.block !== null)));
export const sentenceOf = ({ sentence }: Finding): string => withShortNames(sentence, prefix.value);

const NOTHING: readonly Finding[] = [];
/** The list of before where it holds the same: in playback nothing is drawn anew while nothing changes. */
function steady(): (next: readonly Finding[]) => readonly Finding[] {
  let before = NOTHING;
  return (next) => {
    if (next.length !== before.length || next.some((one, i) => one !== before[i])) before = next;
    return before;
  };
}

/** Of one run, the worst first. */
function toldOf(
  all: ReadonlySignal<readonly Finding[]>,
  at: ReadonlySignal<number | null>,
  ends: ReadonlySignal<boolean>,
  range: ReadonlySignal<readonly [number, number] | null>,
) {
  const divided = computed(() => parted(all.value, at.value, ends.value));
  const [steadySoFar, steadyLater, steadyLive] = [steady(), steady(), steady()];
  return {
    soFar: computed(() => steadySoFar(divided.value.soFar)),
    later: computed(() => steadyLater(divided.value.later)),
    live: computed(() => {
      const [now, steps] = [at.value, range.value];
      if (now === null || steps === null || all.value.length === 0) return NOTHING;
      const length = steps[1] - steps[0] + 1;
      const going = (one: Finding) => isLive(one, ends.value ? Math.max(now, one.first_step) : now, length);
      return steadyLive(divided.value.soFar.filter(going));
    }),
  };
}

const otherRange = computed<[number, number] | null>(() => {
  const [first, last] = [other.value?.first_step ?? null, other.value?.last_step ?? null];
  return first === null || last === null ? null : [first, last];
});
const told = {
  a: toldOf(findings, step, atEnd, stepRange),
  b: toldOf(otherFindings, otherStep, otherAtEnd, otherRange),
};
export const toldUpTo = (which: "a" | "b"): readonly Finding[] => told[which].soFar.value;
/** Of the run whose findings are shown, up to the cursor. */
export const soFar = computed(() => told[side.value].soFar.value);
/** After the cursor. */
export const later = computed(() => told[side.value].later.value);
/** Those that are going on at the cursor. */
export const live = computed(() => told[side.value].live.value);

/** Outlined where they can be: the one that is looked at, else those going on at the cursor that may need a look. */
export const framedFindings = computed<readonly Finding[]>(() => {
  const open = findingShown.value;
  return open ? [open] : live.value.filter(({ severity }) => severity !== "note");
});

let levels: Uint8Array = new Uint8Array(0);
/** Of each layer the level of its worst finding at the cursor, 0 = none; the same array while nothing changes. [L] */
export const layerLevels = computed<Uint8Array>(() => {
  // The heat map's lines are those of A, whichever findings are listed.
  const next = levelsOf(view.value === "heat" ? told.a.live.value : live.value, layers.value);
  if (next.length !== levels.length || next.some((level, i) => level !== levels[i])) levels = next;
  return levels;
});

export const findingsOfLayer = (path: string) => naming(live.value, path);
export const levelName = (place: number) => severityOf(layerLevels.value[place] ?? 0);

/** Findings that name a row on screen, up to the cursor. */
export function findingsOfRow(row: number): readonly Finding[] {
  const now = cloud.value;
  const all = soFar.value;
  if (!now || all.length === 0) return NOTHING;
  const { part, index } = partOf(now, row);
  const label = part.embedding.labels?.[index] ?? String(now.ids[row]);
  return namingToken(all, label, part.embedding.path);
}

const ringsOf = (going: readonly Finding[]): readonly Mark[] =>
  markingTokens(going)
    .filter((one) => one !== findingShown.value)
    .map((one) => ({
      rows: rowsOnScreen(tokensIn(one, embeddings.value)),
      color: rgb(severityColor(one.severity, theme.value)),
    }))
    .filter(({ rows }) => rows.length > 0)
    .reverse();
/** Rings for the tokens of findings in the colour of the severity; those of the finding that is open are chosen anyway. */
export const tokenMarks = computed(() => ringsOf(told.a.live.value));
/** Of the run beside, as rows of the first. */
export const otherTokenMarks = computed(() => ringsOf(told.b.live.value));

/** "13 layers are marked: vanishing gradients, problem"; "" where none is. */
export function marksInWords(): string {
  const count = layerLevels.value.reduce((sum, level) => sum + (level > 0 ? 1 : 0), 0);
  if (count === 0) return "";
  const of = markingLayers(live.value, layers.value.length);
  const names = of.map((one) => `${titleOf(one).toLowerCase()}, ${SEVERITY_NAMES[one.severity].toLowerCase()}`);
  return `${plural(count, "layer is", "layers are")} marked: ${[...new Set(names)].join("; ")}`;
}
