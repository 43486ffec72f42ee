/** The sentences that tell what the canvas shows just now. */

import { integer, number, plural, wholePercent } from "../format";
import { sortedRows } from "../rows/row_table";
import { colorMeasure, colorsByClass, shownColorBy, shownSizeBy, trailSteps } from "../store/appearance";
import { chosen } from "../store/chosen";
import { train, valueAt } from "../store/curves";
import { classRows, shownRows, visible } from "../store/filters";
import { clusters, namesOfClusters } from "../store/load_clusters";
import { drawnMode } from "../store/picture";
import { pictureName, rowNoun, runName } from "../store/runs";
import { hits, query } from "../store/search";
import { details, selected } from "../store/selection";
import { type ColorBy, projection, type SizeBy } from "../store/settings";
import { cloud, ordinal, step, varianceOverRun, varianceShown } from "../store/timeline";
import { fastestRows } from "../time/trails_math";
import { nameOf } from "./token_name";

const NAMED = 3;
const MOST_GROUPS = 8;
const BY: Readonly<Record<Exclude<ColorBy | SizeBy, "same">, string>> = {
  class: "class",
  cluster: "cluster",
  norm: "vector norm",
  gradient: "gradient norm",
  displacement: "distance from the first step",
  count: "count in the training text",
};

/** "" while there is nothing to tell of. Reads signals. */
export function pictureInWords(): string {
  if (!cloud.value || !pictureName.value) return "";
  return [what(), directions(), colored(), sized(), fastest(), found(), chosenOnes(), selection()]
    .filter((part) => part !== "")
    .join(" ");
}

function what(): string {
  const { rows, all } = shownRows.value;
  const name = runName.value === "." ? "" : `Run ${runName.value}. `;
  const loss = valueAt(train.value, step.value);
  const counted = `${integer(rows)} of ${plural(all, rowNoun.value)}`;
  const lossText = loss === null ? "" : ` Training loss ${number(loss)}.`;
  return `${name}${pictureName.value} at step ${integer(step.value)}: ${counted}.${lossText}`;
}

function directions(): string {
  const [kind, at] = projection.value.split(":") as [string, string | undefined];
  const names: Record<string, string> = {
    joint: "Principal components of the whole run",
    last: "Principal components of the last step",
    clusters: "Directions between clusters",
    tour: "Grand tour over the first eight components",
    step: `Principal components of step ${integer(Number(at))}`,
    umap: `UMAP of step ${integer(Number(at))}, whose distances mislead`,
  };
  const share = varianceShown.value ?? varianceOverRun.value;
  const variance = kind === "umap" || share === null ? "" : `, ${wholePercent(share)} of the variance shown`;
  return `${names[kind] ?? ""}${variance}, in ${drawnMode.value === "2d" ? "2D" : "3D"}.`;
}

function colored(): string {
  const by = shownColorBy.value;
  if (colorsByClass.value) {
    const shown = classRows.value.filter((one) => !one.hidden);
    return `Coloured by class: ${listed(shown.map((one) => `${integer(one.rows)} ${one.tokenClass.name}`))}.`;
  }
  if (by === "cluster") {
    const sizes = clusters.value?.clusters.sizes ?? [];
    const groups = sizes.map((size, i) => `${integer(size)} with ${namesOfClusters.value[i] ?? ""}`);
    return sizes.length === 0
      ? "Coloured by cluster."
      : `Coloured by ${plural(sizes.length, "cluster")}: ${listed(groups)}.`;
  }
  const name = by === "class" ? "id" : BY[by];
  const values = colorMeasure.value?.values.value;
  if (by === "class" || !values) return `Coloured by ${name}.`;
  const top = sortedRows(visible.value, (row) => values[row] ?? Number.NaN, true, NAMED).rows;
  const known = top.filter((row) => Number.isFinite(values[row]));
  return `Coloured by ${name}; largest: ${known.map((row) => `${nameOf(row).title} ${number(values[row])}`).join(", ")}.`;
}

function listed(parts: readonly string[]): string {
  const more = parts.length - MOST_GROUPS;
  return parts.slice(0, MOST_GROUPS).join(", ") + (more > 0 ? ` and ${integer(more)} more` : "");
}

function sized(): string {
  const by = shownSizeBy.value;
  return by === "same" ? "" : `Sized by ${BY[by]}.`;
}

function fastest(): string {
  const set = cloud.value?.set;
  if (!set || set.total < 2) return "";
  const from = set.placeOf(set.stepAt(ordinal.value) - trailSteps.value);
  const rows = fastestRows(set, from, ordinal.value, NAMED, visible.value);
  if (rows.length === 0) return "";
  return `Fastest over the last ${plural(trailSteps.value, "step")}: ${rows.map((row) => nameOf(row).title).join(", ")}.`;
}

function found(): string {
  return query.value === "" ? "" : `The search for ${query.value} finds ${integer(hits.value.length)}.`;
}

function chosenOnes(): string {
  return chosen.value.length === 0 ? "" : `${plural(chosen.value.length, rowNoun.value)} chosen.`;
}

function selection(): string {
  const row = selected.value;
  if (row === null || row >= (cloud.value?.set.rows ?? 0)) return "";
  const near = details.value.get(row)?.neighbours.slice(0, NAMED) ?? [];
  const names = near.map((one) => `${nameOf(one.row).title}, cosine ${one.similarity.toFixed(2)}`);
  return `${nameOf(row).title} is selected${names.length > 0 ? `; nearest are ${names.join("; ")}` : ""}.`;
}
