/** The figures of the training as named lines: for the window, and for the clipboard. Pure. */

import { duration, integer, number, percent, UNKNOWN } from "../format";
import type { TrainingFigures } from "./figures";
import type { Point } from "./series";
import { courseInPhase, FLAT, type LastPhase, PART } from "./trend";

export interface Line {
  readonly name: string;
  readonly value: string;
  /** How it is known, or what more there is to it. */
  readonly note: string;
}

const at = (point: Point | null) => (point ? `${number(point.value)} at step ${integer(point.step)}` : UNKNOWN);
/** "+0.3 %", "−2.1 %". */
export const change = (share: number) =>
  Number.isFinite(share) ? `${share > 0 ? "+" : share < 0 ? "−" : ""}${percent(Math.abs(share))}` : UNKNOWN;
const bytes = (count: number) =>
  count >= 1e6 ? `${number(count / 1e6)} MB` : count >= 1e3 ? `${number(count / 1e3)} kB` : `${integer(count)} bytes`;

export function speedLines(figures: TrainingFigures): Line[] {
  const { speed } = figures;
  const stops = speed.stops > 0 ? `without ${integer(speed.stops)} stops, ${duration(speed.stoppedSecs)}` : "";
  const lines: Line[] = [
    { name: "Steps per second, now", value: number(speed.now), note: "over the last tenth of the steps" },
    { name: "Steps per second, mean", value: number(speed.mean), note: stops },
    {
      name: "Tokens per second",
      value: figures.tokensNow === null ? UNKNOWN : number(figures.tokensNow),
      note: figures.tokensNow === null ? "log it as tokens_per_sec to see it" : `mean ${number(figures.tokensMean)}`,
    },
  ];
  if (figures.secsLeft !== null) {
    lines.push({
      name: "Time left",
      value: duration(figures.secsLeft),
      note: `of ${integer(figures.totalSteps)} steps`,
    });
  }
  return lines;
}

/** phase: the one that the run ends in. */
export function lossLines(figures: TrainingFigures, phase: LastPhase | null = null): Line[] {
  const { trend, clipping } = figures;
  const lines: Line[] = [
    { name: "Loss", value: at(figures.lastLoss), note: "" },
    { name: "Loss, smoothed", value: at(figures.smoothedLoss), note: "exponential mean of weight 0.6, as in Scalars" },
    { name: "Best loss", value: at(figures.bestLoss), note: "" },
    { name: "Best loss, smoothed", value: at(figures.bestSmoothed), note: "" },
  ];
  if (figures.lastValidation) {
    lines.push(
      { name: "Validation loss", value: at(figures.lastValidation), note: "" },
      { name: "Best validation loss", value: at(figures.bestValidation), note: "" },
      { name: "Gap", value: number(figures.gap), note: "validation less smoothed training loss" },
    );
  }
  lines.push({
    name: "Trend",
    value: trend ? courseInPhase(trend, phase, integer) : UNKNOWN,
    note: trend
      ? `${change(trend.change)} over the last ${percent(PART)} of the run; less than ${percent(FLAT)} counts as flat`
      : "too few losses to say",
  });
  if (trend) {
    lines.push({
      name: "Slope per 100 steps",
      value: change(trend.per100),
      note: `95 %: ${change(trend.per100Low)} to ${change(trend.per100High)}; Theil–Sen on the logarithm of ${integer(trend.points)} losses`,
    });
  }
  lines.push({
    name: "Gradient clipped",
    value: clipping ? percent(clipping.share) : UNKNOWN,
    note: clipping
      ? clipWords[clipping.how](clipping.cap, clipping.points)
      : figures.normsKnown
        ? "no cap was logged, and none shows in the norms"
        : "no cap was logged",
  });
  return lines;
}

const clipWords = {
  "share logged": (_: number | null, points: number) => `as logged, ${integer(points)} times`,
  "cap logged": (cap: number | null, points: number) => `norm at or above ${number(cap)}, of ${integer(points)} norms`,
  "cap seen in layers": (cap: number | null, points: number) =>
    `norm at or above ${number(cap)}, of ${integer(points)} norms; inferred: where it is above, the layers together have just that`,
  "same largest norm": (cap: number | null, points: number) =>
    `inferred: of ${integer(points)} norms so many are the same largest one, ${number(cap)}`,
};

export function costLines(figures: TrainingFigures): Line[] {
  const { cost } = figures;
  if (!cost) return [{ name: "Recording", value: UNKNOWN, note: "what it cost was not recorded" }];
  return [
    {
      name: "Recording took",
      value: percent(cost.share),
      note: `of the training's time: ${number(cost.captureSecs)} s in ${integer(cost.snapshots)} snapshots, and ${number(cost.writeSecs)} s beside it`,
    },
    { name: "Recorded", value: bytes(cost.bytes), note: `${bytes(cost.bytes / cost.snapshots)} a snapshot` },
    { name: "Snapshots dropped", value: integer(cost.dropped), note: "" },
  ];
}
