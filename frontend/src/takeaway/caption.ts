/** What is written on a picture: which moment of which run it shows, and what its colours, sizes and lines mean. Pure. */

import { integer, wholePercent } from "../format";

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
  | { readonly kind: "note"; readonly name: string };

export interface Moment {
  readonly run: string;
  readonly embeddings: readonly string[];
  /** Step at the cursor; between two snapshots it is none of theirs. */
  readonly step: number | null;
  readonly between: readonly [number, number] | null;
  readonly lastStep: number | null;
  readonly shownRows: number;
  readonly rows: number;
  readonly noun: string;
  readonly projection: string;
  /** Share of the variance, null = unknown. */
  readonly variance: number | null;
  /** Unix seconds of the snapshot, NaN = unknown. */
  readonly wallTime: number;
}

export interface Caption {
  readonly title: string;
  readonly facts: readonly string[];
  readonly legend: readonly LegendPart[];
}

export function captionOf(moment: Moment, legend: readonly LegendPart[]): Caption {
  const { between, lastStep, rows, shownRows } = moment;
  const step = moment.step === null ? "Step unknown" : `Step ${integer(moment.step)}`;
  const facts = [lastStep === null ? step : `${step} of ${integer(lastStep)}`];
  if (between) facts.push(`between the snapshots of ${integer(between[0])} and ${integer(between[1])}`);
  facts.push(`${integer(shownRows)} of ${integer(rows)} ${moment.noun}s`);
  facts.push(
    moment.variance === null
      ? moment.projection
      : `${moment.projection}, ${wholePercent(moment.variance)} of variance shown`,
  );
  if (Number.isFinite(moment.wallTime)) facts.push(`logged ${utc(moment.wallTime)}`);
  return {
    title: [moment.run, moment.embeddings.join(" and ")].filter((one) => one !== "").join(" · "),
    facts,
    legend,
  };
}

/** "2026-11-20 20:14:05 UTC": a picture travels, so its time names its zone. */
export function utc(secs: number): string {
  const date = new Date(secs * 1000);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
