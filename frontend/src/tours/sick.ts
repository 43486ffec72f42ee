/** The tour of how to diagnose a run: its worst finding, the evidence, the layer, causes and what people do. Pure. */

import { integer, number, plural, UNKNOWN, wholePercent } from "../format";
import type { Finding } from "../wire.gen";
import { extremeLayer, totalAt } from "./depth";
import { type Reading, readingOf } from "./evidence";
import { didNotCome, type Facts, type Grid, indexAt, valueAt } from "./facts";
import { type Card, type Guide, type LeftOut, PLACES, quoted } from "./tour";

/** The worst finding that is more than a note; null = there is none. */
export const worstOf = (findings: readonly Finding[] | null): Finding | null =>
  findings?.find(({ severity }) => severity === "problem") ??
  findings?.find(({ severity }) => severity === "watch") ??
  null;

/** These are seen in the weights; all others in the gradients. */
const IN_WEIGHTS = /^(overfitting|norm_drift|rank_collapse|embedding_collapse|anisotropy|initial_loss|non_finite)$/;

/** null = nothing is worse than a note. */
export function sickGuide(facts: Facts): Guide | null {
  const finding = worstOf(facts.findings);
  if (!finding) return null;
  const cards: (Card | LeftOut)[] = [whatCard(facts, finding)];
  const evidence = evidenceCard(finding);
  if (evidence) cards.push(evidence);
  const inWeights = IN_WEIGHTS.test(finding.insight);
  const grid = inWeights ? facts.weightNorm : facts.gradNorm;
  const asked = inWeights ? "weights" : "gradients";
  if (grid) cards.push(...layerCards(facts, finding, grid, inWeights ? "weight_norm" : "grad_norm"));
  else if (facts.missing.has(asked)) cards.push({ key: "layer", leftOut: didNotCome(asked) });
  cards.push(causesCard(finding), doCard(facts, finding));
  return { id: "diagnosis", title: "Diagnosing a sick run", about: finding.sentence, cards };
}

const SEVERITIES = { problem: "a problem", watch: "something to watch", note: "a note" } as const;

function whatCard(facts: Facts, finding: Finding): Card {
  const others = (facts.findings ?? []).filter((one) => one !== finding);
  const worse = others.filter(({ severity }) => severity !== "note").length;
  const before = valueAt(facts.train, finding.first_step);
  const after = valueAt(facts.train, finding.last_step);
  const text = [finding.sentence];
  text.push(
    `It is ${SEVERITIES[finding.severity]}, found with a confidence of ${wholePercent(finding.confidence)}. ` +
      (worse > 0
        ? `${plural(worse, "other finding")} of this run ${worse === 1 ? "is" : "are"} more than a note.`
        : "Nothing else in this run is more than a note."),
  );
  if (Number.isFinite(before) && Number.isFinite(after)) {
    text.push(
      `Training loss is ${number(before)} at step ${integer(finding.first_step)} and ${number(after)} at step ${integer(finding.last_step)}.`,
    );
  }
  return {
    key: "what",
    title: "What was found",
    text,
    at: PLACES.time,
    show: { step: finding.first_step, finding },
  };
}

function evidenceCard(finding: Finding): Card | null {
  const reading = readingOf(finding);
  const { evidence } = finding;
  if (!reading || !evidence) return null;
  const text = [
    `${quoted(reading.name)} is ${number(reading.at.value)} at step ${integer(reading.at.step)}` +
      (reading.farthest.step === reading.at.step
        ? "."
        : ` and goes as far as ${number(reading.farthest.value)} at step ${integer(reading.farthest.step)}.`),
  ];
  if (evidence.threshold !== null) {
    text.push(
      `The line it is measured by is ${number(evidence.threshold)}${evidence.threshold_name ? ` (${evidence.threshold_name})` : ""}${crossedSaid(reading)}`,
    );
  }
  text.push(`Source: ${finding.source}.`);
  return {
    key: "evidence",
    title: "The evidence",
    text,
    at: PLACES.inspector,
    show: { step: reading.farthest.step, finding },
  };
}

function crossedSaid({ crossed }: Reading): string {
  if (!crossed) return "; the points of this chart stay on one side of it.";
  return `: at step ${integer(crossed.step)} it is ${crossed.over ? "over" : "under"} it, with ${number(crossed.value)}.`;
}

