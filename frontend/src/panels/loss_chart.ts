/** The picture of the time dock: loss curves over the run's steps, grid, axis, and a tick for each snapshot. */

import { extent, logTicks, mapper, smooth, ticks } from "../axis";
import { integer, number } from "../format";
import type { SnapshotSet } from "../time/snapshots";
import { line, prepare, rule, text, token } from "./draw";

export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** One curve as it is drawn. */
export interface LossLine {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  readonly color: string;
  readonly width: number;
  readonly dash?: readonly number[];
  /** Of many points their mean is drawn; raw: what was measured stays visible behind it. */
  readonly mean?: boolean;
  readonly raw?: boolean;
}

export interface LossPicture {
  width: number;
  height: number;
  plot: Plot;
  steps: [number, number];
  /** Later ones over earlier. */
  lines: readonly LossLine[];
  snapshots: SnapshotSet | null;
}

const SMOOTH_FROM = 120;
const DENSE_PX = 3;

/** Ends of the one logarithmic loss axis of all curves; null = there is nothing positive. */
export function lossEnds(lines: readonly { readonly values: ArrayLike<number> }[]): [number, number] | null {
  const positive = extent(
    lines.map((one) => one.values),
    true,
  );
  if (!positive) return null;
  // A flat curve stays flat: less than a tenth between the ends is not stretched over the whole height.
  const pad = Math.max(1, 1.1 / Math.max(1, positive[1] / positive[0])) ** 0.5;
  return [positive[0] / pad, positive[1] * pad];
}

/** Where a loss stands on screen; NaN where it is not positive. */
export function heightOf(plot: Plot, [low, high]: readonly [number, number]): (value: number) => number {
  const y = mapper(low, high, plot.bottom - 6, plot.top + 3, true);
  return (value) => (value > 0 ? y(value) : Number.NaN);
}

export function drawLoss(canvas: HTMLCanvasElement, picture: LossPicture): void {
  const context = prepare(canvas, picture.width, picture.height);
  if (!context) return;
  const { plot, lines } = picture;
  const font = `11px ${token(canvas, "font")}`;
  const color = { axis: token(canvas, "text3"), grid: token(canvas, "divider"), line: token(canvas, "line") };
  const x = mapper(picture.steps[0], picture.steps[1], plot.left, plot.right);
  const ends = lossEnds(lines);

  if (ends) {
    const height = heightOf(plot, ends);
    for (const value of heights(ends[0], ends[1], Math.max(2, Math.floor((plot.bottom - plot.top) / 26)))) {
      rule(context, plot.left, height(value), plot.right, height(value), color.grid);
      text(context, axisNumber(value), plot.left - 8, height(value), color.axis, "right", font);
    }
    context.save();
    context.beginPath();
    context.rect(plot.left - 1, 0, plot.right - plot.left + 2, plot.bottom);
    context.clip();
    for (const one of lines) drawLine(context, one, x, height);
    context.restore();
  }
  rule(context, plot.left, plot.bottom, plot.right, plot.bottom, color.line);
  if (picture.snapshots) drawSnapshots(context, picture.snapshots, plot, x, color.axis);
}

function drawLine(
  context: CanvasRenderingContext2D,
  one: LossLine,
  x: (step: number) => number,
  y: (value: number) => number,
): void {
  const pen = { color: one.color, width: one.width, ...(one.dash?.length ? { dash: one.dash } : {}) };
  const many = one.mean === true && one.values.length > SMOOTH_FROM;
  if (many && one.raw) line(context, one.steps, one.values, x, y, { ...pen, width: 1, alpha: 0.35 });
  const values = many ? smooth(one.values, Math.round(one.values.length / 100)) : one.values;
  line(context, one.steps, values, x, y, pen);
}

/** In four places at most: left of it stand the readings. */
export function axisNumber(value: number): string {
  const plain = number(value)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
  return plain.length > 4 ? value.toExponential().replace("e+", "e") : plain;
}

/** Round values on the loss axis; a low chart has at least two of them where there are any. */
function heights(low: number, high: number, count: number): number[] {
  const few = logTicks(low, high, count);
  return few.length >= 2 ? few : logTicks(low, high, 2 * count);
}

export interface StepLabel {
  text: string;
  /** Middle of the text. */
  x: number;
  width: number;
}

const DIGIT_PX = 6.3;

/** Round steps along the axis and the run's last one; none overlaps another or leaves the plot. */
export function stepLabels(plot: Plot, steps: [number, number]): StepLabel[] {
  const x = mapper(steps[0], steps[1], plot.left, plot.right);
  const label = (step: number): StepLabel => {
    const text = integer(step);
    const width = text.length * DIGIT_PX;
    return { text, width, x: Math.min(plot.right - width / 2, Math.max(plot.left + width / 2, x(step))) };
  };
  const last = label(steps[1]);
  const round = ticks(steps[0], steps[1], Math.max(2, Math.floor((plot.right - plot.left) / 84)));
  const others = round.filter((step) => Number.isInteger(step) && step !== steps[1]).map(label);
  return [...others.filter((one) => one.x + one.width / 2 + 8 < last.x - last.width / 2), last];
}

/** One tick a snapshot; where they stand closer than they can be told apart, a bar. */
function drawSnapshots(
  context: CanvasRenderingContext2D,
  set: SnapshotSet,
  plot: Plot,
  x: (step: number) => number,
  color: string,
): void {
  context.save();
  context.fillStyle = color;
  const first = x(set.stepAt(0));
  const last = x(set.stepAt(set.total - 1));
  if ((last - first) / Math.max(1, set.total - 1) < DENSE_PX) {
    context.globalAlpha = 0.4;
    context.fillRect(first, plot.bottom + 1, Math.max(1, last - first), 2);
  } else {
    context.globalAlpha = 0.7;
    for (let ordinal = 0; ordinal < set.total; ordinal++) {
      context.fillRect(Math.round(x(set.stepAt(ordinal))), plot.bottom + 1, 1, 4);
    }
  }
  context.restore();
}
