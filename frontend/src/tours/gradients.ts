/** The tour of how to read gradient flow in this run's heat map. Pure. */

import { integer, number, plural, wholePercent } from "../format";
import type { Clipping } from "../training/clipping";
import { type Depth, depthAt, extremeLayer, FLAT_WITHIN, firstMeasured, lastMeasured, totalAt } from "./depth";
import { type Facts, type Grid, shortName, valueAt } from "./facts";
import { type Card, type Guide, type LeftOut, listed, PLACES } from "./tour";

/** null = no gradient was measured at two steps. */
export function gradientGuide(facts: Facts): Guide | null {
  const grid = facts.gradNorm;
  if (!grid) return null;
  const [first, last] = [firstMeasured(grid), lastMeasured(grid)];
  if (first < 0 || last <= first) return null;
  const depth = depthAt(grid, facts.layers, last);
  const cards: (Card | LeftOut)[] = [mapCard(facts, grid, last), strongestCard(facts, grid, last)];
  if (depth) cards.push(depthCard(facts, grid, depth, last), layersCard(facts, grid, depth, last));
  cards.push(timeCard(facts, grid, first, last));
  if (facts.clipping) cards.push(clipCard(facts, facts.clipping));
  const about = depth
    ? `${plural(depth.blocks.length, "block")}; the longest gradient is ${number(depth.ratio)} times the shortest.`
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
      `Each line is one of ${integer(facts.layers.length)} layers, each column a time from step ${integer(facts.firstStep)} to ${integer(facts.lastStep)}. Colour is the length of the layer's gradient: how hard the loss pulls at its weights, after clipping where there is any.`,
      `In this run it lies between ${number(low)} and ${number(high)}; the scale is of ratios. A healthy map changes slowly: look for lines unlike their kind, and for columns unlike the rest.`,
    ],
    at: PLACES.heat,
    show: { ...show, step: stepOf(grid, last), layer: null },
  };
}

function strongestCard(facts: Facts, grid: Grid, last: number): Card {
  const [strong, weak] = [extremeLayer(grid, last), extremeLayer(grid, last, -1)];
  const value = (layer: number) => grid.values[layer * grid.steps.length + last] as number;
  const path = (layer: number) => facts.layers[layer]?.path ?? "";
  const name = (layer: number) => shortName(facts, path(layer));
  const size = (layer: number) => plural(facts.layers[layer]?.parameters ?? 0, "weight");
  return {
    key: "strongest",
    title: "Where the loss pulls hardest",
    text: [
      `${sentenceAt(grid, last)} the longest gradient is that of ${name(strong)}: ${number(value(strong))}. The shortest is that of ${name(weak)}: ${number(value(weak))}.`,
      `They have ${size(strong)} and ${size(weak)}, and more weights make a longer gradient: compare layers of one kind. All together have the length ${number(totalAt(grid, last))}.`,
      ...unknownSaid(facts, grid, last),
    ],
    at: PLACES.heat,
    show: { ...show, step: stepOf(grid, last), layer: path(strong) },
  };
}

/** Which layers have no number there, and why. */
function unknownSaid(facts: Facts, grid: Grid, column: number): string[] {
  const columns = grid.steps.length;
  const unknown = facts.layers
    .map((layer, at) => ({ layer, at }))
    .filter(({ at }) => !Number.isFinite(grid.values[at * columns + column]));
  const isBroken = (at: number) => grid.broken?.[at * columns + column] === 1;
  const why: readonly (readonly [string, (one: (typeof unknown)[number]) => boolean])[] = [
    ["is no finite number", ({ at }) => isBroken(at)],
    ["is counted with the layer it is tied to", ({ at, layer }) => !isBroken(at) && layer.tied_to !== null],
    ["is not there: frozen", ({ at, layer }) => !isBroken(at) && layer.tied_to === null && !layer.trainable],
    [
      "was not measured there, or is no finite number",
      ({ at, layer }) => !isBroken(at) && layer.tied_to === null && layer.trainable,
    ],
  ];
  return why.flatMap(([words, holds]) => {
    const names = unknown.filter(holds).map(({ layer }) => shortName(facts, layer.path));
    return names.length > 0 ? [`The gradient of ${listed(names, 2)} ${words}.`] : [];
  });
}

const sentenceAt = (grid: Grid, column: number) => {
  const said = atStep(grid, column);
  return said.charAt(0).toUpperCase() + said.slice(1);
};

