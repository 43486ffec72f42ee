/** The story of a model that knew its training data by heart and generalized much later. Pure. */

import { integer, number, percent, plural, wholePercent } from "../format";
import type { Finding, Phase } from "../wire.gen";
import { alongNormal } from "./angles";
import { type Drawn, drawnWave, isOrder, numberRows, type Wave, waveOf } from "./circle";
import { totalAt } from "./depth";
import {
  didNotCome,
  type Facts,
  type Grid,
  indexAt,
  type NumberVectors,
  nearestIndex,
  type Series,
  type Table,
  valueAt,
} from "./facts";
import { type Card, type Guide, type LeftOut, listed, PLACES, type Show } from "./tour";

/** Training loss has come down to this share of its first value. */
const KNOWN_LOSS = 0.05;
/** So many points in a row have to say so: a single batch may be easy. */
const POINTS = 5;
/** Waves that a sentence names. */
const MOST_WAVES = 4;
/** Weights that have lost so much of their greatest length are smaller; less is no story. */
const SHRUNK = 0.1;

export interface Story {
  readonly memorized: number;
  /** Validation loss begins to fall, and has fallen. */
  readonly from: number;
  readonly to: number;
}

/** null = the run has no such story. */
export function grokkingGuide(facts: Facts): Guide | null {
  const { train, validation } = facts;
  const story = storyOf(facts);
  if (!story || !train || !validation) return null;
  const cards: (Card | LeftOut)[] = [
    memorizedCard(train, validation, story),
    gapCard(train, validation, story),
    laterCard(facts, validation, story),
  ];
  const [table] = facts.tables;
  if (table && table.steps.length > 1) cards.push(...embeddingCards(facts, table, story));
  else if (facts.missing.has("positions")) cards.push({ key: "embedding", leftOut: didNotCome("positions") });
  if (facts.weightNorm) cards.push(...weightCards(facts, facts.weightNorm));
  else if (facts.missing.has("weights")) cards.push({ key: "weights", leftOut: didNotCome("weights") });
  return {
    id: "grokking",
    title: "The grokking story",
    about: `Learned by heart at step ${integer(story.memorized)}, understood from step ${integer(story.from)} on.`,
    cards,
  };
}

/** When the data was known by heart, and when validation loss fell; null = that did not happen. */
export function storyOf({ findings, phases, train }: Pick<Facts, "findings" | "phases" | "train">): Story | null {
  const told: Finding | Phase | undefined =
    findings?.find(({ insight }) => insight === "grokking") ?? phases?.find(({ name }) => name === "generalization");
  const memorized = memorizedAt(train);
  if (!told || memorized === null || memorized >= told.first_step) return null;
  return { memorized, from: told.first_step, to: told.last_step };
}

/** The first step from which on five points in a row are at or below a twentieth of the first value; null = none. */
export function memorizedAt(train: Series | null): number | null {
  const first = train?.values[0];
  if (!train || first === undefined || !(first > 0)) return null;
  let row = 0;
  for (let i = 0; i < train.steps.length; i++) {
    row = (train.values[i] as number) <= KNOWN_LOSS * first ? row + 1 : 0;
    if (row === POINTS) return train.steps[i - POINTS + 1] as number;
  }
  return null;
}

function memorizedCard(train: Series, validation: Series, { memorized }: Story): Card {
  return {
    key: "memorized",
    title: "Learned by heart",
    text: [
      `At step ${integer(memorized)} training loss has come down to a twentieth of its first value: from ${number(train.values[0])} to ${number(valueAt(train, memorized))}.`,
      `On data it has not seen, the loss is ${number(valueAt(validation, memorized))} then. The model knows what it was shown, and hardly more.`,
    ],
    at: PLACES.time,
    show: { view: "embeddings", step: memorized },
  };
}

