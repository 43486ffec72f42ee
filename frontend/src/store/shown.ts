/** What is on screen, put in words and columns: for what is taken away. Derived only, nothing is written here. */

import { clusterColor, paint } from "../colors/color";
import { groupColor } from "../colors/group_colors";
import { integer, number } from "../format";
import type { Drawing } from "../scene/shapes";
import type { LegendPart, Moment } from "../takeaway/caption";
import { hex } from "../takeaway/svg_text";
import { type Column, drawnRows, type Table } from "../takeaway/table";
import { classColor } from "../words/tokens";
import {
  colorMeasure,
  colorsByClass,
  shownColorBy,
  shownSizeBy,
  sizeMeasure,
  trailCount,
  trailSteps,
  uncolored,
} from "./appearance";
import { shownGroups } from "./groups";
import { clusters, namesOfClusters } from "./load_clusters";
import { numbersOf } from "./load_numbers";
import { rowNoun } from "./runs";
import { palette, projection, theme } from "./settings";
import { drawnStep, runSaid, whenNow } from "./shown_now";
import { type Cloud, ordinal, partOf, still, varianceOverRun, varianceShown } from "./timeline";

export function momentNow(now: Cloud, drawing: Drawing): Moment {
  const whole = now.parts.reduce((sum, part) => sum + (part.embedding.shape[0] ?? part.rows), 0);
  return {
    ...whenNow(),
    run: runSaid(now.run),
    embeddings: now.parts.map(({ embedding }) => embedding.path),
    shownRows: drawnRows(drawing.visible, drawing.positions).length,
    rows: now.set.rows,
    sampledOf: whole > now.set.rows ? whole : null,
    noun: rowNoun.peek(),
    projection: projectionName(),
    variance: still.peek() ? null : (varianceShown.peek() ?? varianceOverRun.peek()),
  };
}

function projectionName(): string {
  const alone = still.peek();
  if (alone) return `UMAP of step ${integer(alone.step)}: distances mislead`;
  const [kind, of] = projection.peek().split(":");
  if (kind === "last") return "PCA of the last step";
  if (kind === "clusters") return "PCA of cluster means";
  if (kind === "step") return `PCA of step ${integer(Number(of))}`;
  if (kind === "tour") return "Grand tour of eight components";
  return "PCA of the whole run";
}

const COLOR_NAMES = {
  cluster: "",
  norm: "Vector norm",
  gradient: "Gradient norm",
  displacement: "Moved since the first step",
  count: "Count in the training text",
} as const;
const SIZE_NAMES = { norm: "norm", gradient: "gradient norm", displacement: "moved", count: "count" } as const;
const RAMP_STOPS = 16;

export function legendNow(now: Cloud, drawing: Drawing): LegendPart[] {
  const rows = drawnRows(drawing.visible, drawing.positions);
  const parts: LegendPart[] = [colorLegend(now, rows)];
  const groups = shownGroups.peek().map(({ group, rows: members }) => ({
    name: group.name,
    color: groupColor(group.color, theme.peek()),
    count: members.length,
  }));
  if (groups.length > 0) parts.push({ kind: "groups", entries: groups });
  if (uncolored.peek() > 0) parts.push({ kind: "note", name: `grey: not known, ${integer(uncolored.peek())}` });
  const by = shownSizeBy.peek();
  const scale = sizeMeasure.peek()?.scale.peek() ?? null;
  if (by !== "same" && scale) {
    const written = by === "count" ? integer : number;
    parts.push({ kind: "sizes", name: `${SIZE_NAMES[by]} ${written(scale.low)} to ${written(scale.high)}` });
  }
  if (trailCount.peek() > 0 && !still.peek())
    parts.push({ kind: "trails", name: `last ${integer(trailSteps.peek())} steps` });
  return parts;
}

function colorLegend(now: Cloud, rows: readonly number[]): LegendPart {
  const measure = colorMeasure.peek();
  const by = shownColorBy.peek();
  if (measure) {
    const scale = measure.scale.peek();
    const written = by === "count" || by === "class" ? integer : number;
    const name = by === "class" ? (rowNoun.peek() === "position" ? "Position" : "Id") : COLOR_NAMES[by];
    const [low, high] = scale ? [written(scale.low), written(scale.high)] : ["–", "–"];
    return { kind: "scale", name, low, high, colors: rampColors(), log: scale?.log ?? false };
  }
  const byClass = colorsByClass.peek();
  const of = byClass ? now.words.classOf : (clusters.peek()?.clusters.of ?? []);
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(of[row] ?? -1, (counts.get(of[row] ?? -1) ?? 0) + 1);
  const named = byClass
    ? now.words.classes.map((one, i) => ({
        name: one.name,
        color: classColor(one, theme.peek()),
        count: counts.get(i) ?? 0,
      }))
    : namesOfClusters
        .peek()
        .map((name, i) => ({ name, color: clusterColor(i, theme.peek()), count: counts.get(i) ?? 0 }));
  return { kind: "classes", entries: named.filter(({ count }) => count > 0) };
}

function rampColors(): string[] {
  const colors = new Uint8Array(RAMP_STOPS * 3);
  return Array.from({ length: RAMP_STOPS }, (_, i) => {
    paint(colors, i, palette.peek(), theme.peek(), i / (RAMP_STOPS - 1));
    return hex([colors[i * 3] as number, colors[i * 3 + 1] as number, colors[i * 3 + 2] as number]);
  });
}

/** Every drawn row with what is known of it; the numbers of the snapshot nearest to the cursor are asked for. */
export async function tableNow(now: Cloud, drawing: Drawing, signal: AbortSignal): Promise<Table> {
  const alone = still.peek();
  const numbersStep = alone?.step ?? now.set.knownStep(ordinal.peek());
  const step = drawnStep() ?? numbersStep;
  const found = clusters.peek()?.clusters;
  const groups = groupsOf(now);
  const numbers = await numbersOf(now, numbersStep, signal);
  const columns: Column[] = [
    { name: "norm", values: numbers.norms, whole: false },
    { name: "gradient", values: numbers.gradNorms, whole: false },
    { name: "displacement", values: numbers.displacements, whole: false },
  ];
  if (now.counts) columns.push({ name: "count", values: now.counts, whole: true });
  if (found) columns.push({ name: "cluster", values: found.of, whole: true });
  const rows = Array.from({ length: now.set.rows }, (_, row) => ({ row, ...partOf(now, row) }));
  const labels = rows.map(({ part, index }) => part.embedding.labels?.[index] ?? null);
  return {
    run: now.run,
    step,
    numbersStep,
    rows: drawnRows(drawing.visible, drawing.positions),
    embeddings: rows.map(({ part }) => part.embedding.path),
    ids: now.ids,
    labels,
    classes: rows.map(({ row }) =>
      labels[row] === null ? null : (now.words.classes[now.words.classOf[row] as number]?.name ?? null),
    ),
    groups,
    positions: drawing.positions,
    colors: drawing.colors,
    columns,
  };
}

/** Names of the groups of each row, [R]. */
function groupsOf(now: Cloud): string[][] {
  const of: string[][] = Array.from({ length: now.set.rows }, () => []);
  for (const { group, rows } of shownGroups.peek()) for (const row of rows) of[row]?.push(group.name);
  return of;
}
