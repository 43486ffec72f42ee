/** The tour of how to read gradient flow in this run's heat map. Pure. */

import { integer, number, plural, wholePercent } from "../format";
import type { Clipping } from "../training/clipping";
import { type Depth, depthAt, extremeLayer, FLAT_WITHIN, firstMeasured, lastMeasured, totalAt } from "./depth";
import type { Facts, Grid } from "./facts";
import { type Card, type Guide, type LeftOut, PLACES } from "./tour";

/** null = no gradient was measured at two steps. */
export function gradientGuide(facts: Facts): Guide | null {
  const grid = facts.gradNorm;
  if (!grid) return null;
  const [first, last] = [firstMeasured(grid), lastMeasured(grid)];
  if (first < 0 || last <= first) return null;
  const depth = depthAt(grid, facts.layers, last);
  const cards: (Card | LeftOut)[] = [mapCard(facts, grid, last), strongestCard(facts, grid, last)];
  if (depth) cards.push(depthCard(grid, depth, last), layersCard(facts, grid, depth, last));
  cards.push(timeCard(facts, grid, first, last));
  if (facts.clipping) cards.push(clipCard(facts, facts.clipping));
  const about = depth
    ? `${plural(depth.blocks.length, "block")}; the strongest gradient is ${number(depth.ratio)} times the weakest.`
    : `Gradients of ${plural(facts.layers.length, "layer")}, early and late.`;
  return { id: "gradients", title: "Reading gradient flow", about, cards };
}

const stepOf = (grid: Grid, column: number) => grid.steps[column] as number;
/** A column may hold several snapshots. */
const atStep = (grid: Grid, column: number) => `${grid.exact ? "at" : "around"} step ${integer(stepOf(grid, column))}`;

const show = { view: "heat", stat: "grad_norm" } as const;

function mapCard(facts: Facts, grid: Grid, last: number): Card {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of Array.from(grid.values)) {
    if (!(value > 0 && Number.isFinite(value))) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return {
    key: "map",
    title: "Gradients of the whole run",
    text: [
      `Each line is one of ${integer(facts.layers.length)} layers, each column a time from step ${integer(facts.firstStep)} to ${integer(facts.lastStep)}. Colour is the length of the layer's gradient: how hard the loss pulls at it, after clipping where there is any.`,
      `In this run it lies between ${number(low)} and ${number(high)}. The colours are on a logarithmic scale, as a ratio says more than a difference.`,
    ],
    at: PLACES.heat,
    show: { ...show, step: stepOf(grid, last), layer: null },
  };
}

function strongestCard(facts: Facts, grid: Grid, last: number): Card {
  const [strong, weak] = [extremeLayer(grid, last), extremeLayer(grid, last, -1)];
  const value = (layer: number) => grid.values[layer * grid.steps.length + last] as number;
  const path = (layer: number) => facts.layers[layer]?.path ?? "";
  const unknown = Array.from({ length: grid.layers }, (_, layer) => value(layer)).filter(Number.isNaN).length;
  return {
    key: "strongest",
    title: "Where the loss pulls hardest",
    text: [
      `${sentenceAt(grid, last)} the longest gradient is that of ${path(strong)}: ${number(value(strong))}. The shortest is that of ${path(weak)}: ${number(value(weak))}.`,
      `All of them together have the length ${number(totalAt(grid, last))}. A layer of many weights has a long gradient for that alone: compare layers of one kind.` +
        (unknown > 0 ? ` Of ${plural(unknown, "layer")} none is measured there: tied or frozen.` : ""),
    ],
    at: PLACES.heat,
    show: { ...show, step: stepOf(grid, last), layer: path(strong) },
  };
}

const sentenceAt = (grid: Grid, column: number) => {
  const said = atStep(grid, column);
  return said.charAt(0).toUpperCase() + said.slice(1);
};

