/** The tour of how embeddings organize: the clearest real split of this run, before and after. Pure. */

import { integer, number, percent, wholePercent } from "../format";
import { across, type Direction, meanPlace } from "./angles";
import { didNotCome, type Facts, type Table } from "./facts";
import { halfWay, type Purity, type PurityAt } from "./purity";
import { courseOf, type Split } from "./split";
import { type Card, type Guide, type LeftOut, PLACES } from "./tour";

/** The split that is shown; purity: null = the neighbours in the whole space did not come. */
export interface Found {
  readonly split: Split;
  readonly purity: Purity | null;
}

/** null = no split is clear, and there is nothing to show. */
export function organizeGuide(facts: Facts, found: Found | null): Guide | null {
  if (!found || found.split.table.steps.length < 2) return null;
  const { split } = found;
  const { table } = split;
  const course = found.purity ? nearCourse(found.purity, table) : drawnCourse(split);
  const show = { view: "embeddings", embedding: table.path, groups: ringsOf(split), camera: anglesOf(split) } as const;
  const [first, last] = [table.steps[0] as number, table.steps.at(-1) as number];
  const cards: (Card | LeftOut)[] = [
    {
      key: "before",
      title: "Before",
      text: [
        `These are the ${integer(table.rows)} rows of ${table.path} at step ${integer(first)}. Two groups are ringed: ${namesOf(split)}.`,
        course.before,
      ],
      at: PLACES.cloud,
      show: { ...show, step: first, select: null },
    },
    {
      key: "appears",
      title: "When they part",
      text: [
        `Half of what parts them at the end is there at step ${integer(course.step)}, ${wholePercent(shareOfRun(facts, course.step))} into the run: the first of ${integer(course.looked)} snapshots looked at with more than half.`,
        course.there,
      ],
      at: PLACES.time,
      show: { ...show, from: first, step: course.step },
    },
    {
      key: "after",
      title: "After",
      text: [
        ...course.after,
        `In the picture their silhouette is ${number(split.score)} at step ${integer(last)}: 1 is two tight groups far apart, 0 is mixed. Groups of the same sizes put together by chance have ${number(split.chance)}; the best of 99 such has ${number(split.largestChance)}.`,
        split.byPlace
          ? "No group that has a name stands apart clearly in this run. This one was found by where its rows lie, so only its time says something."
          : `Nobody told the model of ${split.first}: it put them together from its data alone.`,
      ],
      at: PLACES.cloud,
      show: { ...show, from: course.step, step: last },
    },
    axisCard(split, show, last),
  ];
  if (!found.purity) cards.splice(3, 0, { key: "whole", leftOut: didNotCome("neighbours") });
  const about = `${sentenceCase(split.first)} and ${split.second} part at step ${integer(course.step)}.`;
  return { id: "embeddings", title: "How embeddings organize", about, cards };
}

/** How the groups part, said at three times. */
interface Course {
  readonly step: number;
  readonly looked: number;
  readonly before: string;
  readonly there: string;
  readonly after: readonly string[];
}

/** In the whole space: whose the nearest neighbours are. */
function nearCourse(purity: Purity, table: Table): Course {
  const { course, chance } = purity;
  const at = halfWay(purity);
  const [first, here, last] = [course[0], course[at], course.at(-1)] as [PurityAt, PurityAt, PurityAt];
  const mixed = Math.abs(first.share - chance) < 0.05;
  const before = course[at - 1];
  return {
    step: here.step,
    looked: course.length,
    before: `Of a row's ten nearest neighbours among both groups (by cosine, in all ${integer(table.dims)} dimensions) ${wholePercent(first.share)} are of its own group; by chance it would be ${wholePercent(chance)}${mixed ? ": they are mixed" : ""}.`,
    there: before
      ? `Of the neighbours, ${wholePercent(before.share)} are of the own group at step ${integer(before.step)} and ${wholePercent(here.share)} at step ${integer(here.step)}.`
      : "They stand apart from the first snapshot on: what was recorded does not show them mixed.",
    after: [
      `At step ${integer(last.step)}, ${wholePercent(last.share)} of the ten nearest neighbours are of the own group, in all ${integer(table.dims)} dimensions.`,
    ],
  };
}

/** In the picture alone, where the whole space did not come. */
function drawnCourse(split: Split): Course {
  const { scores, excesses, appeared } = courseOf(split);
  const { steps } = split.table;
  const said = (i: number) => `${number(scores[i])} at step ${integer(steps[i])}`;
  return {
    step: steps[appeared] as number,
    looked: steps.length,
    before:
      (excesses[0] as number) < 0.05
        ? `In the picture their silhouette is ${number(scores[0])}, no more than that of groups by chance: they are mixed.`
        : `In the picture their silhouette is ${number(scores[0])}. Part of that is the picture: its directions were chosen from the whole run, the end included.`,
    there:
      appeared > 0
        ? `In the picture their silhouette is ${said(appeared - 1)} and ${said(appeared)}.`
        : "They stand apart from the first snapshot on: what was recorded does not show them mixed.",
    after: [],
  };
}

const namesOf = (split: Split) =>
  `${split.first} (${integer(split.firstRows.length)}) and ${split.second} (${integer(split.secondRows.length)})`;

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const shareOfRun = ({ firstStep, lastStep }: Facts, step: number) =>
  lastStep > firstStep ? (step - firstStep) / (lastStep - firstStep) : 0;

const ringsOf = (split: Split) => [
  { name: split.first, rows: split.firstRows },
  { name: split.second, rows: split.secondRows },
];

/** From the middle of the second group to that of the first, at the end. */
function axisOf(split: Split): Direction {
  const last = split.table.positions.at(-1) as ArrayLike<number>;
  const [one, other] = [meanPlace(last, split.firstRows), meanPlace(last, split.secondRows)];
  return [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
}

const anglesOf = (split: Split) => across(axisOf(split));

/** Which of the directions drawn the groups part along. */
function axisCard(split: Split, show: Card["show"], last: number): Card {
  const axis = axisOf(split);
  const square = axis.reduce((sum, value) => sum + value * value, 0);
  const shares = axis.map((value) => (value * value) / square);
  const best = shares.indexOf(Math.max(...shares));
  return {
    key: "axis",
    title: "Along which direction",
    text: [
      `The camera stands so that the line between the groups' middles lies across the picture. ${wholePercent(shares[best])} of that line (of its square) runs along PC ${best + 1}, the direction with ${percent(split.table.ratios[best])} of the variance over the run.`,
      "The directions drawn were chosen for their variance, not for these groups. Turn the cloud to see them from elsewhere.",
    ],
    at: PLACES.cloud,
    show: { ...show, step: last },
  };
}