/** The largest value between two steps. */
function peak(of: Series, from: number, to: number): { step: number; value: number } {
  let best = { step: from, value: valueAt(of, from) };
  for (let i = 0; i < of.steps.length; i++) {
    const [step, value] = [of.steps[i] as number, of.values[i] as number];
    if (step < from || step > to || !Number.isFinite(value)) continue;
    if (!(value <= best.value)) best = { step, value };
  }
  return best;
}

function gapCard(train: Series, validation: Series, { memorized, from }: Story): Card {
  const worst = peak(validation, memorized, from);
  return {
    key: "gap",
    title: "A long time of nothing",
    text: [
      `For ${integer(from - memorized)} steps it looks like plain overfitting. At step ${integer(worst.step)} validation loss is ${number(worst.value)}, its highest before the turn, and training loss ${number(valueAt(train, worst.step))}.`,
      "Whoever stops here has a model that knows its examples, not the rule behind them.",
    ],
    at: PLACES.time,
    show: { view: "embeddings", from: memorized, step: worst.step },
  };
}

function laterCard(facts: Facts, validation: Series, { memorized, from, to }: Story): Card {
  const share = (step: number) => (step - facts.firstStep) / (facts.lastStep - facts.firstStep);
  return {
    key: "later",
    title: "Understood",
    text: [
      `From step ${integer(from)} on validation loss falls: ${number(valueAt(validation, from))} there, ${number(valueAt(validation, to))} at step ${integer(to)}.`,
      `That is ${wholePercent(share(from))} into the run; learned by heart it was at ${wholePercent(share(memorized))}: ${number(from / Math.max(1, memorized))} times as many steps.`,
    ],
    at: PLACES.time,
    show: { view: "embeddings", from, step: to },
  };
}

function embeddingCards(facts: Facts, table: Table, { memorized, from, to }: Story): (Card | LeftOut)[] {
  const steps = table.steps;
  const [before, last] = [nearestIndex(steps, memorized), steps.length - 1];
  const place = (i: number) => table.positions[i] as ArrayLike<number>;
  const step = (i: number) => steps[i] as number;
  const { numbers } = facts;
  const then = numbers && waveIn(numbers.before);
  const now = numbers && waveIn(numbers.after);
  const rows = numberRows(table);
  const drawn = now && isOrder(now) && rows ? drawnWave(place(last), rows, now.turns) : null;
  const camera: Show["camera"] = drawn ? alongNormal(drawn.normal) : "fit";
  const show = { view: "embeddings", embedding: table.path, camera, select: null } as const;
  const moved = motion(place(before), place(last), table.rows);
  const spread = spreadOf(place(before), table.rows);
  const cards: (Card | LeftOut)[] = [
    {
      key: "before",
      title: "The embedding, learned by heart",
      text: [
        `${plural(table.rows, "row")} of ${table.path} at step ${integer(step(before))}, the snapshot nearest to when all was known by heart.`,
        ...(then && numbers ? [waveSaid(then, numbers.before)] : []),
      ],
      at: PLACES.cloud,
      show: { ...show, step: step(before) },
    },
    {
      key: "after",
      title: "The embedding, understood",
      text: [
        `Step ${integer(step(last))}: since step ${integer(step(before))} the rows have moved ${number(moved / spread)} times as far as they lay from their middle then. The turn took place between step ${integer(from)} and ${integer(to)}.`,
        ...(now && numbers ? [waveSaid(now, numbers.after)] : []),
      ],
      at: PLACES.cloud,
      show: { ...show, from: step(before), step: step(last) },
    },
  ];
  if (now && drawn) cards.push(circleCard(now, drawn, rows?.length ?? 0, { ...show, step: step(last) }));
  return cards;
}

const waveIn = ({ vectors, count, dims }: NumberVectors) => waveOf(vectors, count, dims);