function depthCard(facts: Facts, grid: Grid, depth: Depth, last: number): Card {
  const { largest, smallest, ratio } = depth;
  const flat = ratio <= FLAT_WITHIN;
  const deeper = Math.max(...depth.blocks.map(({ block }) => block));
  return {
    key: "depth",
    title: "Across the depth",
    text: [
      `Taken block by block, ${atStep(grid, last)} block ${largest.block} has the longest gradient (${number(largest.norm)}) and block ${smallest.block} the shortest (${number(smallest.norm)}): ${ratioSaid(ratio)}.`,
      flat
        ? `That is flat, as is healthy: no more than about ${FLAT_WITHIN} times. Gradients travel from block ${deeper} back to block 0: where they shrink far more on the way they vanish, and the first blocks stop learning; where they grow so, they explode.`
        : `That is more than the ${FLAT_WITHIN} times that count as flat and healthy here: gradients ${largest.block < smallest.block ? "grow" : "shrink"} on their way back from block ${deeper} to block 0.`,
      ...foundSaid(facts),
    ],
    at: PLACES.heat,
    show: { ...show, step: stepOf(grid, last), layer: null },
  };
}

/** Flat across depth is not yet healthy: what was found in the gradients is said too. */
function foundSaid({ findings }: Facts): string[] {
  const found = findings?.find(
    ({ insight, severity }) => /^(vanishing|exploding)_gradients$/.test(insight) && severity !== "note",
  );
  return found ? [`What was found over time: ${lowerFirst(found.sentence)}`] : [];
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

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
      `Here the layers are painted with the same numbers. In block ${depth.largest.block} the longest gradient is that of ${shortName(facts, path)}, framed: ${number(grid.values[best * columns + last])}.`,
      "The loss is at the right end: gradients come from there and pass each block on their way to the left.",
    ],
    at: PLACES.layers,
    show: { view: "layers", stat: "grad_norm", step: stepOf(grid, last), layer: path },
  };
}

function timeCard(facts: Facts, grid: Grid, first: number, last: number): Card {
  const whole = wholeNorms(facts, grid, first, last);
  const [early, late] = [whole.early, whole.late];
  const then = depthAt(grid, facts.layers, first);
  const times = late < early ? early / late : late / early;
  const change = times < 1.05 ? "much the same" : `${number(times)} times ${late < early ? "shorter" : "longer"}`;
  return {
    key: "time",
    title: "Early and late",
    text: [
      `${sentenceAt(grid, first)} the whole gradient has the length ${number(early)}${whole.unclipped ? " before clipping" : ""}, ${atStep(grid, last)} ${number(late)}: ${change}.`,
      "A healthy one keeps its length, or shrinks as less is left to learn; one that jumps, or grows to the end, is a training turning unstable.",
      ...(then
        ? [
            `${sentenceAt(grid, first)} block ${then.largest.block} had the longest and block ${then.smallest.block} the shortest, ${ratioSaid(then.ratio)}.`,
          ]
        : []),
    ],
    at: PLACES.heat,
    show: { ...show, from: stepOf(grid, last), step: stepOf(grid, first), layer: null },
  };
}

/** Where gradients are clipped, logged norms that are longer than the layers' together are those before it: what was cut to one length is of one
 * length at all times, and tells nothing. */
function wholeNorms({ gradTotal, clipping }: Facts, grid: Grid, first: number, last: number) {
  const [early, late] = [totalAt(grid, first), totalAt(grid, last)];
  const logged = [first, last].map((column) => valueAt(gradTotal, stepOf(grid, column))) as [number, number];
  const cut = clipping !== null && (logged[0] > CUT * early || logged[1] > CUT * late);
  if (!grid.exact || !cut || !logged.every(Number.isFinite)) return { early, late, unclipped: false };
  return { early: logged[0], late: logged[1], unclipped: true };
}

/** So many times as long is more than rounding. */
const CUT = 1.01;

function clipCard(facts: Facts, clipping: Clipping): Card {
  const cap = clipping.cap === null ? "" : ` to the length ${number(clipping.cap)}`;
  return {
    key: "clip",
    title: "Clipping",
    text: [
      `Clipping cuts a gradient that is too long, so that no single step goes wild. Here it was cut${cap} at ${wholePercent(clipping.share)} of ${plural(clipping.points, "step")}. ${HOW[clipping.how]}`,
      OFTEN.find(({ over }) => clipping.share > over)?.says ?? "Never: the cap changed nothing in this run.",
    ],
    at: PLACES.heat,
    show: { ...show, step: facts.lastStep, layer: null },
  };
}

const OFTEN = [
  { over: 0.5, says: "More than half of the time: the cap may be tight or the learning rate high." },
  {
    over: 0.1,
    says: "That is often, but not most of the time.",
  },
  { over: 0, says: "Now and then is what clipping is for." },
] as const;

const HOW: Readonly<Record<Clipping["how"], string>> = {
  "share logged": "The script logs that itself.",
  "cap logged": "That follows from the logged norms and the logged cap.",
  "same largest norm": "The cap isn't logged; the same largest norm comes again and again.",
  "cap seen in layers": "The cap isn't logged; it is seen where the layers' norms are smaller than the logged one.",
};