function depthCard(grid: Grid, depth: Depth, last: number): Card {
  const { largest, smallest, ratio } = depth;
  const flat = ratio <= FLAT_WITHIN;
  return {
    key: "depth",
    title: "Across the depth",
    text: [
      `Taken block by block, ${atStep(grid, last)} block ${largest.block} has the longest gradient (${number(largest.norm)}) and block ${smallest.block} the shortest (${number(smallest.norm)}): ${ratioSaid(ratio)}.`,
      flat
        ? `That is flat: no more than about ${FLAT_WITHIN} times. Gradients that shrink far more than that on their way back to the first blocks vanish; those that grow so explode.`
        : `That is more than the ${FLAT_WITHIN} times that count as flat: ${largest.block < smallest.block ? "gradients grow" : "gradients shrink"} on their way back to the first blocks.`,
    ],
    at: PLACES.heat,
    show: { ...show, step: stepOf(grid, last) },
  };
}

const ratioSaid = (ratio: number) =>
  Number.isFinite(ratio) ? `${number(ratio)} times as long` : "that one has none at all";

function layersCard(facts: Facts, grid: Grid, depth: Depth, last: number): Card {
  const inBlock = (layer: number) => facts.layers[layer]?.block === depth.largest.block;
  const columns = grid.steps.length;
  const best = facts.layers
    .map((_, layer) => layer)
    .filter((layer) => inBlock(layer) && Number.isFinite(grid.values[layer * columns + last]))
    .reduce((one, other) =>
      (grid.values[other * columns + last] as number) > (grid.values[one * columns + last] as number) ? other : one,
    );
  const path = facts.layers[best]?.path ?? "";
  return {
    key: "layers",
    title: "The same on the model",
    text: [
      `Here the layers are painted with the same numbers. In block ${depth.largest.block} the longest gradient is that of ${path}: ${number(grid.values[best * columns + last])}.`,
      "The loss is at the right end: gradients come from there and pass each block on their way to the embeddings.",
    ],
    at: PLACES.layers,
    show: { view: "layers", stat: "grad_norm", step: stepOf(grid, last), layer: path },
  };
}

function timeCard(facts: Facts, grid: Grid, first: number, last: number): Card {
  const [early, late] = [totalAt(grid, first), totalAt(grid, last)];
  const then = depthAt(grid, facts.layers, first);
  const times = late < early ? early / late : late / early;
  const change = times < 1.05 ? "much the same" : `${number(times)} times ${late < early ? "shorter" : "longer"}`;
  return {
    key: "time",
    title: "Early and late",
    text: [
      `${sentenceAt(grid, first)} the whole gradient has the length ${number(early)}, ${atStep(grid, last)} ${number(late)}: ${change}.`,
      then
        ? `Then block ${then.largest.block} had the longest gradient and block ${then.smallest.block} the shortest, ${ratioSaid(then.ratio)}.`
        : "It shrinks where less is left to learn, and grows where training turns unstable.",
    ],
    at: PLACES.heat,
    show: { ...show, from: stepOf(grid, last), step: stepOf(grid, first), layer: null },
  };
}

function clipCard(facts: Facts, clipping: Clipping): Card {
  const cap = clipping.cap === null ? "" : ` to the length ${number(clipping.cap)}`;
  return {
    key: "clip",
    title: "Clipping",
    text: [
      `At ${wholePercent(clipping.share)} of ${plural(clipping.points, "step")} the gradient was cut${cap} before the step was made. ${HOW[clipping.how]}`,
      OFTEN.find(({ over }) => clipping.share > over)?.says ?? "Never: the cap changed nothing in this run.",
    ],
    at: PLACES.heat,
    show: { ...show, step: facts.lastStep },
  };
}

const OFTEN = [
  { over: 0.5, says: "More than half of the time: the cap may be tight or the learning rate high." },
  {
    over: 0.1,
    says: "That is often, but not most of the time: steps that are longer than the cap are cut, the others pass.",
  },
  { over: 0, says: "Now and then is what clipping is for: single steps that are too long are cut, the others pass." },
] as const;

const HOW: Readonly<Record<Clipping["how"], string>> = {
  "share logged": "The script logs that itself.",
  "cap logged": "That follows from the logged norms and the logged cap.",
  "same largest norm": "The cap isn't logged; the same largest norm comes again and again.",
  "cap seen in layers": "The cap isn't logged; it is seen where the layers' norms are smaller than the logged one.",
};