function waveSaid(wave: Wave, { dims }: NumberVectors): string {
  const { turns, share, more, chance } = wave;
  const byChance = `with the rows dealt out by chance, the best of 99 makes ${percent(chance)}`;
  const space = `In all ${integer(dims)} dimensions`;
  if (isOrder(wave) && more.length > 0) {
    const waves = [wave, ...more];
    const together = waves.reduce((sum, one) => sum + one.share, 0);
    const [all, shares] = [waves.map((one) => integer(one.turns)), waves.map((one) => percent(one.share))];
    return `${space} the waves over the numbers with ${listed(all, MOST_WAVES)} turns make ${listed(shares, MOST_WAVES)} of what differs between them, ${wholePercent(together)} together; ${byChance}: the numbers lie in an order.`;
  }
  const said = `${space} the strongest wave over the numbers (${plural(turns, "turn")}) makes ${percent(share)} of what differs between them; ${byChance}`;
  return isOrder(wave)
    ? `${said}: the numbers lie in an order.`
    : `${said}: an order like a circle can't be told from chance.`;
}

function circleCard({ turns }: Wave, drawn: Drawn, count: number, show: Show): Card {
  return {
    key: "circle",
    title: "Numbers on a circle",
    text: [
      `The camera looks straight at the plane of the strongest wave: the numbers 0 to ${count - 1} go round it ${turns === 1 ? "once" : `${integer(turns)} times`}. Adding modulo ${count} is turning on such a circle, which works for numbers the model never saw together too (Nanda et al. 2023).`,
      `It makes ${percent(drawn.share)} of what can be seen here; the rest is other waves, and what has no order.`,
    ],
    at: PLACES.cloud,
    show,
  };
}

function motion(from: ArrayLike<number>, to: ArrayLike<number>, rows: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < rows * 3; i++) {
    const along = (to[i] as number) - (from[i] as number);
    if (!Number.isFinite(along)) continue;
    sum += along * along;
    count++;
  }
  return Math.sqrt((3 * sum) / count);
}

function spreadOf(positions: ArrayLike<number>, rows: number): number {
  const mean = [0, 0, 0];
  for (let i = 0; i < rows * 3; i++) mean[i % 3] = (mean[i % 3] as number) + (positions[i] as number) / rows;
  return motion(
    Float64Array.from({ length: rows * 3 }, (_, i) => mean[i % 3] as number),
    positions,
    rows,
  );
}

function weightCards(facts: Facts, grid: Grid): Card[] {
  const columns = grid.steps.length;
  const totals = Array.from({ length: columns }, (_, column) => totalAt(grid, column));
  const known = totals.map((_, column) => column).filter((column) => Number.isFinite(totals[column]));
  const last = known.at(-1);
  if (last === undefined) return [];
  const top = known.reduce((one, other) => ((totals[other] as number) > (totals[one] as number) ? other : one));
  const value = (column: number) => totals[column] as number;
  const at = (column: number) => `step ${integer(grid.steps[column])}`;
  const fell = top !== last && value(last) < value(top) * (1 - SHRUNK);
  const text = fell
    ? `All weights together are longest at ${at(top)}: ${number(value(top))}. At ${at(last)} they have ${number(value(last))}, ${wholePercent(1 - value(last) / value(top))} less. A usual account: learning by heart takes larger weights than a rule does, so weight decay pulls toward the rule (Varma et al. 2023, arXiv 2309.02390).`
    : `All weights together have the length ${number(value(last))} at ${at(last)} and ${number(value(top))} at most, at ${at(top)}: in this run they ${top === last ? "do not" : "hardly"} shrink.`;
  const column = indexAt(grid.steps, grid.steps[fell ? last : top] as number);
  return [
    {
      key: "weights",
      title: fell ? "Smaller weights" : "The weights",
      text: [text, "In the heat map each line is the length of one layer's weights."],
      at: PLACES.heat,
      show: {
        view: "heat",
        stat: "weight_norm",
        step: Math.min(facts.lastStep, grid.steps[column] as number),
        layer: null,
      },
    },
  ];
}
