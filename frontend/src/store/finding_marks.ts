/** What of the findings is told and marked at the cursor: in lists, on layers, on tokens. */

import { computed } from "@preact/signals";
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
import { findingShown } from "./finding_shown";
import { findings } from "./insights";
import { layers } from "./layers";
import { atEnd } from "./playback";
import { embeddings } from "./runs";
import { theme } from "./settings";
import { cloud, partOf, step, stepRange } from "./timeline";

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

const divided = computed(() => parted(findings.value, step.value, atEnd.value));
const [steadySoFar, steadyLater, steadyLive] = [steady(), steady(), steady()];
/** Of the run on screen, the worst first: up to the cursor. */
export const soFar = computed(() => steadySoFar(divided.value.soFar));
/** After the cursor. */
export const later = computed(() => steadyLater(divided.value.later));

/** Those that are going on at the cursor. */
export const live = computed<readonly Finding[]>(() => {
  const [at, range] = [step.value, stepRange.value];
  if (at === null || range === null || findings.value.length === 0) return NOTHING;
  const length = range[1] - range[0] + 1;
  const going = (one: Finding) => isLive(one, atEnd.value ? Math.max(at, one.first_step) : at, length);
  return steadyLive(soFar.value.filter(going));
});

let levels: Uint8Array = new Uint8Array(0);
/** Of each layer the level of its worst finding at the cursor, 0 = none; the same array while nothing changes. [L] */
export const layerLevels = computed<Uint8Array>(() => {
  const next = levelsOf(live.value, layers.value);
  if (next.length !== levels.length || next.some((level, i) => level !== levels[i])) levels = next;
  return levels;
});

export const findingsOfLayer = (path: string) => naming(live.value, path);
export const levelName = (place: number) => severityOf(layerLevels.value[place] ?? 0);

/** Findings that name a row on screen, up to the cursor. */
export function findingsOfRow(row: number): readonly Finding[] {
  const now = cloud.value;
  if (!now || soFar.value.length === 0) return NOTHING;
  const { part, index } = partOf(now, row);
  const label = part.embedding.labels?.[index] ?? String(now.ids[row]);
  return namingToken(soFar.value, label, part.embedding.path);
}

/** Rings for the tokens of findings in the colour of the severity; those of the finding that is open are chosen anyway. */
export const tokenMarks = computed<readonly Mark[]>(() =>
  markingTokens(live.value)
    .filter((one) => one !== findingShown.value)
    .map((one) => ({
      rows: rowsOnScreen(tokensIn(one, embeddings.value)),
      color: rgb(severityColor(one.severity, theme.value)),
    }))
    .filter(({ rows }) => rows.length > 0)
    .reverse(),
);

/** "13 layers are marked: vanishing gradients, problem"; "" where none is. */
export function marksInWords(): string {
  const count = layerLevels.value.reduce((sum, level) => sum + (level > 0 ? 1 : 0), 0);
  if (count === 0) return "";
  const of = markingLayers(live.value, layers.value.length);
  const names = of.map((one) => `${titleOf(one).toLowerCase()}, ${SEVERITY_NAMES[one.severity].toLowerCase()}`);
  return `${plural(count, "layer is", "layers are")} marked: ${[...new Set(names)].join("; ")}`;
}
