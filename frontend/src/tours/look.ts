/** The tour of what is on screen: points, axes, time, verdict and the three views, in the numbers of this run. A minute. Pure. */

import { titleOf } from "../findings/titles";
import { compact, integer, number, percent, plural, wholePercent } from "../format";
import { depthAt, extremeLayer, FLAT_WITHIN, lastMeasured } from "./depth";
import { didNotCome, type Facts, finiteRows, shortName, type Table } from "./facts";
import { lossSaid } from "./loss_words";
import { type Card, type Guide, type LeftOut, listed, PLACES, quoted } from "./tour";

/** Needs a run with two snapshots. */
export function lookGuide(facts: Facts): Guide | null {
  if (facts.snapshots < 2 || facts.layers.length === 0) return null;
  const [table] = facts.tables;
  const cards: (Card | LeftOut)[] = [];
  if (table && table.steps.length > 1) cards.push(pointsCard(facts, table), axesCard(table));
  else if (facts.missing.has("positions")) cards.push({ key: "points", leftOut: didNotCome("positions") });
  cards.push(timeCard(facts, table));
  cards.push(facts.phases ? verdictCard(facts, table) : { key: "verdict", leftOut: didNotCome("insights") });
  cards.push(layersCard(facts), heatCard(facts));
  return {
    id: "looking",
    title: "What you are looking at",
    about: table
      ? `${plural(table.rows, "point")}, the time axis, the verdict and the three views.`
      : "The time axis, the verdict, the model and the heat map.",
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

/** What is looked at where a card is of no view in particular. */
const where = (table: Table | undefined) =>
  table ? ({ view: "embeddings", embedding: table.path } as const) : ({ view: "layers" } as const);

function pointsCard(facts: Facts, table: Table): Card {
  const { row, distance, median } = farthestMoved(table);
  const noun = table.isPosition ? "position" : "token";
  const which =
    table.rows === table.whole
      ? `one of all ${integer(table.rows)} rows`
      : `one of ${integer(table.rows)} sampled rows, of ${integer(table.whole)},`;
  const text = [
    `Each point is ${which} of ${shortName(facts, table.path)}: ${integer(table.dims)} numbers for a ${noun}. Similar rows are treated alike.`,
  ];
  const lost = table.rows - finiteRows(table.positions.at(-1) as ArrayLike<number>);
  if (lost > 0)
    text.push(`${plural(lost, "row")} at step ${integer(lastStepOf(table))} can't be drawn: not finite numbers.`);
  if (row >= 0) {
    const moved = median > 0 ? `${number(distance / median)} times the median` : "most did not move";
    const name = quoted(table.names[row] ?? String(row));
    text.push(
      `Untrained, they lie at random; learning sorts them. ${name}, ringed, moved farthest as drawn: ${moved}.`,
    );
  }
  return {
    key: "points",
    title: "Points",
    text,
    at: PLACES.cloud,
    show: { ...where(table), step: lastStepOf(table), select: row >= 0 ? row : null, camera: "fit" },
  };
}

function axesCard(table: Table): Card {
  const last = table.steps.length - 1;
  const now = table.shown[last] as number;
  const whole = table.ratios.slice(0, table.axes).reduce((sum, ratio) => sum + ratio, 0);
  const [share, when] = Number.isFinite(now) ? [now, `at step ${integer(table.steps[last])}`] : [whole, "over the run"];
  return {
    key: "axes",
    title: "Axes",
    text: [
      `Along these ${table.axes === 2 ? "two" : "three"} axes rows differ most over the run. They draw ${wholePercent(share)} of all differences ${when}; points that touch may differ in the rest.`,
    ],
    at: PLACES.cloud,
    show: { ...where(table), step: lastStepOf(table) },
  };
}

function timeCard(facts: Facts, table: Table | undefined): Card {
  const { firstStep, lastStep } = facts;
  return {
    key: "time",
    title: "Time",
    text: [
      `The page follows the cursor over ${integer(facts.snapshots)} snapshots, steps ${integer(firstStep)} to ${integer(lastStep)}.`,
      lossSaid(facts),
    ],
    at: PLACES.time,
    show: { ...where(table), from: firstStep, step: lastStep },
  };
}

function verdictCard(facts: Facts, table: Table | undefined): Card {
  const { phases, findings } = facts;
  const now = phases?.at(-1);
  const count = (severity: string) => findings?.filter((one) => one.severity === severity).length ?? 0;
  const [problems, watches, notes] = [count("problem"), count("watch"), count("note")];
  const parts = [
    problems > 0 ? plural(problems, "problem") : "",
    watches > 0 ? `${integer(watches)} to watch` : "",
    notes > 0 ? plural(notes, "note") : "",
  ].filter((part) => part !== "");
  const [worst] = findings ?? [];
  const phase = now
    ? `Phase ${integer(phases?.length)}, the last${now.provisional || facts.live ? " so far" : ""}, from step ${integer(now.first_step)}: ${now.name.replaceAll("_", " ")}.`
    : facts.train
      ? "No phase can be told yet."
      : "Phases are told from the loss, which was not logged.";
  const found =
    parts.length === 0
      ? "Nothing was found that needs a look."
      : problems + watches === 0
        ? `Found: ${listed(parts)}, nothing worse.`
        : `Found: ${listed(parts)}; worst, with its own tour: ${worst ? titleOf(worst).toLowerCase() : ""}.`;
  return {
    key: "verdict",
    title: "Verdict",
    text: [`The run in one line. ${phase}`, found],
    at: PLACES.verdict,
    show: { ...where(table), step: facts.lastStep },
  };
}

function layersCard(facts: Facts): Card {
  const { layers, lastStep } = facts;
  const blocks = new Set(layers.flatMap(({ block }) => (block === null ? [] : [block]))).size;
  const own = layers.filter(({ tied_to }) => tied_to === null);
  const parameters = own.reduce((sum, layer) => sum + layer.parameters, 0);
  const [largest] = [...own].sort((one, other) => other.parameters - one.parameters);
  const alike = own.filter((layer) => layer.parameters === largest?.parameters).length;
  const share = percent(parameters > 0 ? (largest?.parameters ?? 0) / parameters : Number.NaN);
  const name = shortName(facts, largest?.path ?? "");
  const inBlocks = blocks > 0 ? ` in ${plural(blocks, "block")}` : "";
  return {
    key: "layers",
    title: "Layers",
    text: [
      `The model: ${plural(layers.length, "layer")}${inBlocks}, ${compact(parameters)} parameters; data flows left to right.`,
      alike > 1 ? `Framed: ${name}, one of the ${alike} largest.` : `Framed: ${name}, the largest, ${share}.`,
    ],
    at: PLACES.layers,
    show: { view: "layers", step: lastStep, layer: largest?.path ?? null },
  };
}

function heatCard(facts: Facts): Card {
  const grid = facts.gradNorm;
  const last = grid ? lastMeasured(grid) : -1;
  const text = ["A line for each layer, time across: one unlike its kind stands out."];
  if (grid && last >= 0) {
    const depth = depthAt(grid, facts.layers, last);
    const strong = facts.layers[extremeLayer(grid, last)]?.path ?? "";
    text.push(
      `Colour: its gradient's length, how hard the loss pulls. ${grid.exact ? "At" : "Around"} step ${integer(grid.steps[last])} ${
        depth && Number.isFinite(depth.ratio)
          ? `block ${depth.largest.block}'s is longest, ${number(depth.ratio)} times block ${depth.smallest.block}'s; up to ${FLAT_WITHIN} is usual`
          : `it is longest in ${shortName(facts, strong)}`
      }.`,
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