const NAMES = { grad_norm: "gradient", weight_norm: "weights" } as const;

function layerCards(facts: Facts, finding: Finding, grid: Grid, stat: "grad_norm" | "weight_norm"): Card[] {
  const columns = grid.steps.length;
  const during = indexAt(grid.steps, finding.last_step);
  const begins = indexAt(grid.steps, finding.first_step);
  if (during < 0) return [];
  const before = Math.max(0, begins - 1);
  const change = (place: number) =>
    Math.abs(
      Math.log((grid.values[place * columns + during] as number) / (grid.values[place * columns + before] as number)),
    );
  const named = finding.layers
    .map((path) => facts.layers.findIndex((layer) => layer.path === path))
    .filter((place) => place >= 0 && Number.isFinite(grid.values[place * columns + during]));
  // Of those named the one that changed most; a change from or to nothing isn't comparable and comes last.
  const weight = (place: number) => (Number.isFinite(change(place)) ? change(place) : -1);
  const [first] = [...named].sort((one, other) => weight(other) - weight(one));
  const layer = first ?? extremeLayer(grid, during);
  if (layer < 0) return [];
  const path = facts.layers[layer]?.path ?? "";
  const value = (column: number) => grid.values[layer * columns + column] as number;
  const at = (column: number) => `${grid.exact ? "step" : "about step"} ${integer(grid.steps[column])}`;
  const of = stat === "grad_norm" ? "The length of its gradient" : "The length of its weights";
  const measured = `${of} is ${number(value(before))} at ${at(before)} and ${number(value(during))} at ${at(during)}.`;
  const [wholeBefore, wholeDuring] = [totalAt(grid, before), totalAt(grid, during)];
  const whole = `Of all layers together the ${NAMES[stat]} ${stat === "grad_norm" ? "has" : "have"} the length ${number(wholeBefore)}, then ${number(wholeDuring)}.`;
  const step = grid.steps[during] as number;
  const concerned = finding.layers.length;
  const said =
    first === undefined
      ? `The finding is about the whole run. The layer that stands out at ${at(during)} is ${path}.`
      : concerned > 1
        ? `The finding names ${plural(concerned, "layer")}; the one that changed most is ${path}.`
        : `The finding names one layer: ${path}.`;
  const block = facts.layers[layer]?.block ?? null;
  const place =
    block === null ? "It stands outside of the blocks." : `It stands in block ${block} of ${blockCount(facts)}.`;
  return [
    {
      key: "layer",
      title: "In which layer",
      text: [said, measured, whole],
      at: PLACES.heat,
      show: { view: "heat", stat, step, layer: path },
    },
    {
      key: "model",
      title: "Where it stands in the model",
      text: [
        `${path} has the role ${quoted((facts.layers[layer]?.role ?? "other").replaceAll("_", " "))} and ${integer(facts.layers[layer]?.parameters)} parameters. ${place}`,
      ],
      at: PLACES.layers,
      show: { view: "layers", stat, step, layer: path },
    },
  ];
}

const blockCount = ({ layers }: Facts) =>
  integer(new Set(layers.flatMap(({ block }) => (block === null ? [] : [block]))).size);

function causesCard(finding: Finding): Card {
  return {
    key: "causes",
    title: "What causes it",
    text:
      finding.causes.length > 0
        ? ["What usually lies behind such a finding:", ...finding.causes.map((cause) => `· ${cause}`)]
        : ["No usual cause is known for this finding."],
    at: PLACES.inspector,
    show: { finding },
  };
}

function doCard(facts: Facts, finding: Finding): Card {
  const others = (facts.findings ?? []).filter((one) => one !== finding);
  const next = others.find(({ severity }) => severity !== "note");
  const text = ["What people do:", ...finding.remedies.map((remedy) => `· ${remedy}`)];
  if (next) text.push(`Then look at the next: ${next.sentence}`);
  return {
    key: "do",
    title: "What people do",
    text: finding.remedies.length > 0 ? text : [`No usual remedy is known (${UNKNOWN}).`],
    at: PLACES.inspector,
    show: { finding },
  };
}
