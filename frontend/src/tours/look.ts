/** The tour of what is on screen: points, axes, time, verdict and the three views, in the numbers of this run. Pure. */

import { compact, integer, number, percent, plural, wholePercent } from "../format";
import { depthAt, lastMeasured } from "./depth";
import { didNotCome, type Facts, type Table, valueAt } from "./facts";
import { type Card, type Guide, type LeftOut, listed, PLACES, quoted } from "./tour";

/** Needs a run with two snapshots. */
export function lookGuide(facts: Facts): Guide | null {
  if (facts.snapshots < 2 || facts.layers.length === 0) return null;
  const [table] = facts.tables;
  const cards: (Card | LeftOut)[] = [];
  if (table && table.steps.length > 1) cards.push(pointsCard(table), axesCard(table));
  else if (facts.missing.has("positions")) cards.push({ key: "points", leftOut: didNotCome("positions") });
  cards.push(timeCard(facts, table));
  cards.push(facts.phases ? verdictCard(facts, table) : { key: "verdict", leftOut: didNotCome("insights") });
  cards.push(layersCard(facts), heatCard(facts));
  return {
    id: "looking",
    title: "What you are looking at",
    about: table
      ? `${plural(table.rows, "point")}, the time axis, the verdict and the three views.`
      : "The time axis, the verdict and the three views.",
    cards,
  };
}

/** Farthest from where it began, as drawn; -1 = nothing moved. */
export function farthestMoved(table: Table): { row: number; distance: number; median: number } {
  const [first, last] = [table.positions[0], table.positions.at(-1)] as [ArrayLike<number>, ArrayLike<number>];
  const distances = Array.from({ length: table.rows }, (_, row) => {
    const along = (axis: number) => (last[row * 3 + axis] as number) - (first[row * 3 + axis] as number);
    return Math.hypot(along(0), along(1), along(2));
  });
  const known = distances.filter(Number.isFinite).sort((one, other) => one - other);
  const distance = known.at(-1) ?? 0;
  return {
    row: distance > 0 ? distances.indexOf(distance) : -1,
    distance,
    median: known[known.length >> 1] ?? Number.NaN,
  };
}

const lastStepOf = (table: Table) => table.steps.at(-1) as number;

function pointsCard(table: Table): Card {
  const { row, distance, median } = farthestMoved(table);
  const noun = table.isPosition ? "position" : "token";
  const sample =
    table.rows === table.whole ? "" : ` ${integer(table.rows)} of ${integer(table.whole)} were recorded, as a sample.`;
  const text = [
    `Each point is a row of ${table.path}: ${integer(table.dims)} numbers for one ${noun}.${sample} Rows with similar vectors are treated alike.`,
  ];
  if (row >= 0) {
    const moved =
      median > 0 ? `${number(distance / median)} times as far as the median point` : "most of them not at all";
    text.push(
      `The one chosen is ${quoted(table.names[row] ?? String(row))}: from step ${integer(table.steps[0])} to ${integer(lastStepOf(table))} it has moved farthest as drawn, ${moved}.`,
    );
  }
  return {
    key: "points",
    title: "Points",
    text,
    at: PLACES.cloud,
    show: {
      view: "embeddings",
      embedding: table.path,
      step: lastStepOf(table),
      select: row >= 0 ? row : null,
      camera: "fit",
    },
  };
}

function axesCard(table: Table): Card {
  const last = table.steps.length - 1;
  const whole = table.ratios.reduce((sum, ratio) => sum + ratio, 0);
  const names = table.ratios.map((ratio, axis) => `PC ${axis + 1} ${percent(ratio)}`);
  const now = table.shown[last] as number;
  const text = [
    `The axes are the directions in which the rows differ most over the run: ${listed(names)} of the variance, together ${wholePercent(whole)}.`,
  ];
  if (Number.isFinite(now)) {
    text.push(
      `At step ${integer(table.steps[last])}, ${wholePercent(now)} of the variance is drawn; in the rest, points that touch here may be far apart.`,
    );
  }
  return {
    key: "axes",
    title: "Axes",
    text,
    at: PLACES.cloud,
    show: { view: "embeddings", embedding: table.path, step: lastStepOf(table) },
  };
}

