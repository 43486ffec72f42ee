/** The tour of how embeddings organize: the clearest real split of this run, before and after. Pure. */

import { integer, number, percent, plural, wholePercent } from "../format";
import { across, type Direction, meanPlace } from "./angles";
import { didNotCome, type Facts, finiteRows, shortName, type Table } from "./facts";
import { halfWay, type Purity, type PurityAt } from "./purity";
import { courseOf, type Split } from "./split";
import { type Card, type Guide, type LeftOut, PLACES } from "./tour";

/** The split that is shown; purity: null = the neighbours in the whole space did not come. */
export interface Found {
  readonly split: Split;
  readonly purity: Purity | null;
}

/** A group that was found by where its rows lie stands apart by construction: only that it once did not says something. */
export const cameAbout = ({ split, purity }: Found): boolean =>
  (purity ? halfWay(purity) : courseOf(split).appeared) > 0;

/** null = no split is clear, and there is nothing to show. */
export function organizeGuide(facts: Facts, found: Found | null): Guide | null {
  if (!found || found.split.table.steps.length < 2) return null;
  if (found.split.byPlace && !cameAbout(found)) return null;
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
        `These are the ${integer(table.rows)} rows of ${shortName(facts, table.path)} at step ${integer(first)}. Two groups are ringed: ${namesOf(split)}.`,
        course.before,
      ],
      at: PLACES.cloud,
      show: { ...show, step: first, select: null },
    },
    {
      key: "appears",
      title: course.parts ? "When they part" : "Apart from the start",
      text: course.parts
        ? [
            `Half of what parts them at the end is there at step ${integer(course.step)}, ${wholePercent(shareOfRun(facts, course.step))} into the run: the first of ${integer(course.looked)} snapshots looked at with more than half.`,
            course.there,
          ]
        : [course.there],
      at: PLACES.time,
      show: { ...show, from: first, step: course.step },
    },
    {
      key: "after",
      title: "After",
      text: [...course.after, ...pictureSaid(split, last), meaningOf(split)],
      at: PLACES.cloud,
      show: { ...show, from: course.step, step: last },
    },
    axisCard(split, show, last),
  ];
  if (!found.purity) cards.splice(3, 0, { key: "whole", leftOut: didNotCome("neighbours") });
  const both = `${sentenceCase(split.first)} and ${split.second}`;
  const about = course.parts
    ? `${both} part at step ${integer(course.step)}.`
    : `${both} stand apart from the first snapshot on.`;
  return { id: "embeddings", title: "How embeddings organize", about, cards };
}

/** What the picture alone says of it, and how far chance would come. */
function pictureSaid({ table, score, chance, largestChance, firstRows, secondRows }: Split, last: number): string[] {
  const positions = table.positions.at(-1) as ArrayLike<number>;
  const ringed = [...firstRows, ...secondRows].flatMap((row) =>
    [0, 1, 2].map((axis) => positions[row * 3 + axis] ?? 0),
  );
  const lost = firstRows.length + secondRows.length - finiteRows(ringed);
  return [
    `In the picture their silhouette is ${silhouetteSaid(score)}: 1 is two tight groups far apart, 0 is mixed. Put into such groups by chance, the same points have ${silhouetteSaid(chance)} on average and ${silhouetteSaid(largestChance)} at best of 99.`,
    ...(lost > 0
      ? [
          `${plural(lost, "ringed row")} can't be drawn at step ${integer(last)}, not being finite: the numbers are of the others.`,
        ]
      : []),
  ];
}

/** By chance it is about nothing: more digits of that say nothing. */
const silhouetteSaid = (value: number) => (Math.abs(value) < 0.01 ? "0" : number(value));

function meaningOf({ byPlace, first }: Split): string {
  return byPlace
    ? "No group that has a name stands apart clearly in this run. This one was found by where its rows lie, so only its time says something."
    : `Nobody told the model of ${first}: it put them together from its data alone. In a healthy run rows that are used alike come together so, and stay.`;
}

/** How the groups part, said at three times. */
interface Course {
  readonly step: number;
  /** false = they stand apart from the first snapshot on. */
  readonly parts: boolean;
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
    parts: at > 0,
    looked: course.length,
    before: `Take the ten rows nearest to each by cosine, in all ${integer(table.dims)} dimensions. Of those that are ringed, ${wholePercent(first.share)} are of its own group; by chance it would be ${wholePercent(chance)}${mixed ? ": they are mixed, as an untrained model's are" : ""}.`,
    there: before
      ? `Of the neighbours, ${wholePercent(before.share)} are of the own group at step ${integer(before.step)} and ${wholePercent(here.share)} at step ${integer(here.step)}.`
      : "They stand apart from the first snapshot on: what was recorded does not show them mixed.",
    after: [
      `At step ${integer(last.step)}, ${wholePercent(last.share)} of those nearest in all ${integer(table.dims)} dimensions are of the own group (chance: ${wholePercent(chance)}).`,
    ],
  };
}

/** In the picture alone, where the whole space did not come. */
function drawnCourse(split: Split): Course {
  const { scores, excesses, appeared } = courseOf(split);
  const { steps } = split.table;
  const said = (i: number) => `${silhouetteSaid(scores[i] as number)} at step ${integer(steps[i])}`;
  return {
    step: steps[appeared] as number,
    parts: appeared > 0,
    looked: steps.length,
    before:
      (excesses[0] as number) < 0.05
        ? `In the picture their silhouette is ${silhouetteSaid(scores[0] as number)} (1: two tight groups far apart, 0: mixed), no more than that of groups by chance: they are mixed.`
        : `In the picture their silhouette is ${silhouetteSaid(scores[0] as number)} (1: two tight groups far apart, 0: mixed). Part of that is the picture: its directions were chosen from the whole run, the end included.`,
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
      `The camera stands so that the line between the groups' middles lies across the picture. It runs most along PC ${best + 1} (${wholePercent(shares[best])} of its square), the direction with ${percent(split.table.ratios[best])} of the variance over the run.`,
      "The three directions were chosen for their variance, not for these groups. Drag to turn the cloud: seen along that line, one group lies before the other.",
    ],
    at: PLACES.cloud,
    show: { ...show, step: last },
  };
}
