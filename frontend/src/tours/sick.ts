/** The tour of how to diagnose a run: its worst finding, the evidence, the layer, causes and what people do. Pure. */

import { sureWord, titleOf } from "../findings/titles";
import { integer, number, plural, UNKNOWN, wholePercent } from "../format";
import { statName } from "../store/stat_names";
import type { Finding } from "../wire.gen";
import { type Reading, readingOf } from "./evidence";
import { didNotCome, type Facts, shortName, valueAt } from "./facts";
import { IN_WEIGHTS, layerCards } from "./sick_layer";
import { type Card, type Guide, type LeftOut, PLACES, quoted } from "./tour";

/** The worst finding that is more than a note; null = there is none. */
export const worstOf = (findings: readonly Finding[] | null): Finding | null =>
  findings?.find(({ severity }) => severity === "problem") ??
  findings?.find(({ severity }) => severity === "watch") ??
  null;

/** null = nothing is worse than a note. */
export function sickGuide(facts: Facts): Guide | null {
  const finding = worstOf(facts.findings);
  if (!finding) return null;
  const cards: (Card | LeftOut)[] = [whatCard(facts, finding)];
  const evidence = evidenceCard(facts, finding);
  if (evidence) cards.push(evidence);
  const inWeights = IN_WEIGHTS.test(finding.insight);
  const grid = inWeights ? facts.weightNorm : facts.gradNorm;
  const asked = inWeights ? "weights" : "gradients";
  if (grid) cards.push(...layerCards(facts, finding, grid, inWeights ? "weight_norm" : "grad_norm"));
  else if (facts.missing.has(asked)) cards.push({ key: "layer", leftOut: didNotCome(asked) });
  cards.push(causesCard(facts, finding), doCard(facts, finding));
  return { id: "diagnosis", title: "Diagnosing a sick run", about: shortName(facts, finding.sentence), cards };
}

const SEVERITIES = { problem: "a problem", watch: "something to watch", note: "a note" } as const;

function whatCard(facts: Facts, finding: Finding): Card {
  const others = (facts.findings ?? []).filter((one) => one !== finding);
  const worse = others.filter(({ severity }) => severity !== "note").length;
  const before = valueAt(facts.train, finding.first_step);
  const after = valueAt(facts.train, finding.last_step);
  const [first, last] = [integer(finding.first_step), integer(finding.last_step)];
  const text = [`${titleOf(finding)}, ${SEVERITIES[finding.severity]}. ${shortName(facts, finding.sentence)}`];
  text.push(
    `It is ${sureWord(finding.confidence)} (${wholePercent(finding.confidence)}). ` +
      (worse > 0
        ? `${plural(worse, "other finding")} of this run ${worse === 1 ? "is" : "are"} more than a note.`
        : "Nothing else in this run is more than a note; a healthy run has only such."),
  );
  if (Number.isFinite(before) && Number.isFinite(after) && first !== last) {
    text.push(`Training loss is ${number(before)} at step ${first} and ${number(after)} at step ${last}.`);
  } else if (Number.isFinite(before) && facts.train && first !== last) {
    text.push(`Training loss is ${number(before)} at step ${first} and no finite number at step ${last}.`);
  }
  return {
    key: "what",
    title: "What was found",
    text,
    at: PLACES.time,
    show: { step: finding.first_step, finding },
  };
}

function evidenceCard(facts: Facts, finding: Finding): Card | null {
  const reading = readingOf(finding);
  const { evidence } = finding;
  if (!reading || !evidence) return null;
  const name = quoted(shortName(facts, named(reading.name)));
  const text = [
    `The chart is what it was judged by. ${name} is ${number(reading.at.value)} at step ${integer(reading.at.step)}` +
      (reading.farthest.step === reading.at.step
        ? "."
        : ` and goes as far as ${number(reading.farthest.value)} at step ${integer(reading.farthest.step)}.`),
  ];
  if (evidence.threshold !== null) {
    const of = evidence.threshold_name ? ` (${shortName(facts, evidence.threshold_name)})` : "";
    text.push(`The dashed line is the limit: ${number(evidence.threshold)}${of}${crossedSaid(reading)}`);
  }
  text.push(`Source: ${finding.source}.`);
  return {
    key: "evidence",
    title: "The evidence",
    text,
    at: PLACES.chart,
    show: { step: reading.farthest.step, finding, details: true },
  };
}

/** Some series are called as the statistic is recorded. */
const named = (series: string) => (/^[a-z]+(_[a-z]+)+$/.test(series) ? statName(series).name : series);

function crossedSaid({ crossed }: Reading): string {
  if (!crossed) return "; within these steps the chart stays on its healthy side.";
  return `. It is ${crossed.over ? "over" : "under"} it first at step ${integer(crossed.step)}, with ${number(crossed.value)}; a healthy run is not.`;
}

function causesCard(facts: Facts, finding: Finding): Card {
  return {
    key: "causes",
    title: "What causes it",
    text:
      finding.causes.length > 0
        ? [
            "Usually behind it; which of them it is here, the page can't tell:",
            ...finding.causes.map((cause) => `· ${shortName(facts, cause)}`),
          ]
        : ["No usual cause is known for this finding."],
    at: PLACES.inspector,
    show: { finding },
  };
}

function doCard(facts: Facts, finding: Finding): Card {
  const others = (facts.findings ?? []).filter((one) => one !== finding);
  const next = others.find(({ severity }) => severity !== "note");
  const text = [
    "People try, one at a time, and look whether the chart stays on its healthy side:",
    ...finding.remedies.map((remedy) => `· ${remedy}`),
  ];
  if (next) text.push(`Then look at the next: ${shortName(facts, next.sentence)}`);
  return {
    key: "do",
    title: "What people do",
    text: finding.remedies.length > 0 ? text : [`No usual remedy is known (${UNKNOWN}).`],
    at: PLACES.inspector,
    show: { finding },
  };
}