function timeCard(facts: Facts, table: Table | undefined): Card {
  const text = [
    `The cursor goes over ${integer(facts.snapshots)} snapshots, from step ${integer(facts.firstStep)} to ${integer(facts.lastStep)}; all of the page follows it.`,
  ];
  const { train } = facts;
  if (train && train.steps.length > 0) {
    const [first, last] = [valueAt(train, facts.firstStep), valueAt(train, facts.lastStep)];
    const change = last < first ? "fell" : "rose";
    if (Number.isFinite(first) && Number.isFinite(last))
      text.push(`The curve is the loss: it ${change} from ${number(first)} to ${number(last)}.`);
  } else if (facts.missing.has("loss")) text.push(didNotCome("loss"));
  else text.push("This run logged no loss.");
  return {
    key: "time",
    title: "Time",
    text,
    at: PLACES.time,
    show: {
      view: "embeddings",
      ...(table ? { embedding: table.path } : {}),
      from: facts.firstStep,
      step: facts.lastStep,
    },
  };
}

function verdictCard({ phases, findings, firstStep, lastStep }: Facts, table: Table | undefined): Card {
  const now = phases?.at(-1);
  const count = (severity: string) => findings?.filter((one) => one.severity === severity).length ?? 0;
  const [problems, watches, notes] = [count("problem"), count("watch"), count("note")];
  const parts = [
    problems > 0 ? plural(problems, "problem") : "",
    watches > 0 ? `${integer(watches)} to watch` : "",
    notes > 0 ? plural(notes, "note") : "",
  ].filter((part) => part !== "");
  const [worst] = findings ?? [];
  const text = [];
  if (now) {
    text.push(
      `The run went through ${plural(phases?.length ?? 0, "phase")}. The last${now.provisional ? " so far" : ""}, from step ${integer(now.first_step)} on: ${phaseName(now.name)}. ${now.reason}`,
    );
  } else text.push(`From step ${integer(firstStep)} to ${integer(lastStep)} no phase could be named yet.`);
  text.push(
    parts.length > 0
      ? `What was found: ${listed(parts)}.${problems + watches > 0 ? ` The worst: ${worst?.sentence ?? ""}` : ""}`
      : "Nothing was found that needs a look.",
  );
  return {
    key: "verdict",
    title: "Verdict",
    text,
    at: PLACES.verdict,
    show: { view: "embeddings", ...(table ? { embedding: table.path } : {}), step: lastStep },
  };
}

const phaseName = (name: string) => name.replaceAll("_", " ");

function layersCard({ layers, lastStep }: Facts): Card {
  const blocks = new Set(layers.flatMap(({ block }) => (block === null ? [] : [block]))).size;
  const own = layers.filter(({ tied_to }) => tied_to === null);
  const parameters = own.reduce((sum, layer) => sum + layer.parameters, 0);
  const [largest] = [...own].sort((one, other) => other.parameters - one.parameters);
  const alike = own.filter((layer) => layer.parameters === largest?.parameters).length;
  const share = parameters > 0 ? (largest?.parameters ?? 0) / parameters : Number.NaN;
  return {
    key: "layers",
    title: "Layers",
    text: [
      `The second view is the model: ${plural(layers.length, "layer")}, ${plural(blocks, "block")}, ${compact(parameters)} parameters.`,
      alike > 1
        ? `The one chosen, ${largest?.path ?? ""}, is one of the ${alike} largest, with ${percent(share)} of them each.`
        : `The one chosen, ${largest?.path ?? ""}, is the largest, with ${percent(share)} of them.`,
    ],
    at: PLACES.layers,
    show: { view: "layers", step: lastStep, layer: largest?.path ?? null },
  };
}

function heatCard(facts: Facts): Card {
  const grid = facts.gradNorm;
  const last = grid ? lastMeasured(grid) : -1;
  const depth = grid && last >= 0 ? depthAt(grid, facts.layers, last) : null;
  const text = [
    `The third view: ${plural(facts.layers.length, "line")}, one a layer, time across. A layer that parts from the others stands out here.`,
  ];
  if (depth && grid) {
    text.push(
      `It shows gradients: ${grid.exact ? "at" : "around"} step ${integer(grid.steps[last])} they are longest in block ${depth.largest.block}, ${number(depth.ratio)} times those of block ${depth.smallest.block}.`,
    );
  } else if (facts.missing.has("gradients")) text.push(didNotCome("gradients"));
  return {
    key: "heat",
    title: "Heat map",
    text,
    at: PLACES.heat,
    show: { view: "heat", ...(grid ? { stat: "grad_norm" } : {}), step: facts.lastStep, layer: null },
  };
}
