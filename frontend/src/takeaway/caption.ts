/** What is written on a picture: which moment of which run it shows, what goes on there, and what its colours, sizes and lines mean. Pure. */

import { integer, wholePercent } from "../format";
import { type Happening, NOTHING_SAID } from "./happening";

export type LegendPart =
  | { readonly kind: "classes"; readonly entries: readonly { name: string; color: string; count: number }[] }
  | { readonly kind: "groups"; readonly entries: readonly { name: string; color: string; count: number }[] }
  | {
      readonly kind: "scale";
      readonly name: string;
      readonly low: string;
      readonly high: string;
      /** From low to high, evenly spread. */
      readonly colors: readonly string[];
      readonly log: boolean;
    }
  | { readonly kind: "sizes"; readonly name: string }
  | { readonly kind: "trails"; readonly name: string }
  /** A colour that no value of the scale has; striped with another where there is one. */
  | { readonly kind: "swatch"; readonly name: string; readonly color: string; readonly stripe: string | null }
  | { readonly kind: "note"; readonly name: string };

/** When a picture is of, whatever it shows. */
export interface When {
  readonly run: string;
  /** Step at the cursor; between two snapshots it is none of theirs. */
  readonly step: number | null;
  readonly between: readonly [number, number] | null;
  readonly lastStep: number | null;
  /** Unix seconds of the snapshot, NaN = unknown. */
  readonly wallTime: number;
}

export interface Moment extends When {
  readonly embeddings: readonly string[];
  readonly shownRows: number;
  readonly rows: number;
  /** Of all rows there are, where those of the picture are a sample; null = they are all. */
  readonly sampledOf?: number | null;
  readonly noun: string;
  readonly projection: string;
  /** Share of the variance, null = unknown. */
  readonly variance: number | null;
}

export interface Caption {
  readonly title: string;
  readonly now: Happening;
  readonly facts: readonly string[];
  readonly legend: readonly LegendPart[];
}

export function captionOf(moment: Moment, legend: readonly LegendPart[], now: Happening = NOTHING_SAID): Caption {
  return {
    title: titleOf(moment.run, moment.embeddings.join(" and ")),
    now,
    facts: [...stepSaid(moment), ...rowsSaid(moment), ...loggedAt(moment)],
    legend,
  };
}

/** Which rows are drawn of how many, and how much of how they differ can be seen. */
export function rowsSaid({ noun, projection, rows, sampledOf, shownRows, variance }: Moment): string[] {
  const sample = sampledOf ? `, a sample of ${integer(sampledOf)}` : "";
  return [
    `${integer(shownRows)} of ${integer(rows)} ${noun}s${sample}`,
    variance === null ? projection : `${projection}, ${wholePercent(variance)} of variance shown`,
  ];
}

/** Of a picture that shows no rows. what: what it shows, and how true to the run that is. */
export function captionOfView(
  when: When,
  shown: string,
  what: readonly string[],
  legend: readonly LegendPart[],
  now: Happening,
): Caption {
  return {
    title: titleOf(when.run, shown),
    now,
    facts: [...stepSaid(when), ...what, ...loggedAt(when)],
    legend,
  };
}

export const titleOf = (...parts: readonly string[]) => parts.filter((one) => one !== "").join(" · ");

function stepSaid({ between, lastStep, step }: When): string[] {
  const at = step === null ? "Step unknown" : `Step ${integer(step)}`;
  const said = [lastStep === null ? at : `${at} of ${integer(lastStep)}`];
  if (between) said.push(`between the snapshots of ${integer(between[0])} and ${integer(between[1])}`);
  return said;
}

const loggedAt = ({ wallTime }: When): string[] => (Number.isFinite(wallTime) ? [`logged ${utc(wallTime)}`] : []);

/** "2026-11-20 20:14:05 UTC": a picture travels, so its time names its zone. */
export function utc(secs: number): string {
  const date = new Date(secs * 1000);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
